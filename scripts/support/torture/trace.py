# SPDX-License-Identifier: Apache-2.0
"""Reading what shim.c records."""

import struct


class Record:
    __slots__ = ("name", "path", "other", "number", "inode", "data")

    def __init__(self, name, path, other, number, inode, data):
        self.name, self.path, self.other = name, path, other
        self.number, self.inode, self.data = number, inode, data


def read(path):
    """The records of a log, in order."""
    with open(path, "rb") as file:
        content = file.read()
    place = 0
    while place + 36 <= len(content):
        sizes = struct.unpack_from("<3I", content, place)
        number, inode, count = struct.unpack_from("<qQQ", content, place + 12)
        place += 36
        texts = []
        for size in sizes:
            texts.append(content[place:place + size].decode("utf-8", "surrogateescape"))
            place += size
        data = content[place:place + count]
        place += count
        yield Record(texts[0], texts[1], texts[2], number, inode, data)

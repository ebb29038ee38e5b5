# SPDX-License-Identifier: Apache-2.0
"""The power is cut: a recorded trace of changes and barriers is replayed into every state that a disk may
legally be in at some moment, as ALICE and CrashMonkey do, and the command is repeated there.

The model is adversarial: changes of a file reach the disk in order, but only a barrier on that file makes
sure of any; so do the entries of a folder; a folder's entry for a new file is not made sure by a barrier on
the file; of the last change to a file half may be there, or zeros in its place.
"""

import os
import shutil

from torture.bench import Failed
from torture.trace import read


def cases(bench):
    number = 0
    while True:
        for load in bench.workloads:
            yield "%s/state-%d" % (load.name, number), state(bench, load, number)
        number += 1


_traces = {}


def trace(bench, load):
    if load.name not in _traces:
        folder = bench.folder("trace-" + load.name)
        load.setup(folder)
        before = Disk(folder)
        log = folder + "-log"
        if os.path.exists(log):
            os.remove(log)
        outcome = bench.call(load.arguments, folder, {"ROOT": folder, "MODE": "record", "LOG": log})
        if outcome.status:
            raise SystemExit("%s fails while it is recorded: %s" % (load.name, outcome.errors))
        _traces[load.name] = (folder, before, list(read(log)))
    return _traces[load.name]


def state(bench, load, number):
    def body(folder):
        stream = bench.random("power", load.name, number)
        root, disk, records = trace(bench, load)
        # Every tenth cut comes right after the command has said that it is done.
        moment = len(records) if number % 10 == 0 else stream.randrange(len(records) + 1)
        disk = disk.copy()
        for record in records[:moment]:
            disk.apply(record)
        disk.cut(stream)
        shutil.rmtree(folder)
        disk.write(folder)
        for need in load.needs:
            # What the command only reads is not part of the model.
            if not os.path.lexists(os.path.join(folder, need)) and need in ("data", "partial", "input"):
                os.symlink(load.bench_fixture(need), os.path.join(folder, need))
        when = "power cut after change %d of %d" % (moment, len(records))
        if moment == len(records):
            load.expect_complete(folder, when + ", all done")
        elif load.name == "replace" and not os.path.exists(folder + "/set/dataset.json"):
            raise Failed(when + ": neither the old dataset nor the new one is there")
        load.repeat(folder, when)

    return body


class Inode:
    """A file's durable content and the changes that no barrier has made sure of."""

    def __init__(self, content=b""):
        self.content, self.pending = content, []

    def copy(self):
        twin = Inode(self.content)
        twin.pending = list(self.pending)
        return twin

    def after(self, changes, torn=None):
        data = bytearray(self.content)
        for index, (kind, place, piece) in enumerate(changes):
            if kind == "truncate":
                del data[place:]
                data.extend(bytes(place - len(data)))
                continue
            if torn is not None and index == len(changes) - 1:
                piece = piece[:len(piece) // 2] if torn == "half" else bytes(len(piece))
            if len(data) < place:
                data.extend(bytes(place - len(data)))
            data[place:place + len(piece)] = piece
        return bytes(data)


class Disk:
    """Files and folders below a root, with what is durable and what is not yet."""

    def __init__(self, root=None):
        self.root = root
        self.inodes = {}
        # path of a folder below the root -> name -> ("file", inode) or ("folder",)
        self.folders = {"": {}}
        # path of a folder -> changes of its entries
        self.pending = {}
        self.numbers = {}
        self.next = 0
        if root:
            self.scan("")

    def scan(self, folder):
        for name in sorted(os.listdir(os.path.join(self.root, folder))):
            path = os.path.join(folder, name) if folder else name
            full = os.path.join(self.root, path)
            if os.path.islink(full):
                continue
            if os.path.isdir(full):
                self.folders[folder][name] = ("folder",)
                self.folders[path] = {}
                self.scan(path)
            else:
                with open(full, "rb") as file:
                    number = self.new_inode(os.stat(full).st_ino, file.read())
                self.folders[folder][name] = ("file", number)

    def new_inode(self, system, content=b""):
        self.next += 1
        self.inodes[self.next] = Inode(content)
        self.numbers[system] = self.next
        return self.next

    def copy(self):
        twin = Disk()
        twin.root, twin.next = self.root, self.next
        twin.inodes = {number: inode.copy() for number, inode in self.inodes.items()}
        twin.folders = {path: dict(entries) for path, entries in self.folders.items()}
        twin.pending = {path: list(changes) for path, changes in self.pending.items()}
        twin.numbers = dict(self.numbers)
        return twin

    def split(self, path):
        inner = os.path.relpath(path, self.root)
        return os.path.dirname(inner), os.path.basename(inner)

    def change(self, folder, *entry):
        self.pending.setdefault(folder, []).append(entry)

    def current(self, folder, name):
        """What a running program would find."""
        node = self.folders.get(folder, {}).get(name)
        for change in self.pending.get(folder, []):
            if change[0] == "link" and change[1] == name:
                node = change[2]
            elif change[0] == "unlink" and change[1] == name:
                node = None
        return node

    def apply(self, record):
        folder, name = self.split(record.path) if record.path else ("", "")
        if record.name == "create":
            number = self.new_inode(record.inode)
            self.change(folder, "link", name, ("file", number))
        elif record.name == "mkdir":
            inner = os.path.join(folder, name) if folder else name
            self.folders.setdefault(inner, {})
            self.change(folder, "link", name, ("folder",))
        elif record.name in ("write", "truncate"):
            number = self.numbers.get(record.inode)
            if number:
                self.inodes[number].pending.append((record.name, record.number, record.data))
        elif record.name == "fsync":
            inner = os.path.relpath(record.path, self.root)
            inner = "" if inner == "." else inner
            if inner in self.folders and self.current(*self.split(record.path)) in (None, ("folder",)):
                self.settle(inner, len(self.pending.get(inner, [])))
            else:
                inode = self.inodes.get(self.numbers.get(record.inode))
                if inode:
                    inode.content, inode.pending = inode.after(inode.pending), []
        elif record.name in ("unlink", "rmdir"):
            self.change(folder, "unlink", name)
        elif record.name == "rename":
            self.rename(folder, name, *self.split(record.other))
        elif record.name == "exchange":
            other, other_name = self.split(record.other)
            first, second = self.current(folder, name), self.current(other, other_name)
            self.move_tree(folder, name, other, other_name, exchanging=True)
            if folder == other:
                self.change(folder, "pair", name, second, other_name, first)
            else:
                self.change(folder, "link", name, second)
                self.change(other, "link", other_name, first)

    def rename(self, folder, name, other, other_name):
        node = self.current(folder, name)
        if node is None:
            return
        if node == ("folder",):
            self.move_tree(folder, name, other, other_name)
        if folder == other:
            self.change(folder, "move", name, other_name, node)
        else:
            self.change(other, "link", other_name, node)
            self.change(folder, "unlink", name)

    def move_tree(self, folder, name, other, other_name, exchanging=False):
        """Entries of moved folders keep their changes."""
        old = os.path.join(folder, name) if folder else name
        new = os.path.join(other, other_name) if other else other_name

        def moved(path):
            if path == old or path.startswith(old + "/"):
                return new + path[len(old):]
            if exchanging and (path == new or path.startswith(new + "/")):
                return old + path[len(new):]
            return path

        # A cut before the rename is durable finds the same content under the old name.
        for table in (self.folders, self.pending):
            kept = {path: value for path, value in table.items() if not exchanging and moved(path) != path}
            changed = {moved(path): value for path, value in table.items()}
            table.clear()
            table.update(kept)
            table.update(changed)

    def settle(self, folder, count):
        """The first `count` changes of a folder's entries are on the disk."""
        changes = self.pending.get(folder, [])
        entries = self.folders.setdefault(folder, {})
        for change in changes[:count]:
            if change[0] == "link":
                entries[change[1]] = change[2]
            elif change[0] == "unlink":
                entries.pop(change[1], None)
            elif change[0] == "move":
                entries.pop(change[1], None)
                entries[change[2]] = change[3]
            elif change[0] == "pair":
                entries[change[1]], entries[change[3]] = change[2], change[4]
        self.pending[folder] = changes[count:]

    def cut(self, stream):
        """The power goes: of what no barrier made sure of, some is there."""
        style = stream.choice(["none", "all", "some", "some", "some"])
        for folder in sorted(self.pending):
            count = len(self.pending[folder])
            kept = {"none": 0, "all": count}.get(style, stream.randint(0, count))
            self.settle(folder, kept)
            self.pending[folder] = []
        for number in sorted(self.inodes):
            inode = self.inodes[number]
            count = len(inode.pending)
            kept = {"none": 0, "all": count}.get(style, stream.randint(0, count))
            torn = stream.choice([None, None, "half", "zeros"]) if style == "some" else None
            inode.content = inode.after(inode.pending[:kept], torn)
            inode.pending = []

    def write(self, target, folder=""):
        os.makedirs(os.path.join(target, folder), exist_ok=True)
        for name, node in self.folders.get(folder, {}).items():
            if node is None:
                continue
            path = os.path.join(folder, name) if folder else name
            if node == ("folder",):
                self.write(target, path)
            else:
                with open(os.path.join(target, path), "wb") as file:
                    file.write(self.inodes[node[1]].content)

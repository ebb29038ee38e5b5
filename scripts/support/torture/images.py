# SPDX-License-Identifier: Apache-2.0
"""The power is cut on a real file system: a command runs on ext4 in an image, dies at a system call, and what
had reached the image by then is mounted elsewhere, where the command is repeated. Needs root, mkfs.ext4 and
loop devices; without them there are no cases."""

import os
import shutil
import subprocess

from torture.bench import Failed
from torture.kills import CHANGING, calls

MEGABYTES = 96


def cases(bench):
    if not can_mount(bench):
        print("images: left out, as they need root, mkfs.ext4 and loop devices", flush=True)
        return
    number = 0
    while True:
        for load in bench.workloads:
            yield "%s/image-%d" % (load.name, number), image(bench, load, number)
        number += 1


def can_mount(bench):
    if os.getuid() != 0 or not shutil.which("mkfs.ext4"):
        return False
    try:
        with Image(bench.folder("mount"), None):
            return True
    except (OSError, subprocess.CalledProcessError):
        return False


class Image:
    """A mounted image, new or a copy."""

    def __init__(self, folder, source):
        self.file, self.path = os.path.join(folder, "disk"), os.path.join(folder, "mounted")
        os.makedirs(self.path)
        if source:
            subprocess.run(["cp", "--sparse=always", source, self.file], check=True)
        else:
            with open(self.file, "wb") as file:
                file.truncate(MEGABYTES << 20)
            subprocess.run(["mkfs.ext4", "-q", self.file], check=True)
        # Only barriers bring anything to the image while a command runs: the system would take its time.
        subprocess.run(["mount", "-o", "loop,commit=300", self.file, self.path], check=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        subprocess.run(["umount", self.path], check=True)


def image(bench, load, number):
    def body(folder):
        stream = bench.random("image", load.name, number)
        # Every tenth cut comes right after the command has said that it is done.
        at = 0 if number % 10 == 0 else stream.randint(1, calls(bench, load))
        os.makedirs(folder + "/before")
        os.makedirs(folder + "/after")
        with Image(folder + "/before", None) as disk:
            work = disk.path + "/work"
            os.makedirs(work)
            load.setup(work)
            subprocess.run(["sync", "-f", work], check=True)
            shim = {"ROOT": work, "MODE": "kill", "AT": at, "CALLS": CHANGING} if at else None
            outcome = bench.call(load.arguments, work, shim)
            if not at and outcome.status:
                raise Failed("undisturbed it ends with %d: %s" % (outcome.status, outcome.errors))
            after = Image(folder + "/after", disk.file)
        with after:
            work = after.path + "/work"
            when = "power cut after call %d" % at if at else "power cut when all was done"
            if not at:
                load.expect_complete(work, when)
            elif load.name == "replace" and not os.path.exists(work + "/set/dataset.json"):
                raise Failed(when + ": neither the old dataset nor the new one is there")
            load.repeat(work, when)

    return body

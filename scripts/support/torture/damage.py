# SPDX-License-Identifier: Apache-2.0
"""Every file is damaged: one bit, a zeroed or missing tail, everything gone. `check` must name the file,
and no command may give another result without a word."""

import os
import shutil

from torture.bench import Failed
from torture.workloads import fixture

PLACES = 200


def cases(bench):
    if not any(load.name == "train-joint" for load in bench.workloads):
        return
    load = next(load for load in bench.workloads if load.name == "train-joint")
    run = fixture(bench, "run")
    files = sorted(
        os.path.relpath(os.path.join(folder, name), run)
        for folder, _, names in os.walk(run) for name in names if name != ".lock")
    for number in range(PLACES):
        for name in files:
            yield "run/%s-%d" % (name.replace("/", "+"), number), damaged(bench, load, run, name, number)


def spoil(stream, path, number):
    with open(path, "rb") as file:
        data = bytearray(file.read())
    kind = ("bit", "bit", "bit", "zeros", "cut", "gone")[number % 6]
    if kind == "gone" or not data:
        os.remove(path)
        return "removed"
    place = stream.randrange(len(data))
    if kind == "bit":
        data[place] ^= 1 << stream.randrange(8)
    elif kind == "zeros":
        before = bytes(data)
        data[place:] = bytes(len(data) - place)
        if bytes(data) == before:
            data[place] ^= 1
    else:
        del data[place:]
    with open(path, "wb") as file:
        file.write(data)
    return "%s at %d" % (kind, place)


def damaged(bench, load, run, name, number):
    def body(folder):
        load.setup(folder)
        shutil.copytree(run, folder + "/run")
        path = os.path.join(folder, "run", name)
        what = spoil(bench.random("damage", name, number), path, number)
        when = "%s: %s" % (name, what)
        check = bench.call(["check", "run"], folder)
        gone = what == "removed"
        # A checkpoint or the list itself may go without leaving a gap that anyone could see.
        optional = gone and (name.startswith("checkpoints/") or name == "SHA256SUMS")
        if check.status == 0 and not optional:
            raise Failed(when + ": check finds nothing")
        if check.status and name not in check.output and "SHA256SUMS" not in check.output:
            raise Failed(when + ": check names something else: " + check.output)
        if number % 4:
            return
        outcome = bench.call(load.arguments, folder)
        if outcome.crashed:
            raise Failed("%s: train ended by signal %d" % (when, -outcome.status))
        if outcome.status == 0:
            # Nothing rewrites an old checkpoint of which a newer one is whole; `check` says to remove it.
            spare = name.startswith("checkpoints/") and "a newer one is whole" in check.output
            load.expect_complete(folder, when + ", train said all is well", may_need_attention=spare)
        elif "error:" not in outcome.errors:
            raise Failed(when + ": train failed without a word")

    return body

# SPDX-License-Identifier: Apache-2.0
"""Each system call fails or takes half: the command must say so or do without, and the next one must end
with the same bits."""

import os

from torture.bench import Failed
from torture.kills import CHANGING, calls

ERRORS = {"EIO": 5, "ENOSPC": 28, "EACCES": 13}


def cases(bench):
    for load in bench.workloads:
        if load.name.startswith("train"):
            yield "%s/nolock-0" % load.name, without_locks(bench, load)
    for load in bench.workloads:
        total = calls(bench, load)
        for number in range(1, total + 1):
            for name, code in ERRORS.items():
                if name == "EIO" or (number % 3 == (0 if name == "ENOSPC" else 1)):
                    yield "%s/%s-%d" % (load.name, name, number), failing(bench, load, number, code)
            yield "%s/short-%d" % (load.name, number), short(bench, load, number)
        for number in range(1, 41):
            yield "%s/read-%d" % (load.name, number), reading(bench, load, number)


def judge(load, folder, outcome, when):
    if outcome.crashed:
        raise Failed("%s: ended by signal %d: %s" % (when, -outcome.status, outcome.errors[-400:]))
    if outcome.status == 0:
        load.expect_complete(folder, when + ", status 0")
    elif "error:" not in outcome.errors and " failed: " not in outcome.errors:
        raise Failed("%s: status %d without a word" % (when, outcome.status))
    load.repeat(folder, when)


def failing(bench, load, number, code):
    def body(folder):
        load.setup(folder)
        outcome = bench.call(
            load.arguments, folder,
            {"ROOT": folder, "MODE": "fail", "AT": number, "ERRNO": code, "CALLS": CHANGING})
        judge(load, folder, outcome, "call %d fails with %s" % (number, os.strerror(code)))

    return body


def short(bench, load, number):
    def body(folder):
        load.setup(folder)
        outcome = bench.call(
            load.arguments, folder, {"ROOT": folder, "MODE": "short", "AT": number, "CALLS": "write"})
        judge(load, folder, outcome, "write %d takes half" % number)

    return body


def reading(bench, load, number):
    def body(folder):
        load.setup(folder)
        outcome = bench.call(
            load.arguments, folder,
            {"ROOT": folder, "MODE": "fail", "AT": number, "ERRNO": 5, "CALLS": "open"})
        judge(load, folder, outcome, "opening %d fails" % number)

    return body


def without_locks(bench, load):
    def body(folder):
        load.setup(folder)
        outcome = bench.call(load.arguments, folder, {"ROOT": folder, "MODE": "nolock"})
        if outcome.status or "has no locks" not in outcome.errors:
            raise Failed("no locks: status %d, said %s" % (outcome.status, outcome.errors[-400:]))
        judge(load, folder, outcome, "no locks")

    return body

# SPDX-License-Identifier: Apache-2.0
"""The process is killed at a system call or at a moment; the repeated command must end with the same bits."""

import os
import signal
import subprocess
import time

from torture.bench import Failed
from torture.workloads import methods, training

def cases(bench):
    """Every changing system call of every workload first, then random moments without end."""
    for load in bench.workloads:
        for number in range(1, calls(bench, load) + 1):
            yield "%s/call-%d" % (load.name, number), at_call(bench, load, number)
    number = 0
    trained = [training(bench, method) for method in methods(bench) if bench.wants("train-" + method)]
    while trained:
        load = trained[number % len(trained)]
        yield "%s/moment-%d" % (load.name, number), at_moment(bench, load, number)
        number += 1


def calls(bench, load):
    """How many changing calls an undisturbed command makes."""
    path = os.path.join(bench.out, "fixtures", "calls-" + load.name)
    if not os.path.exists(path):
        folder = bench.folder("count-" + load.name)
        load.setup(folder)
        log = folder + "-log"
        bench.call(
            load.arguments, folder,
            {"ROOT": folder, "MODE": "count", "LOG": log, "CALLS": CHANGING})
        from torture.trace import read
        count = sum(1 for record in read(log))
        os.remove(log)
        with open(path, "w", encoding="utf-8") as file:
            file.write(str(count))
    with open(path, encoding="utf-8") as file:
        return int(file.read())


CHANGING = "create,write,fsync,truncate,rename,exchange,mkdir,unlink,rmdir"


def at_call(bench, load, number):
    def body(folder):
        load.setup(folder)
        bench.call(
            load.arguments, folder,
            {"ROOT": folder, "MODE": "kill", "AT": number, "CALLS": CHANGING})
        load.repeat(folder, "killed after call %d" % number)

    return body


def at_moment(bench, load, number):
    def body(folder):
        stream = bench.random("moment", load.name, number)
        load.setup(folder)
        environment = dict(os.environ, OMP_NUM_THREADS="1", NO_COLOR="1")
        for _ in range(stream.randint(1, 3)):
            process = subprocess.Popen(
                [bench.binary] + load.arguments, cwd=folder, env=environment,
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                start_new_session=True)
            try:
                process.wait(timeout=stream.uniform(0.1, 1.5))
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        load.repeat(folder, "killed at random moments")
        expect_no_leftovers(folder)

    return body


def expect_no_leftovers(folder):
    for path, _, names in os.walk(folder):
        for name in names:
            if name.endswith(".equipoise-partial"):
                raise Failed("%s is left" % os.path.join(path, name))

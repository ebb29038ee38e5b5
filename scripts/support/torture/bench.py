# SPDX-License-Identifier: Apache-2.0
"""What every kind of case needs: the program, the preloaded shim, folders, results."""

import itertools
import json
import os
import random
import shutil
import subprocess
import sys
import time

# The first so many cases of a section are what a sample is taken from.
SAMPLED = 5000
HERE = os.path.dirname(os.path.realpath(__file__))


class Failed(Exception):
    """A case did not end as promised."""


class Outcome:
    """How a command ended."""

    def __init__(self, status, output, errors):
        self.status, self.output, self.errors = status, output, errors

    @property
    def crashed(self):
        # A stop signal that was handled gives 128 + n; a trap or fault, a negative status.
        return self.status < 0 and self.status != -9


class Bench:
    def __init__(self, options):
        self.options = options
        self.binary = os.path.abspath(options.binary)
        self.out = os.path.abspath(options.out)
        self.seed = options.seed
        os.makedirs(self.out, exist_ok=True)
        self.shim = os.path.join(self.out, "shim.so")
        source = os.path.join(HERE, "shim.c")
        if not os.path.exists(self.shim) or os.path.getmtime(self.shim) < os.path.getmtime(source):
            subprocess.run(
                ["cc", "-shared", "-fPIC", "-O2", "-w", "-o", self.shim, source, "-ldl", "-lpthread"],
                check=True)
        self.results = os.path.join(self.out, "results.jsonl")
        self.done = {}
        if os.path.exists(self.results):
            with open(self.results, encoding="utf-8") as lines:
                for line in lines:
                    try:
                        result = json.loads(line)
                    except ValueError:
                        continue
                    self.done[result["case"]] = result
        from torture import workloads
        self.workloads = [load for load in workloads.all_of(self) if self.wants(load.name)]

    def wants(self, workload):
        """Whether the user left a command in."""
        wanted = [name for name in self.options.workloads.split(",") if name]
        return not wanted or workload in wanted

    def random(self, *names):
        """A stream of its own for each consumer."""
        return random.Random("/".join(str(part) for part in (self.seed,) + names))

    # Commands

    def call(self, arguments, folder, shim=None, limit=600, **settings):
        """Runs the program in a folder. `shim` has the variables of shim.c without their prefix."""
        environment = dict(os.environ, OMP_NUM_THREADS="1", NO_COLOR="1")
        if shim is not None:
            environment["LD_PRELOAD"] = self.shim
            environment.update({"TORTURE_" + key: str(value) for key, value in shim.items()})
        try:
            process = subprocess.run(
                [self.binary] + arguments, cwd=folder, env=environment, stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=limit, **settings)
        except subprocess.TimeoutExpired:
            raise Failed("no end after %d s: %s" % (limit, " ".join(arguments)))
        return Outcome(
            process.returncode, process.stdout.decode("utf-8", "replace"),
            process.stderr.decode("utf-8", "replace"))

    def folder(self, name):
        """An empty folder for a case."""
        path = os.path.join(self.out, "work", name.replace("/", "_"))
        shutil.rmtree(path, ignore_errors=True)
        os.makedirs(path)
        return path

    # Cases

    def run(self, section, cases, seconds):
        start, count, last = time.monotonic(), 0, 0.0
        if self.options.sample:
            cases = list(itertools.islice(cases, SAMPLED))
            self.random("sample", section).shuffle(cases)
            # There are few of these, and nothing else tests what they do.
            cases.sort(key=lambda case: "nolock" not in case[0])
        for name, body in cases:
            name = section + "/" + name
            if self.options.case:
                if name != self.options.case:
                    continue
            elif name in self.done:
                continue
            elif time.monotonic() - start > seconds:
                break
            folder = self.folder(name)
            begin, problem = time.monotonic(), None
            try:
                body(folder)
            except Failed as error:
                problem = str(error)
            result = {
                "case": name, "problem": problem, "seconds": round(time.monotonic() - begin, 2)}
            self.done[name] = result
            with open(self.results, "a", encoding="utf-8") as lines:
                lines.write(json.dumps(result) + "\n")
            count += 1
            if problem:
                print("FAILED %s: %s" % (name, problem), flush=True)
            if not problem and not self.options.case:
                shutil.rmtree(folder, ignore_errors=True)
            if time.monotonic() - last > 30:
                last = time.monotonic()
                print("%s: %d cases, %.0f s" % (section, count, last - start), flush=True)

    def summary(self, sections):
        groups, failed = {}, []
        for result in self.done.values():
            parts = result["case"].split("/")
            if parts[0] not in sections or self.options.case and result["case"] != self.options.case:
                continue
            group = groups.setdefault((parts[0], parts[1]), [0, 0, 0.0])
            group[0] += 1
            group[2] += result["seconds"]
            if result["problem"]:
                group[1] += 1
                failed.append(result)
        print("\n%-10s %-12s %8s %8s %10s" % ("section", "workload", "cases", "failed", "seconds"))
        for (section, load), (count, bad, seconds) in sorted(groups.items()):
            print("%-10s %-12s %8d %8d %10.0f" % (section, load, count, bad, seconds))
        for result in failed:
            print("\n%s\n  %s" % (result["case"], result["problem"]))
            print("  scripts/torture --seed %d --out %s --binary %s --case %s" % (
                self.seed, self.options.out, self.options.binary, result["case"]))
        print("\n%d cases, %d failed" % (sum(group[0] for group in groups.values()), len(failed)))
        return 1 if failed else 0

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks Equipoise on a machine with an NVIDIA GPU, and times it beside PyTorch there.

Lies with the program in a folder that `scripts/gpu-check` fills, so that the machine needs neither Swift
nor a compiler: only Python 3 with a PyTorch of the version the program was built for, and NumPy.

usage: gpu_check.py [--seconds S] [--out FOLDER] [--only SECTION,…] [--compile]

  --seconds S     stop starting new work after S seconds (default 660)
  --out FOLDER    where the tables and the logs of what failed go (default: gpu-check-results)
  --only NAMES    sections: doctor, methods, precision, evaluate, steps, commands (default: all)
  --methods NAMES the methods of section 'methods' (default: all)
  --device NAME   instead of cuda, to try this program without a GPU
  --library DIR   the folder of libtorch's libraries, instead of that of this Python's PyTorch
  --compile       time PyTorch's compiled joint step with TF32 as well; compiling takes about a minute

Every line says what was asked, what came, and whether it holds. The status is 1 if anything did not hold.
"""

import argparse
import concurrent.futures
import json
import lzma
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
# What a method needs beside its name and what `config list` says, so that it acts from the first step. Noise that is drawn on the
# device differs from the processor's by design.
METHODS = {
    "joint": [],
    "aim": ["method.startEpoch=0", "method.decoupling.latentWidth=64"],
    "unimodal-losses": [],
    "late-fusion": [],
    "gradient-blending": ["method.firstSuperEpoch=1", "method.superEpoch=1"],
    "ogm-ge": ["method.noise=false"],
    "ogm": ["method.noise=false", "method.window.first=0"],
    "opm": ["method.warmupEpochs=0", "method.previousBatch=true", "method.probability=0"],
    "opm-ogm": ["method.opm.warmupEpochs=0", "method.opm.previousBatch=true", "method.opm.probability=0",
                "method.ogm.noise=false", "method.ogm.window.first=0"],
    "greedy": ["method.warmupEpochs=0"],
    "pmr": [],
    "agm": [],
    "mla": [],
    "mmcosine": [],
    "mmpareto": [],
    "diagnosing-relearning": ["method.period=1"],
    "dgl": [],
    "inforeg": [],
    "mlb": [],
    "cggm": [],
    "amco": ["method.largestShare=0"],
    "cml": [],
    "mbsd": [],
    "mcr": ["method.contrastWeight=0"],
    "lfm": [],
    "smv": ["method.warmupEpochs=0"],
    "umt": ["method.teacherEpochs=1"],
    "reconboost": ["method.boostingEpochs=1", "method.rectificationEpochs=1"],
    "aug": ["method.interval=1"],
}
OLDER = {"ATEN_CPU_CAPABILITY": "avx2", "ONEDNN_MAX_CPU_ISA": "AVX2", "MKL_CBWR": "AVX2"}
WIDTH = ["model.encoders.audio.width=16", "model.encoders.visual.width=16"]


class Check:
    def __init__(self, options):
        self.begun = time.monotonic()
        self.options = options
        self.failed = []
        self.lines = []
        self.folder = os.path.abspath(options.out)
        shutil.rmtree(self.folder, ignore_errors=True)
        os.makedirs(self.folder)
        self.work = tempfile.mkdtemp(prefix="gpu-check-")
        self.program = os.path.join(HERE, "equipoise")
        if not os.path.exists(self.program):
            self.program = os.path.join(self.work, "equipoise")
            with lzma.open(os.path.join(HERE, "equipoise.xz")) as packed, open(self.program, "wb") as file:
                shutil.copyfileobj(packed, file)
            os.chmod(self.program, 0o755)
        self.environment = dict(os.environ)
        library = options.library or subprocess.run(
            [sys.executable, "-c", "import torch, os; print(os.path.dirname(torch.__file__) + '/lib')"],
            stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
        self.environment["LD_LIBRARY_PATH"] = library
        self.data = os.path.join(self.work, "data")

    def say(self, text):
        self.lines.append(text)
        print(f"[{time.monotonic() - self.begun:4.0f} s] {text}", flush=True)
        with open(os.path.join(self.folder, "results.md"), "a") as file:
            file.write(text + "\n")

    def judge(self, holds, text):
        self.say(("ok    " if holds else "FAIL  ") + text)
        if not holds:
            self.failed.append(text)

    def late(self):
        return time.monotonic() - self.begun > self.options.seconds

    def run(self, *arguments, timeout=180, environment=None):
        """(status, seconds, what it printed)"""
        begun = time.monotonic()
        try:
            done = subprocess.run(
                [self.program, *arguments], env={**self.environment, **(environment or {})}, cwd=self.work,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", timeout=timeout)
            return done.returncode, time.monotonic() - begun, done.stdout
        except subprocess.TimeoutExpired as error:
            text = error.stdout or b""
            return 124, time.monotonic() - begun, text if isinstance(text, str) else text.decode(errors="replace")

    def keep(self, name, text):
        with open(os.path.join(self.folder, "logs.txt"), "a") as file:
            file.write(f"==== {name}\n{text}\n")

    # ---- Sections ----

    def doctor(self):
        status, seconds, text = self.run("doctor")
        for line in text.splitlines():
            print("      " + line, flush=True)
        self.keep("doctor", text)
        self.judge(status == 0 and "device(s)" in text, f"doctor sees a GPU ({seconds:.1f} s)")

    def catalogue(self):
        """What each method needs of the model, as the program says it."""
        status, _, text = self.run("config", "list", "--format", "json")
        if status:
            raise SystemExit("config list: " + text[-400:])
        self.needs = {method["name"]: method["needs"]["settings"] for method in json.loads(text)["methods"]}

    def prepare(self):
        status, _, text = self.run(
            "prepare", "synthetic", "--out", self.data, "--set", "train=192", "--set", "validation=48",
            "--set", "test=48", "--set", "size=32", "--quiet")
        if status:
            self.judge(False, "prepare synthetic: " + text[-400:])

    def train(self, method, folder, device, *more, precision="fp32", environment=None):
        sets = [part for item in self.needs[method] + METHODS[method] + WIDTH for part in ("--set", item)]
        return self.run(
            "train", "--data", self.data, "--out", os.path.join(self.work, folder), "--method", method,
            "--device", self.options.device if device == "cuda" else device, "--precision", precision, "--threads", "2", "--epochs", "2",
            "--learning-rate", "0.001", "--quiet", *sets, *more, environment=environment)

    def weights(self, folder):
        return tensors(os.path.join(self.work, folder, "weights.safetensors"))

    def method(self, name):
        """Three steps on the processor and on the GPU; then the GPU's run to its end, in one and in two parts.

        Rounding moves a few numbers over a kink of the network, and then gradients differ by more than
        rounding. How much that is for this method is seen by the processor's own older kernels.
        """
        runs = {
            "start": self.train(name, f"{name}-start", "cpu", "--max-steps", "0"),
            "cpu": self.train(name, f"{name}-cpu", "cpu", "--max-steps", "3"),
            "older": self.train(name, f"{name}-older", "cpu", "--max-steps", "3", environment=OLDER),
            "cuda": self.train(name, f"{name}-cuda", "cuda", "--max-steps", "3"),
        }
        for part, (status, _, text) in runs.items():
            if status:
                self.keep(f"{name}-{part}", text)
                return False, f"{name}: {part} ends with {status}: {last(text)}"
        start, cpu, older, cuda = (self.weights(f"{name}-{part}") for part in runs)
        absolute, relative = difference(start, cpu, cuda)
        usual = difference(start, cpu, older)[0]
        resumed = self.train(name, f"{name}-cuda", "cuda")
        whole = self.train(name, f"{name}-whole", "cuda")
        for part, (status, _, text) in {"resumed": resumed, "whole": whole}.items():
            if status:
                self.keep(f"{name}-{part}", text)
                return False, f"{name}: {part} ends with {status}: {last(text)}"
        same = self.bytes(f"{name}-cuda") == self.bytes(f"{name}-whole")
        return absolute <= max(1e-4, 3 * usual) and same, (
            f"{name}: 3 steps differ by at most {absolute:.1e} from the processor's ({relative:.1e} of the "
            f"way they went), its older kernels by {usual:.1e}; continued run "
            f"{'equals' if same else 'DIFFERS from'} the whole one")

    def bytes(self, folder):
        with open(os.path.join(self.work, folder, "weights.safetensors"), "rb") as file:
            return file.read()

    def methods(self):
        self.say("Each method, fp32 without TF32: CPU against CUDA after three steps; stopped and continued")
        names = [name for name in METHODS if name in (self.options.methods or ",".join(METHODS)).split(",")]
        # On its own first: it loads the libraries into the page cache for all others.
        self.judge(*self.method(names[0]))
        with concurrent.futures.ThreadPoolExecutor(5) as pool:
            for holds, text in pool.map(self.method, names[1:]):
                self.judge(holds, text)

    def precision(self):
        self.say("Precisions on CUDA: three steps against fp32 on the processor")
        for name in ("joint", "aim"):
            for precision in ("fp32", "tf32", "bf16"):
                folder = f"{name}-{precision}"
                status, _, text = self.train(name, folder, "cuda", "--max-steps", "3", precision=precision)
                if status:
                    self.keep(folder, text)
                    self.judge(False, f"{name} {precision} ends with {status}: {last(text)}")
                    continue
                start, cpu = self.weights(f"{name}-start"), self.weights(f"{name}-cpu")
                absolute, relative = difference(start, cpu, self.weights(folder))
                limit = {"fp32": 1e-2, "tf32": 5e-2, "bf16": 5e-1}[precision]
                self.judge(
                    relative <= limit, f"{name} {precision}: at most {absolute:.1e}, {relative:.1e} of the way")

    def evaluate(self):
        self.say("One run's weights scored on both devices")
        scores = {}
        for device in ("cpu", "cuda"):
            status, seconds, text = self.run(
                "evaluate", os.path.join(self.work, "joint-whole"), "--device",
                self.options.device if device == "cuda" else device, "--format", "json",
                "--probe")
            self.keep(f"evaluate-{device}", text)
            if status:
                return self.judge(False, f"evaluate on {device} ends with {status}: {last(text)}")
            scores[device] = json.loads(text[text.index("{"):])
        worst = max(
            (abs(a - b) for a, b in zip(numbers(scores["cpu"]), numbers(scores["cuda"]))), default=float("inf"))
        self.judge(worst <= 2.5 / 48, f"scores differ by at most {worst:.2e}")

    def commands(self):
        self.say("Other commands on CUDA")
        for name, arguments in {
            "train, all at once": [
                "train", "--data", self.data, "--out", "all", "--method", "aim", "--epochs", "2", "--batch-size", "16",
                "--precision", "bf16", "--channels-last", "--set", "method.startEpoch=0", "--set",
                "augmentation.visual.flip=true", "--set", "training.optimiser.type=adamw", "--set",
                "training.gradientClip=1", "--set", "runtime.checkpointEverySteps=5", "--set",
                "evaluation.probe=true"],
            "dry run": ["train", "--data", self.data, "--out", "dry", "--method", "aim", "--dry-run", "3"],
            "check": ["check", "all"],
            "predict": ["predict", "all", self.data, "--out", "predicted.csv"],
            "compare": ["compare", "--data", self.data, "--set", f"runtime.device={self.options.device}", "--methods", "joint,ogm-ge", "--seeds", "0,1", "--epochs", "2",
                        "--out", "compared"],
            "report": ["report", "all", "compared", "--out", "report.html"],
            "more memory than there is": [
                "benchmark", "resnet18", "--batch", "2048", "--size", "512", "--python", "none", "--rounds", "1",
                "--device", self.options.device],
        }.items():
            more = ["--device", self.options.device] if arguments[0] in ("train", "predict") else []
            status, seconds, text = self.run(*arguments, *more)
            self.keep(name, text)
            wanted = 1 if name.startswith("more memory") else 0
            self.judge(status == wanted, f"{name}: status {status} in {seconds:.0f} s: {last(text)}")

    def steps(self):
        self.say("Times of a step, ms: minimum / median of 7 rounds in turn, and PyTorch eager's median over it")
        settings = []
        for size in (64, 224):
            for precision in ("fp32", "tf32", "bf16"):
                settings += [("joint", None, size, precision), ("aim", "default", size, precision)]
        settings += [("aim", "fast", 64, "tf32"), ("aim", "fast", 224, "tf32")]
        # What says most first, as time may run out.
        order = ("tf32", "fp32", "bf16")
        settings.sort(key=lambda s: (order.index(s[3]), -s[2], s[1] == "fast"))
        for method, preset, size, precision in settings:
            if self.late():
                self.say(f"not run: {method} {preset or ''} {size}² {precision}")
                continue
            self.steps_of(method, preset, size, precision)

    def steps_of(self, method, preset, size, precision):
        layout = ["--channels-last"] if precision == "bf16" else []
        choice = ["--method-preset", preset] if preset == "fast" else []
        compiled = ["--compile"] if self.options.compile and method == "joint" and precision == "tf32" else []
        name = f"{method}{' ' + preset if preset else ''}, {size}² batch 64, {precision}"
        status, seconds, text = self.run(
            "benchmark", "resnet18", "--method", method, *choice, "--batch", "64", "--size", str(size),
            "--precision", precision, *layout, "--device", self.options.device, "--rounds", "7",
            "--steps", "10" if method == "joint" else "2", "--threads", "4", "--python", sys.executable,
            "--script", os.path.join(HERE, "pytorch_step.py"), "--format", "json", *compiled,
            timeout=240 if compiled else 120)
        self.keep(f"steps-{method}-{preset}-{size}-{precision}", text)
        if status:
            return self.judge(False, f"{name} ends with {status}: {last(text)}")
        sides = json.loads(text[text.index("{"):])["sides"]
        own = sorted(sides[0]["rounds"])
        words = []
        for side in sides:
            rounds = sorted(side["rounds"])
            memory = side.get("peakDeviceMemory") or 0
            ratio = rounds[len(rounds) // 2] / own[len(own) // 2]
            words.append(f"{side['name']} {1e3 * rounds[0]:.2f} / {1e3 * rounds[len(rounds) // 2]:.2f} "
                         f"({ratio:.2f} ×, {memory / 2**20:.0f} MiB)")
        self.say(f"{name}: " + "; ".join(words) + f"  [{seconds:.0f} s]")


def last(text):
    lines = [line for line in text.strip().splitlines() if line.strip()]
    return " | ".join(lines[-3:])[:600]


def tensors(path):
    """A safetensors file's float tensors."""
    import numpy

    with open(path, "rb") as file:
        data = file.read()
    (length,) = struct.unpack("<Q", data[:8])
    header, found = json.loads(data[8 : 8 + length]), {}
    for name, entry in header.items():
        kind = {"F32": "<f4", "F64": "<f8"}.get(entry.get("dtype")) if name != "__metadata__" else None
        if kind:
            begin, end = (8 + length + x for x in entry["data_offsets"])
            found[name] = numpy.frombuffer(data[begin:end], kind).astype("f8")
    return found


def difference(start, one, other):
    """The largest difference of a number, and the difference as a part of the way from the start."""
    if set(one) != set(other) or not one:
        return float("inf"), float("inf")
    absolute = max(float(abs(one[name] - other[name]).max()) for name in one)
    apart = sum(float(((one[name] - other[name]) ** 2).sum()) for name in one)
    way = sum(float(((one[name] - start[name]) ** 2).sum()) for name in one)
    return absolute, (apart / way) ** 0.5 if way else float("inf")


def numbers(value):
    if isinstance(value, bool):
        return []
    if isinstance(value, (int, float)):
        return [value]
    if isinstance(value, dict):
        return [x for key in sorted(value) if key != "loss" for x in numbers(value[key])]
    return [x for item in value for x in numbers(item)] if isinstance(value, list) else []


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--seconds", type=float, default=660)
    parser.add_argument("--out", default="gpu-check-results")
    parser.add_argument("--only", default="doctor,methods,precision,evaluate,steps,commands")
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--library")
    parser.add_argument("--methods")
    parser.add_argument("--compile", action="store_true")
    options = parser.parse_args()
    check = Check(options)
    check.catalogue()
    check.prepare()
    for name in options.only.split(","):
        if check.late():
            check.say(f"not run: {name}")
            continue
        getattr(check, name)()
    check.say(f"{len(check.failed)} did not hold")
    return 1 if check.failed else 0


if __name__ == "__main__":
    sys.exit(main())

# SPDX-License-Identifier: Apache-2.0
"""The commands that are tortured, on data of a few kilobytes: what each leaves, and what of it counts."""

import hashlib
import json
import os
import random
import re
import shutil
import struct
import subprocess

from torture.bench import Failed

TRAIN = [
    "--data", "data", "--epochs", "3", "--seed", "3", "--batch-size", "8", "--threads", "1",
    "--checkpoint-every", "3",
    "--set", "model.encoders.audio={type: mlp, width: 8, depth: 2, dropout: 0.1}",
    "--set", "model.encoders.motion={type: conv1d, width: 4, depth: 2, dropout: 0.1}",
]


def safetensors(path, tensors):
    """Writes lists of numbers: name -> (type, shape, format character, numbers)."""
    header, data = {}, b""
    for name, (kind, shape, code, numbers) in tensors.items():
        piece = struct.pack("<%d%s" % (len(numbers), code), *numbers)
        header[name] = {
            "dtype": kind, "shape": shape, "data_offsets": [len(data), len(data) + len(piece)]}
        data += piece
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)


def dataset(folder, is_partial=False):
    """A dataset of two modalities that both tell the class; in a partial one samples differ in length and lack some."""
    os.makedirs(folder)
    stream = random.Random(5)
    splits = {}
    for split, count in (("train", 48), ("validation", 12), ("test", 12)):
        labels = [index % 3 for index in range(count)]

        def values(size):
            return [
                stream.random() * 3 + (1 if place % 3 == label else 0)
                for label in labels for place in range(size)]

        tensors = {
            "label": ("I64", [count], "q", labels),
            "audio": ("F32", [count, 6], "f", values(6)),
            "motion": ("F32", [count, 16, 2], "f", values(32)),
        }
        if is_partial:
            tensors["motion.length"] = (
                "I64", [count], "q", [1 + index * 7 % 16 for index in range(count)])
            for name, place in (("audio", 1), ("motion", 2)):
                tensors[name + ".present"] = (
                    "U8", [count], "B", [int(index % 4 != place) for index in range(count)])
        safetensors("%s/%s.safetensors" % (folder, split), tensors)
        splits[split] = [{"file": split + ".safetensors", "count": count}]
    with open(folder + "/dataset.json", "w", encoding="utf-8") as file:
        json.dump({
            "format": "equipoise-dataset", "version": 1, "name": "tiny",
            "classes": ["low", "middle", "high"],
            "modalities": {
                "audio": {"kind": "vector", "shape": [6], "dtype": "float32"},
                "motion": {"kind": "sequence", "shape": [16, 2], "dtype": "float32"}},
            "splits": splits}, file)


def npy(path, numbers):
    header = "{'descr': '<f4', 'fortran_order': False, 'shape': (%d,), }" % len(numbers)
    header += " " * (-(10 + len(header) + 1) % 64) + "\n"
    with open(path, "wb") as file:
        file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode())
        file.write(struct.pack("<%df" % len(numbers), *numbers))


def arrays(folder, seed):
    """A manifest of one npy file a sample."""
    os.makedirs(folder)
    stream = random.Random(seed)
    with open(folder + "/manifest.csv", "w", encoding="utf-8") as table:
        table.write("id,split,label,series\n")
        for index in range(12):
            npy("%s/%d.npy" % (folder, index), [stream.random() for _ in range(4)])
            split = ("train", "train", "validation", "test")[index // 2 % 4]
            table.write("s%d,%s,%s,%d.npy\n" % (index, split, "ab"[index % 2], index))


def hashed(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def untimed(value):
    """A JSON value without what a clock wrote."""
    if isinstance(value, dict):
        return {
            key: untimed(item) for key, item in value.items()
            if key not in ("seconds", "dataWait", "processSeconds")}
    return [untimed(item) for item in value] if isinstance(value, list) else value


def run_content(folder):
    """What counts of a run."""
    with open(folder + "/metrics.jsonl", encoding="utf-8") as file:
        lines = [untimed(json.loads(line)) for line in file]
    with open(folder + "/result.json", encoding="utf-8") as file:
        result = untimed(json.load(file))
    return [hashed(folder + "/weights.safetensors"), hashed(folder + "/best.safetensors"), lines, result]


def dataset_content(folder):
    return sorted(
        (name, hashed(os.path.join(folder, name))) for name in os.listdir(folder)
        if name.endswith(".safetensors"))


class Workload:
    """A command, what it needs, and what counts of what it leaves.

    - name: for people and `--workloads`.
    - arguments: of the program, run in a folder of its own.
    - target: the file or folder that the command makes.
    - content(folder): what counts; must be the same however often the command was disturbed.
    - needs: what has to be linked or made in the folder before.
    """

    def __init__(self, bench, name, arguments, target, content, needs=("data",), checks=True, once=False):
        self.bench, self.name, self.arguments = bench, name, arguments
        self.target, self.content, self.needs, self.checks = target, content, needs, checks
        self.once = once
        self._reference = None

    def setup(self, folder):
        for need in self.needs:
            source = self.bench_fixture(need)
            if need in ("data", "partial", "input"):
                os.symlink(source, os.path.join(folder, need))
            elif os.path.isdir(source):
                # Written to: a copy of its own.
                shutil.copytree(source, os.path.join(folder, need))
            else:
                shutil.copy(source, os.path.join(folder, need))

    def bench_fixture(self, name):
        return fixture(self.bench, name)

    @property
    def reference(self):
        """What an undisturbed command leaves."""
        if self._reference is None:
            folder = self.bench.folder("reference-" + self.name)
            self.setup(folder)
            outcome = self.bench.call(self.arguments, folder)
            if outcome.status:
                raise SystemExit("%s fails undisturbed: %s" % (self.name, outcome.errors))
            self._reference = self.content(folder)
        return self._reference

    def expect_complete(self, folder, when, may_need_attention=False):
        """What is there now is what an undisturbed command leaves, and `check` has no objection."""
        try:
            found = self.content(folder)
        except (OSError, ValueError) as error:
            raise Failed("%s: %s" % (when, error))
        if found != self.reference:
            raise Failed("%s: what is there differs" % when)
        if self.checks and not may_need_attention:
            check = self.bench.call(["check", self.target], folder)
            if check.status:
                raise Failed("%s: check says %s" % (when, check.output + check.errors))

    def repeat(self, folder, when):
        """The same command again ends well with the same result."""
        if self.once and os.path.exists(os.path.join(folder, self.target)):
            # It refuses to touch what is there, which must then be all of it.
            return self.expect_complete(folder, when + ", not repeated")
        outcome = self.bench.call(self.again, folder)
        if outcome.status:
            raise Failed("%s: repeating ends with %d: %s" % (
                when, outcome.status, outcome.errors.strip()[-600:]))
        self.expect_complete(folder, when + ", repeated")

    @property
    def again(self):
        """What a user types after an interruption."""
        return self.arguments


def fixture(bench, name):
    """Data or a trained run, made once."""
    path = os.path.join(bench.out, "fixtures", name)
    if os.path.exists(path):
        return path
    partial = path + ".partial"
    shutil.rmtree(partial, ignore_errors=True)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    if name in ("data", "partial"):
        dataset(partial, is_partial=name == "partial")
    elif name == "input":
        arrays(partial, 1)
    elif name == "run":
        os.makedirs(partial)
        os.symlink(fixture(bench, "data"), partial + "/data")
        outcome = bench.call(["train", "--method", "joint", "--out", "run"] + TRAIN, partial)
        if outcome.status:
            raise SystemExit("the fixture cannot be trained: " + outcome.errors)
        os.rename(partial + "/run", path)
        shutil.rmtree(partial)
        return path
    elif name in ("set", "set.parts"):
        os.makedirs(partial)
        arrays(partial + "/input", 0)
        outcome = bench.call(["prepare", "manifest", "--input", "input", "--out", "set"], partial)
        if outcome.status:
            raise SystemExit("the fixture cannot be prepared: " + outcome.errors)
        for part in ("set", "set.parts"):
            os.rename(partial + "/" + part, os.path.join(os.path.dirname(path), part))
        shutil.rmtree(partial)
        return path
    os.rename(partial, path)
    return path


# What a method needs of the encoders beside TRAIN; the rest says `config list`.
WIDTHS = {"mla": ["model.encoders.motion.width=8"]}


def methods(bench):
    """The settings that each method of the program needs, by its name."""
    if not hasattr(bench, "needs"):
        text = subprocess.run(
            [bench.binary, "config", "list", "--format", "json"], check=True, stdout=subprocess.PIPE).stdout
        bench.needs = {method["name"]: method["needs"]["settings"] for method in json.loads(text)["methods"]}
        # One modality is another model.
        del bench.needs["unimodal"]
    return bench.needs


def training(bench, method, data="data", settings=()):
    settings = methods(bench)[method] + WIDTHS.get(method, []) + list(settings)
    arguments = [word for text in settings for word in ("--set", text)]
    train = [data if word == "data" else word for word in TRAIN]
    return Workload(
        bench, "train-" + method + ("" if data == "data" else "-" + data),
        ["train", "--method", method, "--out", "run"] + train + arguments,
        "run", lambda folder: run_content(folder + "/run"), needs=(data,))


def all_of(bench):
    def comparison(folder):
        runs = ["comparison/joint", "comparison/ogm"]
        runs += sorted(
            "references/" + name for name in os.listdir(folder + "/references")
            if os.path.isdir("%s/references/%s" % (folder, name)))
        return [run_content("%s/%s/seed-%d" % (folder, run, 0)) for run in runs]

    def search(folder):
        with open(folder + "/search/trials.csv", encoding="utf-8") as file:
            trials = [line.rsplit(",", 1)[0] for line in file]
        with open(folder + "/search/joint/best.yaml", encoding="utf-8") as file:
            return [trials, file.read()]

    def halved(folder):
        with open(folder + "/halved/trials.csv", encoding="utf-8") as file:
            trials = file.read()
        with open(folder + "/halved/search.json", encoding="utf-8") as file:
            return [trials, file.read()]

    def page(folder):
        with open(folder + "/report.html", encoding="utf-8") as file:
            return re.sub(r'"made":"[^"]*"', "", file.read())

    def files(*names):
        return lambda folder: [hashed(folder + "/" + name) for name in names]

    return [
        training(bench, "joint"),
        training(bench, "aim"),
        # Samples of different lengths that lack modalities, with what else such runs keep.
        training(bench, "joint", "partial", [
            "model.missing=embedding", "training.bucketing=2", "augmentation.audio.modalityDropout=0.3",
            "evaluation.robustness=true"]),
        training(bench, "aim", "partial", ["method.startEpoch=0", "method.decoupling.latentWidth=4"]),
        Workload(
            bench, "prepare", [
                "prepare", "synthetic", "--out", "made", "--set", "train=12", "--set", "validation=6",
                "--set", "test=6", "--set", "size=32"],
            "made", lambda folder: dataset_content(folder + "/made"), needs=(), once=True),
        Workload(
            bench, "replace", ["prepare", "manifest", "--input", "input", "--out", "set"], "set",
            lambda folder: dataset_content(folder + "/set"), needs=("input", "set", "set.parts")),
        Workload(
            bench, "compare", [
                "compare", "--methods", "joint,ogm", "--seeds", "0", "--out", "comparison", "--jobs", "1",
                "--data", "data", "--set", "training.epochs=1", "--set", "training.batchSize=8",
                "--set", TRAIN[13], "--set", TRAIN[15]],
            ".", comparison),
        Workload(
            bench, "sweep", [
                "sweep", "--methods", "joint", "--grid", "training.batchSize=8,12", "--seeds", "0",
                "--out", "search", "--jobs", "1", "--data", "data", "--set", "training.epochs=1",
                "--set", TRAIN[13], "--set", TRAIN[15]],
            "search", search),
        Workload(
            bench, "halving", [
                "sweep", "--methods", "joint", "--halving", "2", "--trials", "2", "--seeds", "0",
                "--out", "halved", "--jobs", "1", "--data", "data", "--set", "training.epochs=2",
                "--set", "training.batchSize=8", "--set", TRAIN[13], "--set", TRAIN[15]],
            "halved", halved),
        Workload(
            bench, "report", ["report", "run", "--out", "report.html", "--force"], "report.html",
            page, needs=("data", "run"), checks=False),
        Workload(
            bench, "export", ["export", "run", "--format", "onnx", "--out", "model.onnx"], "model.onnx",
            files("model.onnx"), needs=("data", "run"), checks=False),
        Workload(
            bench, "bundle", ["export", "run", "--bundle", "--out", "run.equipoise"], "run.equipoise",
            files("run.equipoise"), needs=("data", "run"), checks=False),
        Workload(
            bench, "features", ["features", "run", "data", "--depths", "--out", "features.safetensors"],
            "features.safetensors", files("features.safetensors"), needs=("data", "run"), checks=False),
        Workload(
            bench, "predict", [
                "predict", "run", "data", "--format", "csv", "--out", "predictions.csv"],
            "predictions.csv", files("predictions.csv"), needs=("data", "run"), checks=False),
    ]

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Times epochs of sequences of 5 to 500 steps against the time that their valid steps take alone.

usage: lengths.py PROGRAM [--encoder transformer|conv1d] [--samples N] [--epochs E] [--bucketing B]

Makes a dataset of N samples whose lengths are uniform, and one for each tenth of them, cut to sequences of one length
(the tenth's mean) without padding. Trains each for E epochs in turn, and prints the fastest epoch's seconds: of all
samples with `training.bucketing: B` and without, and the sum of the tenths', which is what the valid steps take alone.
Needs NumPy.
"""

import argparse
import json
import os
import subprocess
import tempfile

import numpy

LONGEST, CHANNELS, BATCH = 500, 8, 32
ENCODERS = {
    "transformer": "{type: transformer, width: 64, heads: 4, depth: 2}",
    "conv1d": "{type: conv1d, width: 64, depth: 3}",
}


def prepare(program, folder, name, lengths, steps, given):
    """A dataset of samples of noise; with `given` their lengths are noted."""
    source = os.path.join(folder, name + "-source")
    os.makedirs(source)
    random = numpy.random.default_rng(1)
    rows = len(lengths) + 8
    arrays = random.standard_normal((rows, steps, CHANNELS), dtype=numpy.float32)
    numpy.save(os.path.join(source, "x.npy"), arrays)
    if given:
        numpy.save(os.path.join(source, "x.length.npy"),
                   numpy.concatenate([lengths, numpy.full(8, 5)]).astype("int64"))
    with open(os.path.join(source, "meta.csv"), "w") as table:
        table.write("label,split\n")
        for row in range(rows):
            table.write(f"{row % 2},{'train' if row < len(lengths) else 'validation'}\n")
    data = os.path.join(folder, name)
    subprocess.run([program, "prepare", "arrays", "--input", source, "--out", data],
                   check=True, capture_output=True)
    return data


def fastest(program, folder, data, name, encoder, epochs, sets):
    """The seconds of the fastest epoch."""
    out = os.path.join(folder, name + "-run")
    command = [program, "train", "--data", data, "--out", out, "--method", "unimodal", "--modalities", "x",
               "--epochs", str(epochs), "--batch-size", str(BATCH), "--threads", "1", "--quiet",
               "--set", f"model.encoders={{x: {ENCODERS[encoder]}}}", "--set", "evaluation.test=false",
               "--set", "evaluation.shapley=false"]
    for setting in sets:
        command += ["--set", setting]
    subprocess.run(command, check=True, capture_output=True)
    with open(os.path.join(out, "metrics.jsonl")) as lines:
        ends = [0.0] + [json.loads(line)["seconds"] for line in lines]
    return min(end - start for start, end in zip(ends, ends[1:]))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--encoder", choices=sorted(ENCODERS), default="transformer")
    parser.add_argument("--samples", type=int, default=1280)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--bucketing", type=int, default=20)
    arguments = parser.parse_args()
    program = os.path.abspath(arguments.program)
    lengths = numpy.sort(numpy.random.default_rng(0).integers(5, LONGEST + 1, arguments.samples))
    with tempfile.TemporaryDirectory() as folder:
        data = prepare(program, folder, "all", numpy.random.default_rng(2).permutation(lengths), LONGEST, True)
        tenths = []
        for index, part in enumerate(numpy.array_split(lengths, 10)):
            steps = round(part.mean())
            tenths.append(prepare(program, folder, f"tenth-{index}", numpy.full(len(part), steps), steps, False))

        def timed(data, name, *sets):
            return fastest(program, folder, data, name, arguments.encoder, arguments.epochs, sets)

        valid = sum(timed(tenth, f"tenth-{index}") for index, tenth in enumerate(tenths))
        found = {
            "valid steps alone": valid,
            f"bucketing {arguments.bucketing}": timed(data, "buckets", f"training.bucketing={arguments.bucketing}"),
            "as they come": timed(data, "plain"),
        }
    for name, seconds in found.items():
        print(f"{arguments.encoder}, {name}: {seconds:.3f} s, {seconds / valid:.2f} times")


if __name__ == "__main__":
    main()

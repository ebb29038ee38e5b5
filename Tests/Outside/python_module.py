# SPDX-License-Identifier: Apache-2.0
"""python/equipoise at work: `python_module.py write FOLDER`, or `python_module.py read RUN COMPARISON SEARCH FEATURES`."""

import json
import os
import sys

import numpy

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "python"))
import equipoise  # noqa: E402


def refusal(**content):
    try:
        equipoise.write_dataset("/nowhere/at/all", **content)
    except ValueError as error:
        return str(error)
    return None


def write(folder):
    stream = numpy.random.default_rng(1)
    label = numpy.arange(24) % 3
    audio = (stream.normal(size=(24, 6)) + label[:, None]).astype("float32")
    image = stream.integers(0, 256, (24, 1, 8, 8), dtype="uint8")

    def split(rows):
        return {"audio": audio[rows], "picture": image[rows], "label": [["a", "b", "c"][one] for one in label[rows]],
                "id": ["sample %d" % row for row in range(24)[rows]], "group": label[rows] * 0 + numpy.arange(24)[rows] // 6}

    equipoise.write_dataset(folder + "/arrays", split(slice(0, 12)), split(slice(12, 18)), split(slice(18, 24)))

    def samples(first, count):
        for row in range(first, first + count):
            yield {"pose": stream.normal(size=(3 + row % 4, 2)).astype("float32"),
                   "voice": None if row % 5 == 0 else audio[row], "target": [float(row), row / 7]}

    equipoise.write_dataset(folder + "/samples", samples(0, 12), samples(12, 6), targets=["age", "height"], name="made")
    equipoise.write_dataset(
        folder + "/labels", {"sound": audio[:12].reshape(12, 1, 2, 3), "label": numpy.eye(3, dtype=int)[label[:12]]},
        kinds={"sound": "spectrogram"}, classes=["x", "y", "z"], multilabel=True, normalise=False)
    plain = {"audio": audio, "label": label}
    tensors = {}
    try:
        import torch
        equipoise.write_dataset(
            folder + "/torch", {"audio": torch.tensor(audio, requires_grad=True), "label": torch.tensor(label)})
        tensors["torch"] = True
    except ImportError:
        tensors["torch"] = False
    print(json.dumps({
        "mean": audio[:12].astype("float64").mean(0).tolist(), "std": audio[:12].astype("float64").std(0).tolist(),
        "pictureMean": float(image[:12].astype("float64").mean() / 255),
        "refusals": [
            refusal(train={"label": label}), refusal(train={"audio": audio}),
            refusal(train={"audio": audio, "label": label[:5]}), refusal(train={"a/b": audio, "label": label}),
            refusal(train=dict(plain, audio=audio.astype("complex64"))), refusal(train=plain, classes=["one", "two"]),
            refusal(train=plain, validation={"audio": audio[:, :3], "label": label}),
            refusal(train={"audio": audio * numpy.nan, "label": label}),
        ], **tensors}))


def read(run, comparison, search, features):
    def plain(frame):
        columns = {name: list(frame[name]) for name in (frame if isinstance(frame, dict) else frame.columns)}
        return {name: [None if value != value else value for value in map(untyped, values)] for name, values in columns.items()}

    def untyped(value):
        return value.item() if isinstance(value, numpy.generic) else value

    whole = equipoise.read_run(run)
    arrays = equipoise.read_features(features)
    found = {
        "metrics": plain(whole["metrics"]), "method": whole["result"]["method"], "yaml": whole["configuration"][:5],
        "device": whole["environment"]["device"], "runs": plain(equipoise.read_runs(os.path.dirname(run))),
        "comparison": plain(equipoise.read_comparison(comparison)), "search": plain(equipoise.read_search(search)),
        "ids": arrays["id"], "classes": arrays["classes"], "label": arrays["label"].tolist(),
        "width": list(arrays["features.audio"].shape), "frames": equipoise._runs.pandas is not None}
    if equipoise._runs.pandas is not None:
        # As docs/python.md has it.
        import pandas
        table = pandas.read_csv(os.path.join(run, "metrics.csv"), index_col="epoch", float_precision="round_trip")
        found["pandas"] = table["validation.loss"].tolist()
        found["kinds"] = sorted({str(kind) for kind in table.dtypes})
    print(json.dumps(found))


if __name__ == "__main__":
    {"write": write, "read": read}[sys.argv[1]](*sys.argv[2:])

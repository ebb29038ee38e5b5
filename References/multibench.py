# SPDX-License-Identifier: Apache-2.0
"""A pickle in MultiBench's layout, exported by scripts/export-multibench, and what MultiBench's loader
makes of it.

Needs the versions of References/requirements.txt; run from the root of the repository. Writes
Tests/EquipoiseRecipesTests/Goldens/cmu_mosi/ and cmu_mosi.safetensors.
"""

import os
import pickle
import subprocess
import sys
import tempfile

import numpy as np
from safetensors.numpy import save_file

FOLDER = "Tests/EquipoiseRecipesTests/Goldens"
STEPS = 6
CHANNELS = {"text": 4, "audio": 3, "vision": 2}
# Videos and scores by split.
UTTERANCES = {
    "train": [("a_b", -2.5), ("a_b", 0.0), ("c", 1.5), ("c", 2.8), ("d", -0.4), ("d", 0.2)],
    "valid": [("e", 0.0), ("e", -1.0)],
    "test": [("f", 3.0), ("f", -3.0), ("g", 0.5)],
}


def made_up() -> dict:
    random = np.random.default_rng(11)
    data = {}
    for split, utterances in UTTERANCES.items():
        part = {name: random.normal(size=(len(utterances), STEPS, width)).astype(np.float32)
                for name, width in CHANNELS.items()}
        for row in range(len(utterances)):  # words stand at the end, as in the published files
            for name in CHANNELS:
                part[name][row, : row % 4] = 0
        part["labels"] = np.array([score for _, score in utterances]).reshape(-1, 1, 1)
        part["id"] = np.array([[f"{video}[{row}]"] for row, (video, _) in enumerate(utterances)])
        data[split] = part
    data["train"]["audio"][2, 4, 1] = -np.inf
    data["train"]["text"][4] = 0  # no words: left out
    return data


def loaded(part: dict) -> dict[str, np.ndarray]:
    """MultiBench's `drop_entry` and `Affectdataset`, rewritten."""
    kept = [row for row in range(len(part["text"])) if part["text"][row].any()]
    series = {name: [] for name in CHANNELS}
    for row in kept:
        start = np.nonzero(part["text"][row])[0][0]
        for name in CHANNELS:
            numbers = part[name][row, start:]
            numbers = np.where(np.isneginf(numbers), 0, numbers)
            series[name].append(np.pad(numbers, ((0, STEPS - len(numbers)), (0, 0))))
    result = {name: np.stack(rows) for name, rows in series.items()}
    result["label"] = (part["labels"][kept].reshape(-1) > 0).astype(np.int64)
    return result


def main() -> None:
    data = made_up()
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "mosi_raw.pkl")
        with open(path, "wb") as file:
            pickle.dump(data, file)
        subprocess.run(
            [sys.executable, "scripts/export-multibench", path, f"{FOLDER}/cmu_mosi"], check=True)
    goldens = {f"{split}/{name}": array for split, part in data.items()
               for name, array in loaded(part).items()}
    save_file(goldens, f"{FOLDER}/cmu_mosi.safetensors")


main()

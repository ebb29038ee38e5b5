# SPDX-License-Identifier: Apache-2.0
"""Tests of scripts/export-multibench."""

import csv
import os
import pickle
import subprocess
import sys
import tempfile
import unittest

try:
    import numpy
except ImportError:
    numpy = None

SCRIPT = os.path.join(os.path.dirname(__file__), "..", "export-multibench")


@unittest.skipIf(numpy is None, "NumPy is not installed, which the script needs")
class ExportTests(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def export(self, content):
        path = os.path.join(self.folder, "data.pkl")
        with open(path, "wb") as file:
            pickle.dump(content, file)
        out = os.path.join(self.folder, "out")
        return subprocess.run(
            [sys.executable, SCRIPT, path, out], capture_output=True, text=True), out

    def split(self, ids, labels):
        shapes = {"text": (5, 3), "audio": (7, 2), "vision": (9, 4)}
        part = {name: numpy.ones((len(ids), *shape)) for name, shape in shapes.items()}
        return {**part, "id": ids, **labels}

    def test_unaligned_files(self):
        data = {
            "train": self.split(["v_1$_$0", "v_1$_$1"], {"regression_labels": [0.5, -1]}),
            "valid": self.split(["w_x_3"], {"regression_labels": [3]}),
            "test": self.split([["u", 0.5, 2.5]], {"labels": numpy.full((1, 1, 1), -3.0)}),
        }
        result, out = self.export(data)
        self.assertEqual(result.returncode, 0, result.stderr)
        with numpy.load(os.path.join(out, "cmu-mosi.npz")) as arrays:
            shapes = {name: arrays[name].shape for name in arrays.files}
            self.assertEqual({arrays[name].dtype.str for name in arrays.files}, {"<f4"})
        self.assertEqual(shapes, {"text": (4, 5, 3), "audio": (4, 7, 2), "video": (4, 9, 4)})
        with open(os.path.join(out, "meta.csv"), newline="", encoding="utf-8") as file:
            rows = list(csv.reader(file))[1:]
        self.assertEqual(rows, [
            ["v_1$_$0", "v_1", "train", "0.5"], ["v_1$_$1", "v_1", "train", "-1.0"],
            ["w_x_3", "w_x", "validation", "3.0"], ["u_0.5_2.5", "u", "test", "-3.0"],
        ])

    def test_code_is_refused(self):
        result, out = self.export({"train": os.system})
        self.assertEqual(result.returncode, 1)
        self.assertIn("posix.system, which is neither array nor number", result.stderr)
        self.assertFalse(os.path.exists(out))

    def test_missing_splits_are_named(self):
        result, _ = self.export({"train": {}, "test": {}})
        self.assertEqual(result.returncode, 1)
        self.assertIn("has no split 'valid'; it holds train, test", result.stderr)


if __name__ == "__main__":
    unittest.main()

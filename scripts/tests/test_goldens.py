# SPDX-License-Identifier: Apache-2.0
"""Tests of scripts/make-references: which golden files it calls changed."""

import array
import json
import os
import struct
import sys
import unittest

from setup_case import ROOT

sys.path.insert(0, os.path.join(ROOT, "scripts"))
from support.goldens import CHANGED, ROUNDED, SAME, compared  # noqa: E402


def file(**tensors):
    """A safetensors file; each tensor is (type, numbers)."""
    codes = {"F64": "d", "F32": "f", "I64": "q"}
    header, body = {}, b""
    for name, (dtype, numbers) in tensors.items():
        data = array.array(codes[dtype], numbers).tobytes()
        header[name] = {"dtype": dtype, "shape": [len(numbers)],
                        "data_offsets": [len(body), len(body) + len(data)]}
        body += data
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + body


class GoldenTest(unittest.TestCase):
    def assert_compared(self, old, new, state, words=""):
        found, place = compared(old, new, True)
        self.assertEqual(found, state, place)
        self.assertIn(words, place)

    def test_equal_files(self):
        self.assert_compared(file(a=("F64", [1, 2])), file(a=("F64", [1, 2])), SAME)

    def test_rounding(self):
        self.assert_compared(file(a=("F64", [1, 100])), file(a=("F64", [1 + 1e-9, 100])), ROUNDED)
        self.assert_compared(file(a=("F32", [1, 2])), file(a=("F32", [1 + 1e-6, 2])), ROUNDED)
        self.assert_compared(file(a=("F64", [3e-17])), file(a=("F64", [-2e-17])), ROUNDED)

    def test_changes_are_named(self):
        old = file(a=("F64", [1, 100]), b=("F32", [1]))
        self.assert_compared(
            old, file(a=("F64", [1 + 1e-7, 100]), b=("F32", [1])), CHANGED, "a: off by 1e-07")
        self.assert_compared(
            old, file(a=("F64", [1, float("nan")]), b=("F32", [1])), CHANGED, "a: off by nan")
        self.assert_compared(old, file(a=("F64", [1, 100])), CHANGED, "b: only in the old file")
        self.assert_compared(
            old, file(a=("F64", [1]), b=("F32", [1])), CHANGED, "a: F64[2] became F64[1]")
        self.assert_compared(
            file(n=("I64", [1])), file(n=("I64", [2])), CHANGED, "n: other I64 numbers")

    def test_other_files_are_equal_or_not(self):
        self.assertEqual(compared(b"1", b"1", False)[0], SAME)
        self.assertEqual(compared(b"1", b"2", False)[0], CHANGED)


if __name__ == "__main__":
    unittest.main()

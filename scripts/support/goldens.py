# SPDX-License-Identifier: Apache-2.0
"""Golden files of the tests: what a new one has that the old one had not."""

import array
import json
import struct
import sys

# Processors and thread counts change the order of sums. These shares of a tensor's largest number are
# rounding: the tests allow as much in double precision, and ten times as much in single.
ROUNDING = {"F64": 1e-10, "F32": 1e-5}
# What is mathematically 0 is rounding only.
NOTHING = 1e-12

SAME, ROUNDED, CHANGED = "same", "rounding", "changed"


def compared(old, new, is_safetensors):
    """How `new` differs from `old`, both bytes: SAME, ROUNDED or CHANGED, and where the most."""
    if old == new:
        return SAME, ""
    if not is_safetensors:
        return CHANGED, ""
    before, after = _tensors(old), _tensors(new)
    if before.keys() != after.keys():
        names = sorted(before.keys() ^ after.keys())
        return CHANGED, f"{names[0]}: only in {'the old' if names[0] in before else 'the new'} file"
    verdicts = [_verdict(name, before[name], after[name]) for name in before]
    share, place = max(verdicts, key=lambda verdict: verdict[0], default=(0, ""))
    return (ROUNDED if share <= 1 else CHANGED), place


def _verdict(name, old, new):
    """The difference as a share of what is allowed, and a line about it."""
    (old_type, old_shape, old_bytes), (new_type, new_shape, new_bytes) = old, new
    if (old_type, old_shape) != (new_type, new_shape):
        return float("inf"), f"{name}: {old_type}{old_shape} became {new_type}{new_shape}"
    if old_bytes == new_bytes:
        return 0, ""
    if old_type not in ROUNDING:
        return float("inf"), f"{name}: other {old_type} numbers"
    a, b = _numbers(old_type, old_bytes), _numbers(new_type, new_bytes)
    largest = max(map(abs, a), default=0)
    # Not max(): it would pass over NaN.
    difference = 0
    for x, y in zip(a, b):
        if not abs(x - y) <= difference and x != y:
            difference = abs(x - y)
    allowed = ROUNDING[old_type] * largest + NOTHING
    if not difference <= allowed:
        return float("inf") if difference != difference else difference / allowed, (
            f"{name}: off by {difference:.2g}, where numbers go up to {largest:.2g}")
    return difference / allowed, f"{name}: off by {difference:.2g} of {largest:.2g}"


def _tensors(data):
    """Name → (type, shape, bytes) of a safetensors file."""
    (length,) = struct.unpack("<Q", data[:8])
    header, body = json.loads(data[8 : 8 + length]), data[8 + length :]
    header.pop("__metadata__", None)
    return {
        name: (entry["dtype"], entry["shape"], body[slice(*entry["data_offsets"])])
        for name, entry in header.items()
    }


def _numbers(dtype, data):
    numbers = array.array({"F64": "d", "F32": "f"}[dtype])
    numbers.frombytes(data)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers

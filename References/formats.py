# SPDX-License-Identifier: Apache-2.0
"""Writes the files that Tests/EquipoiseFormatsTests reads, with the reference implementations.

    pip install numpy==2.4.6 safetensors==0.6.2
    python References/formats.py

All numeric arrays are [[0, 20, 40], [60, 80, 100]] unless stated: every type can hold them.
"""

import csv
import gzip
import io
import struct
import warnings
import wave
import zipfile
from pathlib import Path

import numpy as np
from safetensors.numpy import save

OUT = Path(__file__).resolve().parent.parent / "Tests" / "EquipoiseFormatsTests" / "Fixtures"
VALUES = (np.arange(6) * 20).reshape(2, 3)


def npy():
    for code in ["u1", "i1", "i2", "u2", "i4", "i8", "f2", "f4", "f8", "u4", "u8"]:
        np.save(OUT / f"{code}.npy", VALUES.astype(code))
    np.save(OUT / "bool.npy", VALUES > 30)
    np.save(OUT / "big_f4.npy", VALUES.astype(">f4"))
    np.save(OUT / "big_i8.npy", VALUES.astype(">i8"))
    # Fortran order, three dimensions: element [i, j, k] is 12i + 4j + k.
    np.save(OUT / "fortran.npy", np.asfortranarray(np.arange(24, dtype="<i4").reshape(2, 3, 4)))
    np.save(OUT / "scalar.npy", np.float64(2.5))
    np.save(OUT / "empty.npy", np.zeros((0, 3), "<f4"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for version in [(2, 0), (3, 0)]:
            with open(OUT / f"version{version[0]}.npy", "wb") as file:
                np.lib.format.write_array(file, VALUES.astype("<f4"), version=version)
    np.save(OUT / "object.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    np.save(OUT / "structured.npy", np.zeros(2, [("x", "<f4"), ("y", "<i4")]))
    np.save(OUT / "text.npy", np.array(["cat", "horse"]))
    np.save(OUT / "complex.npy", np.zeros(2, "<c8"))
    np.save(OUT / "huge_u8.npy", np.array([2**63], "<u8"))


def npz():
    arrays = {"image": VALUES.astype("u1"), "label": np.array([3, 1], "<i8")}
    np.savez(OUT / "stored.npz", **arrays)
    # Zeros compress by a factor near deflate's limit of 1032.
    np.savez_compressed(OUT / "deflated.npz", zeros=np.zeros(100_000, "u1"), **arrays)
    np.savez_compressed(OUT / "small_deflated.npz", **arrays)
    with zipfile.ZipFile(OUT / "bzip2.npz", "w", zipfile.ZIP_BZIP2) as archive:
        content = io.BytesIO()
        np.save(content, arrays["image"])
        entry = zipfile.ZipInfo("image.npy", (1980, 1, 1, 0, 0, 0))
        entry.compress_type = zipfile.ZIP_BZIP2
        archive.writestr(entry, content.getvalue())
    zip64(OUT / "stored.npz", OUT / "zip64.npz")


def zip64(source, target):
    """The same archive with its directory described by the zip64 end record."""
    content = source.read_bytes()
    end = content.rindex(b"PK\5\6")
    count, size, offset = struct.unpack("<HII", content[end + 10 : end + 20])
    record = struct.pack(
        "<4sQHHIIQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, count, count, size, offset
    )
    locator = struct.pack("<4sIQI", b"PK\6\7", 0, end, 1)
    last = struct.pack(
        "<4sHHHHIIH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0
    )
    target.write_bytes(content[:end] + record + locator + last)


def safetensors():
    tensors = {
        "layer.weight": VALUES.astype("f4"),
        "layer.bias": np.array([0.5, -1.0], "f4"),
        "half": VALUES.astype("f2"),
        "label": np.array([3, 1], "i8"),
        "image": VALUES.astype("u1"),
        "depth": VALUES.astype("u2"),
        "mask": VALUES > 30,
        "naïve \"name\"\n": np.array(7.0, "f8"),
        "none": np.zeros((0, 4), "i4"),
    }
    (OUT / "reference.safetensors").write_bytes(save(tensors, {"made by": "safetensors \"0.6.2\""}))


SOUND = [0, 64, -64, 127, -128, 1]  # times 2^(bits - 8)


def pcm(bits):
    """Three stereo frames; 8-bit samples are unsigned."""
    step = 2 ** (bits - 8)
    if bits == 8:
        return bytes(value + 128 for value in SOUND)
    return b"".join((value * step).to_bytes(bits // 8, "little", signed=True) for value in SOUND)


def chunk(name, content):
    return struct.pack("<4sI", name, len(content)) + content + b"\0" * (len(content) % 2)


def riff(*chunks):
    content = b"WAVE" + b"".join(chunks)
    return chunk(b"RIFF", content)


def form(tag, bits, channels=2, rate=8000, extra=b""):
    size = channels * bits // 8
    return struct.pack("<HHIIHH", tag, channels, rate, rate * size, size, bits) + extra


def wav():
    for bits in [8, 16, 24, 32]:
        with wave.open(str(OUT / f"pcm{bits}.wav"), "wb") as file:
            file.setnchannels(2)
            file.setsampwidth(bits // 8)
            file.setframerate(8000)
            file.writeframes(pcm(bits))
    floats = [value / 128 for value in SOUND]
    (OUT / "float32.wav").write_bytes(
        riff(chunk(b"fmt ", form(3, 32)), chunk(b"data", struct.pack("<6f", *floats))))
    (OUT / "float64.wav").write_bytes(
        riff(chunk(b"fmt ", form(3, 64)), chunk(b"data", struct.pack("<6d", *floats))))
    # WAVE_FORMAT_EXTENSIBLE, an odd chunk in front, the data before the format.
    guid = bytes.fromhex("0100000000001000800000aa00389b71")
    extensible = form(0xFFFE, 24, extra=struct.pack("<HHI", 22, 24, 3) + guid)
    (OUT / "extensible.wav").write_bytes(
        riff(chunk(b"LIST", b"odd"), chunk(b"data", pcm(24)), chunk(b"fmt ", extensible)))
    (OUT / "mulaw.wav").write_bytes(
        riff(chunk(b"fmt ", form(7, 8, 1)), chunk(b"data", b"\0\1")))


def table():
    with open(OUT / "table.csv", "w", newline="", encoding="utf-8-sig") as file:
        writer = csv.writer(file)  # CRLF
        writer.writerow(["id", "label", "said \"text\""])
        writer.writerow(["a", 1, "plain"])
        writer.writerow(["b", 2, "with, comma"])
        writer.writerow(["c", 3, "two\nlines and \"quotes\""])
        writer.writerow(["d", 4, ""])
        writer.writerow(["é", 5, "naïve"])


def idx():
    content = struct.pack(">HBBII", 0, 0x08, 2, 2, 3) + VALUES.astype("u1").tobytes()
    (OUT / "bytes.idx").write_bytes(content)
    (OUT / "bytes.idx.gz").write_bytes(gzip.compress(content, mtime=0))
    for name, code, numpy_code in [("int32", 0x0C, ">i4"), ("float32", 0x0D, ">f4")]:
        (OUT / f"{name}.idx").write_bytes(
            struct.pack(">HBBII", 0, code, 2, 2, 3) + VALUES.astype(numpy_code).tobytes())


if __name__ == "__main__":
    OUT.mkdir(exist_ok=True)
    for make in [npy, npz, safetensors, wav, table, idx]:
        make()

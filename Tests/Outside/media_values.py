# SPDX-License-Identifier: Apache-2.0
"""Writes pictures with Pillow and sounds with soundfile into a folder and prints what both read in them, as
JSON: RGB bytes in base64, and the mean of a sound's channels.

media_values.py FOLDER
"""

import base64
import json
import pathlib
import sys

import numpy
import soundfile
from PIL import Image

folder = pathlib.Path(sys.argv[1])
rows, columns = numpy.mgrid[0:30, 0:40]
colours = numpy.stack(
    [5 * columns, 8 * rows, 128 + 100 * numpy.sin(rows / 5 + columns / 7)], axis=2).astype("uint8")
picture = Image.fromarray(colours)

pictures = {}
for name, image, options in [
    ("rgb.png", picture, {}),
    ("palette.png", picture.quantize(32), {}),
    ("gray.png", picture.convert("L"), {}),
    ("two-levels.png", picture.convert("1"), {}),
    ("opaque.png", picture.convert("RGBA"), {}),
    ("best.jpg", picture, {"quality": 97, "subsampling": 0}),
    ("progressive.jpg", picture, {"quality": 97, "subsampling": 0, "progressive": True}),
    ("gray.jpg", picture.convert("L"), {"quality": 97}),
    ("subsampled.jpg", picture, {"quality": 97, "subsampling": 2}),
    ("lossless.webp", picture, {"lossless": True}),
    ("lossy.webp", picture, {"quality": 97}),
    ("rgb.bmp", picture, {}),
    ("palette.bmp", picture.quantize(32), {}),
    ("plain.tif", picture, {}),
    ("lzw.tif", picture, {"compression": "tiff_lzw"}),
    ("deflate.tif", picture, {"compression": "tiff_adobe_deflate"}),
    ("gray.tif", picture.convert("L"), {}),
    ("palette.gif", picture.quantize(32), {}),
]:
    image.save(folder / name, **options)
    read = Image.open(folder / name).convert("RGB")
    pictures[name] = base64.b64encode(read.tobytes()).decode()

time = numpy.arange(4000) / 16000
tones = [0.6 * numpy.sin(700 * time), 0.3 * numpy.cos(2900 * time), 0.1 * numpy.sin(61 * time)]

sounds = {}
for name, channels, subtype in [
    ("u8.wav", 2, "PCM_U8"), ("s16.wav", 1, "PCM_16"), ("s16-2.wav", 2, "PCM_16"),
    ("s24.wav", 3, "PCM_24"), ("s32.wav", 2, "PCM_32"), ("float.wav", 2, "FLOAT"),
    ("double.wav", 2, "DOUBLE"), ("ulaw.wav", 2, "ULAW"), ("s16.flac", 2, "PCM_16"),
    ("s24.flac", 3, "PCM_24"), ("s16.aiff", 2, "PCM_16"),
    ("s16.au", 2, "PCM_16"), ("s16.caf", 2, "PCM_16"), ("s16.w64", 2, "PCM_16"),
    ("s16.rf64", 2, "PCM_16"),
]:
    soundfile.write(folder / name, numpy.stack(tones[:channels], axis=1), 16000, subtype)
    samples, _ = soundfile.read(folder / name, always_2d=True)
    sounds[name] = samples.mean(axis=1).tolist()

print(json.dumps({"pictures": pictures, "sounds": sounds}))

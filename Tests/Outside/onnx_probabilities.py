# SPDX-License-Identifier: Apache-2.0
"""Checks an ONNX model with onnx's own checker, runs it with onnxruntime and prints its outputs as JSON.

onnx_probabilities.py MODEL.onnx MODALITY=SAMPLES.npy... [--batch N]
"""

import argparse
import json

import numpy
import onnx
import onnxruntime

parser = argparse.ArgumentParser()
parser.add_argument("model")
parser.add_argument("inputs", nargs="+")
parser.add_argument("--batch", type=int, default=1000)
arguments = parser.parse_args()

onnx.checker.check_model(onnx.load(arguments.model), full_check=True)
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = 1
session = onnxruntime.InferenceSession(
    arguments.model, options, providers=["CPUExecutionProvider"])
arrays = {name: numpy.load(path) for name, path in (item.split("=", 1) for item in arguments.inputs)}
assert {item.name for item in session.get_inputs()} == set(arrays)
names = [item.name for item in session.get_outputs()]
parts = []
for start in range(0, len(next(iter(arrays.values()))), arguments.batch):
    batch = {name: array[start:start + arguments.batch] for name, array in arrays.items()}
    parts.append(session.run(None, batch))
print(json.dumps({
    name: numpy.concatenate([part[index] for part in parts]).tolist()
    for index, name in enumerate(names)}))

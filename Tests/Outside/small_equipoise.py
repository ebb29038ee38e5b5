# SPDX-License-Identifier: Apache-2.0
"""Runs a command of the documentation with small settings: `small_equipoise.py PROGRAM ARGUMENTS`.

What a command is given in place of what the documentation says, and nothing else:

  train, compare, sweep, reproduce   two epochs, one thread; of the seeds the first
  train, compare, sweep: method aim  a latent space of width 4
  train, compare, sweep without a    encoders of width 8
    configuration, on pictures,
    sound and texts
  compare                            of more than three methods the first and the last two
  sweep                              one trial for each method; with a budget two methods
  import                             weights of that width
  prepare synthetic                  24 samples to learn from, 12 for validation, 12 to test on
  prepare manifest                   pictures of 32 pixels, half a second of sound
  benchmark                          one round of one step, two images of 32 pixels, not beside PyTorch;
                                     of all methods two
"""

import os
import sys

SOUND_AND_PICTURES = ("data/synthetic", "data/digits", "data/clips", "DATA")
TRAINING = ("train", "compare", "sweep", "reproduce")


def put(arguments, option, value):
    """Gives an option that stands once a value, wherever it stands."""
    if option in arguments:
        arguments[arguments.index(option) + 1] = value
    else:
        arguments += [option, value]


def small(arguments):
    command = arguments[0] if arguments else ""
    if command in TRAINING and "--table-only" not in arguments and arguments[1:] != ["list"]:
        put(arguments, "--epochs", "2")
        if command == "train":
            put(arguments, "--threads", "1")
            if "aim" in arguments[1:]:
                arguments += ["--set", "method.decoupling.latentWidth=4"]
        else:
            put(arguments, "--seeds", "0")
    if command == "compare" and "--methods" in arguments:
        methods = arguments[arguments.index("--methods") + 1].split(",")
        if len(methods) > 3:
            put(arguments, "--methods", ",".join(methods[:1] + methods[-2:]))
    if command in ("train", "compare", "sweep") and "--config" not in arguments and any(
                data in arguments for data in SOUND_AND_PICTURES):
        for modality in ("audio", "visual"):
            arguments += ["--set", "model.encoders.%s.width=8" % modality]
    if command == "train" and "data/posts" in arguments:
        arguments += ["--set", "model.encoders.image.width=8", "--set", "model.encoders.text.width=8"]
    if command == "compare" and "--methods" in arguments:
        place = arguments.index("--methods") + 1
        methods = arguments[place].split(",")
        if "aim" in methods[1:]:
            arguments[place] = ",".join(name for name in methods if name != "aim")
            arguments += ["--entry", "aim=aim,method.decoupling.latentWidth=4"]
    if command == "sweep":
        put(arguments, "--trials", "1")
        if "--budget" in arguments:
            put(arguments, "--methods", "joint,mla")
        if "aim" in arguments[arguments.index("--methods") + 1].split(","):
            arguments += ["--grid", "aim:method.decoupling.latentWidth=4"]
    if command == "import":
        put(arguments, "--width", "8")
    if arguments[:2] == ["prepare", "synthetic"]:
        arguments += ["--set", "train=24", "--set", "validation=12", "--set", "test=12"]
    if arguments[:2] == ["prepare", "manifest"]:
        arguments += ["--set", "modalities.image={size: 32}"] if "posts" in arguments else [
            "--set", "modalities.visual={size: 32}", "--set", "modalities.audio={seconds: 0.5}"]
    if command == "benchmark":
        for option, value in [
            ("--rounds", "1"), ("--steps", "1"), ("--batch", "2"), ("--size", "32"), ("--python", "none"),
        ]:
            put(arguments, option, value)
        if "--methods" in arguments:
            put(arguments, "--methods", "joint,ogm-ge")
    return arguments


if __name__ == "__main__":
    os.execv(sys.argv[1], [sys.argv[1], *small(sys.argv[2:])])

# SPDX-License-Identifier: Apache-2.0
"""Builds programs that travel: linked statically with Swift's libraries, in a tree of their own."""

import os
import shutil
import subprocess

from support.report import fail

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def copy_sources(tree):
    """The package as it is, to `tree`, where its libtorch may be another one."""
    os.makedirs(tree, exist_ok=True)
    for name in ("Sources", "Tests", "scripts"):
        shutil.rmtree(os.path.join(tree, name), ignore_errors=True)
        shutil.copytree(os.path.join(ROOT, name), os.path.join(tree, name))
    for name in ("Package.swift", "Package.resolved"):
        if os.path.exists(os.path.join(ROOT, name)):
            shutil.copy2(os.path.join(ROOT, name), tree)


def set_up(tree, version):
    """The libtorch of `version` in `tree`."""
    run([os.path.join(tree, "scripts", "setup-libtorch")], tree, {"TORCH_VERSION": version})


def build(tree, product, ffmpeg="none"):
    """Builds a product with what `set_up` made and no OpenCV; returns its path."""
    commit = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=ROOT, stdout=subprocess.PIPE, text=True).stdout.strip()
    variables = {
        "PKG_CONFIG_PATH": os.path.join(tree, ".libtorch"),
        "EQUIPOISE_FFMPEG": ffmpeg, "EQUIPOISE_OPENCV": "none", "EQUIPOISE_COMMIT": commit,
    }
    swift = os.environ.get("SWIFT", "swift")
    run([swift, "build", "-c", "release", "--product", product, "--static-swift-stdlib"], tree, variables)
    return os.path.join(tree, ".build", "release", product)


def strip(program, stripped):
    if subprocess.call(["strip", "-o", stripped, program]) != 0:
        fail("'strip' of binutils is needed to make the program small")
    return stripped


def run(command, folder, variables={}):
    if subprocess.call(command, cwd=folder, env={**os.environ, **variables}) != 0:
        fail(f"'{' '.join(command)}' failed in {folder}")


def output(command):
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        fail(f"'{' '.join(command)}' failed")
    return done.stdout.strip()

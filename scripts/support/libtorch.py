# SPDX-License-Identifier: Apache-2.0
"""What is known about a libtorch folder: is it whole, which version, does it load."""

import os
import platform
import re
import subprocess
import sys

from support.report import fail

OLDEST = (2, 11)
NEWEST = (2, 13)
SUFFIX = ".dylib" if platform.system() == "Darwin" else ".so"
LIBRARIES = ["libtorch_cpu" + SUFFIX, "libc10" + SUFFIX]

# Where the version stands: in a wheel, in a libtorch archive, in the headers of either.
_VERSION_FILES = [
    ("version.py", r"__version__ = '([^']+)'"),
    ("build-version", r"(\S+)"),
    ("include/torch/headeronly/version.h", r'TORCH_VERSION\s*\\?\s*"([^"]+)"'),
    ("include/torch/csrc/api/include/torch/version.h", r'TORCH_VERSION\s*\\?\s*"([^"]+)"'),
]


def missing_part(folder):
    """The first thing that a libtorch in `folder` lacks, or None when it is whole."""
    needed = ["include/ATen/ATen.h"] + ["lib/" + name for name in LIBRARIES]
    return next((p for p in needed if not os.path.exists(os.path.join(folder, p))), None)


def version(folder):
    """The version of the libtorch in `folder`, such as `2.13.0+cpu`, or None."""
    for name, pattern in _VERSION_FILES:
        try:
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                match = re.search(pattern, file.read())
        except OSError:
            continue
        if match:
            return match.group(1)
    return None


def require_supported(found, origin):
    """Ends the program unless the version `found` is one that Equipoise is made for."""
    match = re.match(r"(\d+)\.(\d+)", found)
    if not match or not OLDEST <= (int(match.group(1)), int(match.group(2))) <= NEWEST:
        fail(
            f"{origin} is libtorch {found}; Equipoise needs libtorch "
            f"{OLDEST[0]}.{OLDEST[1]} to {NEWEST[0]}.{NEWEST[1]}."
        )


def require_loadable(folder):
    """Ends the program if the system cannot load the library, naming what it lacks."""
    library = os.path.join(folder, "lib", LIBRARIES[0])
    if platform.system() == "Darwin" and platform.machine() != "arm64":
        return  # This Python runs under Rosetta; it cannot load what arm64 programs can.
    load = "import ctypes, sys; ctypes.CDLL(sys.argv[1])"
    loaded = subprocess.run(
        [sys.executable, "-c", load, library],
        stderr=subprocess.PIPE,
        universal_newlines=True,
    )
    reason = loaded.stderr.strip().splitlines()[-1:] or [""]
    if loaded.returncode != 0 and reason[0].startswith("OSError"):
        fail(
            f"{library} does not load here ({reason[0]}). A CUDA build needs NVIDIA's libraries "
            "(libcudart, libcupti): install torch with its dependencies, or use a CPU build."
        )

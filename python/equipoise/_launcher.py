# SPDX-License-Identifier: Apache-2.0
"""Starts the program `equipoise` of this package on the libtorch of the installed PyTorch.

PyTorch is looked for, not imported: that would take a second, and this takes milliseconds.

Environment: LIBTORCH  the `torch` folder of another PyTorch, or an unpacked libtorch archive
"""

import importlib.util
import os
import re
import sys

PROGRAMS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "_program")
# Where a folder is named in place of PyTorch's.
GIVEN = "LIBTORCH"


class Unusable(Exception):
    """There is no libtorch that the program runs on: what, and what to do."""


def main():
    """The command `equipoise`."""
    try:
        command, variables = prepared(sys.argv[1:], os.environ)
    except Unusable as error:
        sys.exit(f"error: {error}")
    os.execve(command[0], command, variables)


def prepared(arguments, environment):
    """The command line and the environment that start the program."""
    folder = torch_folder(environment)
    shim = os.path.join(PROGRAMS, "torch-" + minor_version(folder))
    if not os.path.isdir(shim):
        known = ", ".join(sorted(name[len("torch-"):] for name in os.listdir(PROGRAMS) if name.startswith("torch-")))
        raise Unusable(
            f"this package runs on PyTorch {known}, and {folder} is {version(folder)}; "
            f"install one of those ('pip install \"torch>=2.11,<2.14\"'), or name another by {GIVEN}")
    libraries = [shim, os.path.join(folder, "lib"), environment.get("LD_LIBRARY_PATH", "")]
    variables = {**environment, "LD_LIBRARY_PATH": ":".join(filter(None, libraries))}
    return [os.path.join(PROGRAMS, "equipoise"), *arguments], variables


def torch_folder(environment):
    """The folder of the PyTorch of this Python, or the one that is named."""
    given = environment.get(GIVEN)
    if given:
        folder = os.path.abspath(os.path.expanduser(given))
        if not os.path.exists(os.path.join(folder, "lib", "libtorch_cpu.so")):
            raise Unusable(f"{GIVEN}={given} has no lib/libtorch_cpu.so; name the folder 'torch' of a PyTorch, or unset it")
        return folder
    found = importlib.util.find_spec("torch")
    for folder in (found.submodule_search_locations or []) if found else []:
        if os.path.exists(os.path.join(folder, "lib", "libtorch_cpu.so")):
            return folder
    raise Unusable(
        f"{sys.executable} has no PyTorch; install it ('pip install \"torch>=2.11,<2.14\"'), or name one by {GIVEN}")


def version(folder):
    """The version of the PyTorch in `folder`, such as 2.13.0+cpu."""
    for name, pattern in (("version.py", r"__version__ = '([^']+)'"), ("build-version", r"(\S+)")):
        try:
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                match = re.search(pattern, file.read())
        except OSError:
            continue
        if match:
            return match[1]
    raise Unusable(f"{folder} does not say which version it is; is it PyTorch's own build?")


def minor_version(folder):
    """The part of the version that decides whether programs fit: 2.13."""
    return ".".join(version(folder).split(".")[:2])


if __name__ == "__main__":
    main()

# SPDX-License-Identifier: Apache-2.0
"""Gets the `torch` wheel, and what it needs to load, through pip.

The package index is whatever pip is configured to use. libtorch's C++ libraries do not depend on
Python's version, so a wheel for another Python serves as well as one for the Python that is
running.
"""

import os
import platform
import re
import subprocess
import sys
import zipfile

from support.report import fail, say

# `pip download` takes several `--platform` since this version.
OLDEST_PIP = (20, 3)

# CPython versions for which torch 2.11 to 2.13 has wheels, the likeliest first.
PYTHONS = ["3.12", "3.13", "3.11", "3.14", "3.10"]

# CUDA versions that torch 2.11 to 2.13 is built for.
CUDA_BUILDS = ("cu126", "cu128", "cu130")

INSTALL_PIP = (
    "Install pip for it (Debian, Ubuntu: apt-get install python3-venv; "
    "Fedora, Amazon Linux: dnf install python3-pip; macOS: xcode-select --install)."
)


def pip_command(scratch):
    """A usable pip as the start of a command line; made in `scratch` where there is none."""
    pip = [sys.executable, "-m", "pip"]
    if _pip_version(pip) >= OLDEST_PIP:
        return pip
    environment = os.path.join(scratch, "pip")
    made = _run([sys.executable, "-m", "venv", environment])
    if made.returncode != 0:
        fail(
            f"{sys.executable} has no pip {_dotted(OLDEST_PIP)} or newer, and no private one "
            f"could be made. {INSTALL_PIP}\n{made.stdout.strip()}"
        )
    pip = [os.path.join(environment, "bin", "python"), "-m", "pip"]
    if _pip_version(pip) < OLDEST_PIP:
        _run(pip + ["install", "--quiet", "--upgrade", "pip"])
    if _pip_version(pip) < OLDEST_PIP:
        fail(f"pip {_dotted(OLDEST_PIP)} or newer is needed. {INSTALL_PIP}")
    return pip


def download_torch(pip, version, folder, with_driver):
    """Downloads the wheel of `version` into `folder`.

    That is a CPU build if the index has one; where there is an NVIDIA driver, a CUDA build.
    """
    for requirement in requirements(version, with_driver):
        for python in _python_versions():
            command = pip + ["download", "--no-deps", "--only-binary=:all:", "--dest", folder]
            command += ["--implementation", "cp", "--python-version", python]
            command += ["--abi", "cp" + python.replace(".", "")]
            for name in _platforms():
                command += ["--platform", name]
            tried = _run(command + [requirement])
            if tried.returncode == 0:
                return _only_wheel(folder)
            if not _is_absent(tried.stdout):
                fail(f"pip could not download {requirement}:\n{tried.stdout.strip()}")
    fail(
        f"the package index has no wheel of torch {version} for {platform.system()} "
        f"{platform.machine()}. Check pip's index (`python3 -m pip config list`), or point "
        "LIBTORCH at a libtorch that is already on this machine."
    )


def install_cuda_libraries(pip, wheel, folder, with_driver):
    """Installs the NVIDIA libraries that a CUDA build of torch loads.

    `libtorch_cpu` itself needs two small ones; the large rest is of use only with a driver.
    """
    needed = cuda_requirements(_metadata(wheel), with_driver)
    if not needed:
        return
    command = pip + ["install", "--quiet", "--no-compile", "--target", folder] + needed
    say("Getting the NVIDIA libraries of this CUDA build: " + ", ".join(needed))
    done = _run(command)
    if done.returncode != 0:
        fail(f"pip could not install what the CUDA build of torch needs:\n{done.stdout.strip()}")


def cuda_requirements(metadata, with_driver):
    """The NVIDIA requirements among the `Requires-Dist` lines of a wheel's metadata."""
    found = []
    for line in metadata.splitlines():
        match = re.match(r"Requires-Dist: (cuda-toolkit|nvidia-[\w.-]+)(\[[^]]*\])?(.*)", line)
        if not match or "extra ==" in line:
            continue
        name, extras, rest = match.group(1), match.group(2) or "", match.group(3)
        if not with_driver:
            if name == "cuda-toolkit":
                extras = "[cudart,cupti]"
            elif not name.startswith(("nvidia-cuda-runtime", "nvidia-cuda-cupti")):
                continue
        found.append(name + extras + rest.split(";")[0].rstrip())
    return found


def requirements(version, with_driver):
    """What pip is asked for, the likeliest to serve first."""
    if "+" in version or platform.system() != "Linux":
        return [f"torch=={version}"]
    cpu = f"torch=={version}+cpu"
    if not with_driver:
        return [cpu, f"torch=={version}"]
    # PyPI's only build is one for CUDA; `===`, as `==` would take any build of this version, a CPU one too.
    # PyTorch's own index names the CUDA versions, of which the oldest needs the least of a driver.
    return [f"torch==={version}", *(f"torch=={version}+{name}" for name in CUDA_BUILDS), cpu]


def _python_versions():
    own = "{}.{}".format(*sys.version_info[:2])
    return sorted(PYTHONS, key=lambda version: version != own)


def _platforms():
    if platform.system() == "Darwin":
        return ["macosx_15_0_arm64"]
    tags = ["manylinux_2_28", "manylinux_2_27", "manylinux_2_17", "manylinux2014", "linux"]
    return [f"{tag}_{platform.machine()}" for tag in tags]


def _is_absent(output):
    """Whether pip reached the index and found nothing, as opposed to failing to reach it."""
    return "No matching distribution found" in output and "Retrying (" not in output


def _only_wheel(folder):
    return next(
        os.path.join(folder, name) for name in os.listdir(folder) if name.endswith(".whl")
    )


def _metadata(wheel):
    with zipfile.ZipFile(wheel) as archive:
        name = next(n for n in archive.namelist() if n.endswith(".dist-info/METADATA"))
        return archive.read(name).decode("utf-8")


def _pip_version(pip):
    match = re.match(r"pip (\d+)\.(\d+)", _run(pip + ["--version"]).stdout)
    return (int(match.group(1)), int(match.group(2))) if match else (0, 0)


def _dotted(version):
    return ".".join(str(part) for part in version)


def _run(command):
    environment = dict(os.environ, PIP_DISABLE_PIP_VERSION_CHECK="1", PIP_NO_INPUT="1")
    return subprocess.run(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        universal_newlines=True,
    )

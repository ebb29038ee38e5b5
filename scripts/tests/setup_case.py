# SPDX-License-Identifier: Apache-2.0
"""A copy of the set-up scripts to try out, with stand-ins for libtorch and for the package index.

The stand-in libtorch (empty libraries, two headers) serves as a folder for LIBTORCH and inside
wheels, which pip finds in a local folder. Nothing is downloaded.
"""

import os
import platform
import shutil
import subprocess
import sys
import tempfile
import unittest
import zipfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SUFFIX = ".dylib" if platform.system() == "Darwin" else ".so"
LINUX = platform.system() == "Linux"

# What is found at once: the preferred build for the Python that runs (else the one tried first).
VERSION = "2.13.0+cpu" if LINUX else "2.13.0"
OWN = sys.version_info[:2]
PYTHON = "cp3%d" % (OWN[1] if (3, 10) <= OWN <= (3, 14) else 12)


def text(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


class SetupCase(unittest.TestCase):
    """A test in a package root of its own, with an empty index."""

    @classmethod
    def setUpClass(cls):
        cls.shared = tempfile.mkdtemp()
        cls.library = os.path.join(cls.shared, "empty" + SUFFIX)
        subprocess.run(
            ["clang", "-shared", "-x", "c", "-", "-o", cls.library],
            input=b"int nothing;", check=True,
        )

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.shared)

    def setUp(self):
        self.root = tempfile.mkdtemp(prefix="equipoise set-up ")  # with spaces, on purpose
        self.addCleanup(shutil.rmtree, self.root)
        shutil.copytree(os.path.join(ROOT, "scripts"), self.path("scripts"))
        self.index = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.index)

    def path(self, *parts):
        return os.path.join(self.root, *parts)

    def run_setup(self, **variables):
        environment = {k: v for k, v in os.environ.items() if not k.startswith("PIP_")}
        environment.pop("LIBTORCH", None)
        environment.pop("TORCH_VERSION", None)
        environment.update(
            PIP_CONFIG_FILE=os.devnull, PIP_NO_INDEX="1", PIP_NO_CACHE_DIR="1",
            PIP_FIND_LINKS=self.index, **variables,
        )
        return subprocess.run(
            [sys.executable, self.path("scripts", "setup-libtorch")],
            env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            universal_newlines=True,
        )

    def members(self, version):
        number = version.split("+")[0]
        return {
            "version.py": f"__version__ = '{version}'\n",
            "include/ATen/ATen.h": "",
            "include/torch/headeronly/version.h": f'#define TORCH_VERSION \\\n  "{number}"\n',
            "lib/libtorch_cpu" + SUFFIX: None,
            "lib/libc10" + SUFFIX: None,
            "lib/libtorch_python" + SUFFIX: None,
        }

    def make_libtorch(self, version, but=()):
        """A folder for LIBTORCH, without the files in `but`."""
        folder = self.path("given-" + version)
        for name, content in self.members(version).items():
            if name in but:
                continue
            path = os.path.join(folder, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            if content is None:
                shutil.copy(self.library, path)
            else:
                with open(path, "w", encoding="utf-8") as file:
                    file.write(content)
        return folder

    def make_driver(self):
        """The environment of a machine with an NVIDIA driver."""
        folder = self.path("driver")
        os.makedirs(folder)
        shutil.copy(self.library, os.path.join(folder, "libcuda.so.1"))
        return {"LD_LIBRARY_PATH": folder}

    def make_wheel(self, version=VERSION, python=PYTHON, cuda=False):
        """A wheel in the index that pip searches."""
        tag = "macosx_11_0_arm64" if not LINUX else "manylinux_2_28_" + platform.machine()
        information = f"torch-{version}.dist-info/"
        path = os.path.join(self.index, f"torch-{version}-{python}-{python}-{tag}.whl")
        with zipfile.ZipFile(path, "w") as wheel:
            members = self.members(version)
            if cuda:
                members.update({f"lib/libtorch_cuda{SUFFIX}": None, f"lib/libc10_cuda{SUFFIX}": None})
            for name, content in members.items():
                if content is None:
                    wheel.write(self.library, "torch/" + name)
                else:
                    wheel.writestr("torch/" + name, content)
            metadata = f"Metadata-Version: 2.1\nName: torch\nVersion: {version}\n"
            wheel.writestr(information + "METADATA", metadata)
            wheel.writestr(information + "WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: false\n")
            wheel.writestr(information + "RECORD", "")
        return path

    def assert_ready(self, done, version):
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertEqual(text(self.path(".libtorch", "VERSION")), version + "\n")
        for name in ["include/ATen/ATen.h", "lib/libtorch_cpu" + SUFFIX, "lib/libc10" + SUFFIX]:
            self.assertTrue(os.path.exists(self.path(".libtorch", name)), name)
        left = [n for n in os.listdir(self.path(".libtorch", "wheels")) if "partial" in n]
        self.assertEqual(left, [])

    def assert_refused(self, done, *words):
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertFalse(os.path.exists(self.path(".libtorch", "VERSION")))
        for word in words:
            self.assertIn(word, done.stdout)
        self.assertNotIn("Traceback", done.stdout)

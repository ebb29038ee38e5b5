# SPDX-License-Identifier: Apache-2.0
"""Tests of python/equipoise's launcher, which starts the program of the wheel."""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest

from setup_case import ROOT

# Prints how it was started.
PROGRAM = '#!/bin/sh\necho "$LD_LIBRARY_PATH"\nfor word in "$@"; do echo "[$word]"; done\nexit 7\n'


class LauncherTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)
        package = self.path("site", "equipoise")
        os.makedirs(package)
        for name in ("_launcher.py", "__main__.py"):
            shutil.copy(os.path.join(ROOT, "python", "equipoise", name), package)
        self.write(PROGRAM, "site", "equipoise", "_program", "equipoise")
        os.chmod(os.path.join(package, "_program", "equipoise"), 0o755)
        for version in ("2.12", "2.13"):
            os.makedirs(os.path.join(package, "_program", "torch-" + version))

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def write(self, text, *names):
        os.makedirs(os.path.dirname(self.path(*names)), exist_ok=True)
        with open(self.path(*names), "w", encoding="utf-8") as file:
            file.write(text)

    def make_torch(self, folder, version):
        """A PyTorch that fails when it is imported."""
        self.write("raise SystemExit('torch was imported')\n", folder, "torch", "__init__.py")
        self.write(f"__version__ = '{version}'\ndebug = False\n", folder, "torch", "version.py")
        self.write("", folder, "torch", "lib", "libtorch_cpu.so")

    def start(self, *arguments, **environment):
        return subprocess.run(
            [sys.executable, "-S", "-m", "equipoise", *arguments], stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True,
            env={"PYTHONPATH": self.path("site"), "PYTHONDONTWRITEBYTECODE": "1", **environment})

    def test_program_starts_on_the_installed_pytorch_which_is_not_imported(self):
        self.make_torch("site", "2.13.0+cpu")
        done = self.start("train", "a b", "", LD_LIBRARY_PATH="/own")
        program = self.path("site", "equipoise", "_program")
        libraries = [os.path.join(program, "torch-2.13"), self.path("site", "torch", "lib"), "/own"]
        self.assertEqual(done.stdout, ":".join(libraries) + "\n[train]\n[a b]\n[]\n", done.stderr)
        self.assertEqual(done.returncode, 7)

    def test_another_pytorch_can_be_named(self):
        self.make_torch("site", "2.13.0+cpu")
        self.make_torch("other", "2.12.1+cu130")
        done = self.start(LIBTORCH=self.path("other", "torch"))
        self.assertIn("torch-2.12:" + self.path("other", "torch", "lib"), done.stdout)

    def test_an_archive_of_libtorch_says_its_version_in_a_file(self):
        self.write("2.12.0+cpu\n", "archive", "build-version")
        self.write("", "archive", "lib", "libtorch_cpu.so")
        self.assertIn("torch-2.12:", self.start(LIBTORCH=self.path("archive")).stdout)

    def test_what_is_missing_is_said(self):
        done = self.start()
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("has no PyTorch; install it ('pip install \"torch>=2.11,<2.14\"')", done.stderr)
        done = self.start(LIBTORCH=self.path("nowhere"))
        self.assertIn("has no lib/libtorch_cpu.so", done.stderr)
        self.make_torch("site", "2.14.0")
        done = self.start()
        self.assertIn("this package runs on PyTorch 2.12, 2.13, and", done.stderr)
        self.assertIn("is 2.14.0", done.stderr)
        self.write("", "site", "torch", "version.py")
        self.assertIn("does not say which version it is", self.start().stderr)
        self.assertNotIn("Traceback", self.start().stderr)


if __name__ == "__main__":
    unittest.main()

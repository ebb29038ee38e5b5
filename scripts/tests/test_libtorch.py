# SPDX-License-Identifier: Apache-2.0
"""Tests of scripts/setup-libtorch and scripts/env."""

import os
import re
import shutil
import subprocess
import sys
import unittest

from setup_case import LINUX, OWN, ROOT, SUFFIX, VERSION, SetupCase, text


class WheelTest(SetupCase):
    def test_wheel_for_any_python_is_unpacked_without_what_cpp_does_not_need(self):
        self.make_wheel(python="cp313" if OWN != (3, 13) else "cp311")
        self.assert_ready(self.run_setup(), VERSION)
        self.assertEqual(
            sorted(os.listdir(self.path(".libtorch", "lib"))),
            ["libc10" + SUFFIX, "libtorch_cpu" + SUFFIX],
        )

    @unittest.skipUnless(LINUX, "only Linux has builds apart for the CPU")
    def test_cpu_build_is_preferred(self):
        for version in ["2.13.0+cu130", VERSION, "2.13.0"]:
            self.make_wheel(version)
        self.assert_ready(self.run_setup(), VERSION)

    @unittest.skipUnless(LINUX, "only Linux has CUDA")
    def test_cuda_build_is_preferred_where_there_is_a_driver(self):
        number = VERSION.split("+")[0]
        for version, cuda in [(VERSION, False), (number, True)]:
            self.make_wheel(version, cuda=cuda)
        done = self.run_setup(**self.make_driver())
        self.assert_ready(done, number)
        self.assertIn(f"There is an NVIDIA driver: {number} with CUDA is used "
                      f"(TORCH_VERSION={VERSION} takes the CPU build).", done.stdout)
        self.assertIn("libtorch_cuda.so", os.listdir(self.path(".libtorch", "lib")))

    @unittest.skipUnless(LINUX, "only Linux has CUDA")
    def test_index_without_a_cuda_build(self):
        self.make_wheel()
        driver = self.make_driver()
        for _ in range(2):
            done = self.run_setup(**driver)
            self.assert_ready(done, VERSION)
            self.assertIn(f"There is an NVIDIA driver, but {VERSION} is built without CUDA", done.stdout)
        # Who names the CPU build wants it.
        self.assertNotIn("driver", self.run_setup(TORCH_VERSION=VERSION, **driver).stdout)

    def test_what_the_index_is_asked_for(self):
        sys.path.insert(0, os.path.join(ROOT, "scripts"))
        from support.package_index import requirements

        self.assertEqual(requirements("2.13.0+cu128", True), ["torch==2.13.0+cu128"])
        if LINUX:
            self.assertEqual(requirements("2.13.0", False), ["torch==2.13.0+cpu", "torch==2.13.0"])
            asked = requirements("2.13.0", True)
            self.assertEqual((asked[0], asked[-1]), ("torch===2.13.0", "torch==2.13.0+cpu"))

    @unittest.skipUnless(LINUX, "only Linux has CUDA")
    def test_cuda_build_needs_its_libraries_only_with_a_driver(self):
        sys.path.insert(0, os.path.join(ROOT, "scripts"))
        from support.package_index import cuda_requirements

        metadata = """Requires-Dist: filelock
Requires-Dist: cuda-toolkit[cublas,cudart,cupti]==13.0.3; platform_system == "Linux"
Requires-Dist: cuda-bindings<14,>=13.0.3; platform_system == "Linux"
Requires-Dist: nvidia-nccl-cu13==2.29.7; platform_system == "Linux"
Requires-Dist: nvidia-cuda-cupti-cu12==12.6.80; platform_system == "Linux"
"""
        self.assertEqual(
            cuda_requirements(metadata, with_driver=False),
            ["cuda-toolkit[cudart,cupti]==13.0.3", "nvidia-cuda-cupti-cu12==12.6.80"],
        )
        self.assertEqual(
            cuda_requirements(metadata, with_driver=True),
            ["cuda-toolkit[cublas,cudart,cupti]==13.0.3", "nvidia-nccl-cu13==2.29.7",
             "nvidia-cuda-cupti-cu12==12.6.80"],
        )

    def test_second_run_needs_no_index(self):
        wheel = self.make_wheel()
        self.assert_ready(self.run_setup(), VERSION)
        os.remove(wheel)
        before = os.stat(self.path(".libtorch", "VERSION")).st_mtime_ns
        self.assert_ready(self.run_setup(), VERSION)
        self.assertEqual(os.stat(self.path(".libtorch", "VERSION")).st_mtime_ns, before)

    def test_interrupted_runs_are_repaired(self):
        self.make_wheel()
        self.assert_ready(self.run_setup(), VERSION)
        harm = {
            "partial download": lambda: os.makedirs(
                self.path(".libtorch", "wheels", "partial-x", "site", "torch")),
            "no VERSION": lambda: os.remove(self.path(".libtorch", "VERSION")),
            "no link": lambda: os.remove(self.path(".libtorch", "lib")),
            "left-over link": lambda: os.symlink("x", self.path(".libtorch", "lib.new")),
            "lost library": lambda: os.remove(
                self.path(".libtorch", "lib", "libtorch_cpu" + SUFFIX)),
            "nothing left": lambda: shutil.rmtree(self.path(".libtorch")),
        }
        for name, inflict in harm.items():
            with self.subTest(name):
                inflict()
                if name == "left-over link":
                    os.remove(self.path(".libtorch", "include"))
                self.assert_ready(self.run_setup(), VERSION)

    def test_version_that_no_index_has(self):
        done = self.run_setup(TORCH_VERSION="2.12.0+cu126")
        self.assert_refused(done, "no wheel of torch 2.12.0+cu126", "LIBTORCH")

    def test_wheel_version_outside_the_range(self):
        self.assert_refused(self.run_setup(TORCH_VERSION="2.10.0"), "2.10.0", "2.11 to 2.13")
        self.assert_refused(self.run_setup(TORCH_VERSION="2.13"), "2.13.0")

    def test_broken_wheel(self):
        with open(self.make_wheel(), "r+b") as file:
            file.truncate(200)
        self.assert_refused(self.run_setup())


class GivenLibtorchTest(SetupCase):
    def test_given_libtorch_is_linked_and_left_again(self):
        self.make_wheel()
        given = self.make_libtorch("2.11.0+cu130")
        self.assert_ready(self.run_setup(LIBTORCH=given), "2.11.0+cu130")
        self.assertEqual(os.readlink(self.path(".libtorch", "lib")), os.path.join(given, "lib"))
        self.assertIn("Version: 2.11.0\n", text(self.path(".libtorch", "equipoise-libtorch.pc")))
        self.assert_ready(self.run_setup(), VERSION)

    def test_given_version_outside_the_range(self):
        for version in ["2.10.0", "2.14.0", "1.13.1+cpu"]:
            done = self.run_setup(LIBTORCH=self.make_libtorch(version))
            self.assert_refused(done, version, "2.11 to 2.13")

    def test_version_of_an_archive_and_of_headers(self):
        given = self.make_libtorch("2.12.1", but=["version.py"])
        self.assert_ready(self.run_setup(LIBTORCH=given), "2.12.1")
        with open(os.path.join(given, "build-version"), "w", encoding="utf-8") as file:
            file.write("2.12.0+cpu\n")
        self.assert_ready(self.run_setup(LIBTORCH=given), "2.12.0+cpu")

    def test_given_folder_that_is_no_libtorch(self):
        header = "include/ATen/ATen.h"
        self.assert_refused(
            self.run_setup(LIBTORCH=self.make_libtorch("2.13.0", but=[header])), header, "LIBTORCH")
        self.assert_refused(self.run_setup(LIBTORCH="/nowhere"), "/nowhere")

    def test_library_that_does_not_load(self):
        given = self.make_libtorch("2.13.0")
        with open(os.path.join(given, "lib", "libtorch_cpu" + SUFFIX), "wb") as file:
            file.write(b"no library")
        self.assert_refused(self.run_setup(LIBTORCH=given), "does not load")


class SearchPathTest(SetupCase):
    def test_pc_file(self):
        self.assert_ready(self.run_setup(LIBTORCH=self.make_libtorch("2.13.0")), "2.13.0")
        prefix = self.path(".libtorch").replace(" ", "\\ ")
        self.assertEqual(
            text(self.path(".libtorch", "equipoise-libtorch.pc")).splitlines(),
            [
                f"prefix={prefix}",
                "",
                "Name: equipoise-libtorch",
                "Description: The libtorch that Equipoise is built with, "
                "as chosen by scripts/setup-libtorch",
                "Version: 2.13.0",
                "Cflags: -I${prefix}/include -I${prefix}/include/torch/csrc/api/include",
                "Libs: -L${prefix}/lib -ltorch_cpu -lc10",
            ],
        )

    def test_env_prints_the_search_path(self):
        shell = f'eval "$("{self.path("scripts", "env")}")"; printf %s "$PKG_CONFIG_PATH"'
        for before, after in {"": "", "/a:/b": ":/a:/b"}.items():
            environment = dict(os.environ, PKG_CONFIG_PATH=before)
            printed = subprocess.check_output(["sh", "-c", shell], env=environment)
            self.assertEqual(printed.decode(), self.path(".libtorch") + after)


class PinTest(unittest.TestCase):
    def test_libtorch_and_pytorch_are_of_one_version(self):
        script = text(os.path.join(ROOT, "scripts", "setup-libtorch"))
        default = re.search(r'DEFAULT_VERSION = "(.*)"', script).group(1)
        self.assertIn(f"torch=={default}\n", text(os.path.join(ROOT, "References/requirements.txt")))

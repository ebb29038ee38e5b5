# SPDX-License-Identifier: Apache-2.0
"""Tests of scripts/check-toolchain."""

import os
import shutil
import subprocess
import tempfile
import unittest

from setup_case import ROOT, text


class ToolchainTest(unittest.TestCase):
    def run_check(self, tools):
        """Runs check-toolchain with only these tools (name: script, or None for the real one)."""
        folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, folder)
        usual = ["sh", "dirname", "mktemp", "sed", "sort", "head", "tail", "rm", "uname", "git"]
        for name, script in dict({name: None for name in usual}, **tools).items():
            path = os.path.join(folder, name)
            if script is None:
                os.symlink(shutil.which(name), path)
            else:
                with open(path, "w", encoding="utf-8") as file:
                    file.write(f"#!{shutil.which('sh')}\n{script}\n")
                os.chmod(path, 0o755)
        self.log = os.path.join(folder, "log")
        return subprocess.run(
            [shutil.which("sh"), os.path.join(ROOT, "scripts", "check-toolchain")],
            env={"PATH": folder, "LOG": self.log}, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, universal_newlines=True,
        )

    whole = {
        "swift": "echo Apple Swift version 6.10.1", "clang++": "exit 0", "python3": "exit 0",
    }

    def test_whole_toolchain(self):
        self.assertEqual(self.run_check(self.whole).returncode, 0)

    def test_swift_is_missing_or_old(self):
        missing = {name: script for name, script in self.whole.items() if name != "swift"}
        for tools, words in [
            (missing, ["no `swift`", "6.2"]),
            (dict(self.whole, swift="echo Swift version 5.10"), ["Swift 5.10", "6.2"]),
            (dict(self.whole, swift="echo Swift version 6.1"), ["Swift 6.1", "6.2"]),
        ]:
            done = self.run_check(tools)
            self.assertEqual(done.returncode, 1)
            for word in words:
                self.assertIn(word, done.stdout)

    def test_user_is_told_the_command(self):
        tools = dict(self.whole, **{"clang++": "exit 1", "apt-get": "exit 9", "id": "echo 1000"})
        tools["python3"] = "exit 1"
        done = self.run_check(tools)
        self.assertEqual(done.returncode, 1)
        for word in ["C++", "zlib", "OpenSSL 3", "Python 3.8", "sudo apt-get install -y g++ zlib1g-dev"]:
            self.assertIn(word, done.stdout)

    def test_root_installs_what_is_missing(self):
        # The stand-in compiler works as soon as the stand-in apt-get has run.
        tools = dict(self.whole, **{
            "clang++": '[ -e "$LOG" ]', "id": "echo 0", "apt-get": 'echo "$*" >> "$LOG"',
        })
        done = self.run_check(tools)
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertRegex(text(self.log), r"update.*\n.*install .* g\+\+ zlib1g-dev pkg-config libssl3\n")

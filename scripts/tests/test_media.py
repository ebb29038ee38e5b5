# SPDX-License-Identifier: Apache-2.0
"""Tests of scripts/setup-media and scripts/find-ffmpeg."""

import os
import shutil
import subprocess
import tempfile
import unittest

from setup_case import ROOT, text


class MediaTest(unittest.TestCase):
    # The stand-in finds the libraries as soon as the stand-in apt-get has run.
    late = 'case $1 in --variable*) echo /found;; *) [ -e "$LOG" ];; esac'
    there = "case $1 in --variable*) echo /found;; esac"

    def run_script(self, tools, script="setup-media", **variables):
        """Runs a script with only these tools (name: script, or None for the real one)."""
        folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, folder)
        tools = dict({name: None for name in ["sh", "dirname"]}, uname="echo Linux", **tools)
        for name, content in tools.items():
            path = os.path.join(folder, name)
            if content is None:
                os.symlink(shutil.which(name), path)
            else:
                with open(path, "w", encoding="utf-8") as file:
                    file.write(f"#!{shutil.which('sh')}\n{content}\n")
                os.chmod(path, 0o755)
        self.log = os.path.join(folder, "log")
        return subprocess.run(
            [shutil.which("sh"), os.path.join(ROOT, "scripts", script)],
            env=dict({"PATH": folder, "LOG": self.log}, **variables), stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, universal_newlines=True,
        )

    def test_finding(self):
        for tools, words in [
            ({"pkg-config": self.there}, "/found/libavformat.pc\n"),
            ({"pkg-config": "exit 1"}, "none\n"),
            ({}, "none\n"),
        ]:
            self.assertEqual(self.run_script(tools, "find-ffmpeg").stdout, words)

    def test_nothing_is_missing(self):
        tools = {"pkg-config": self.there, "ffmpeg": "exit 0", "espeak-ng": "exit 0"}
        done = self.run_script(tools)
        self.assertEqual((done.returncode, done.stdout), (0, ""))

    def test_none_is_asked_for(self):
        done = self.run_script({"id": "echo 0", "apt-get": "exit 9"}, EQUIPOISE_FFMPEG="none")
        self.assertEqual((done.returncode, done.stdout), (0, ""))

    def test_user_is_told_the_command_and_goes_on(self):
        done = self.run_script({"id": "echo 1000", "apt-get": "exit 9", "ffmpeg": "exit 0"})
        self.assertEqual(done.returncode, 0)
        self.assertRegex(
            done.stdout,
            "without FFmpeg 5.1(.|\n)*sudo apt-get install -y libavformat-dev .*pkg-config espeak-ng\n",
        )
        done = self.run_script({"id": "echo 1000"})
        self.assertEqual(done.returncode, 0)
        self.assertIn("dnf install ffmpeg-devel", done.stdout)

    def test_root_installs_what_is_missing(self):
        done = self.run_script({
            "pkg-config": self.late, "id": "echo 0", "ffmpeg": "exit 0", "espeak-ng": "exit 0",
            "apt-get": 'echo "$*" >> "$LOG"',
        })
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertNotIn("note:", done.stdout)
        self.assertRegex(text(self.log), r"update.*\n.*install .* libavformat-dev .* pkg-config\n")

    def test_failed_installation_is_no_end(self):
        done = self.run_script({"id": "echo 0", "apt-get": "exit 100"})
        self.assertEqual(done.returncode, 0)
        for word in ["installation failed", "without FFmpeg", "apt-get install"]:
            self.assertIn(word, done.stdout)

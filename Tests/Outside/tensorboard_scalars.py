# SPDX-License-Identifier: Apache-2.0
"""Starts TensorBoard on a run's folder and prints what its HTTP API returns, as JSON: scalars by tag and
step, the tags of histograms, and the sizes of images."""

import json
import os
import re
import struct
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request

HOST = "127.0.0.1"


def main(folder):
    with tempfile.TemporaryFile("w+") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "tensorboard.main", "--logdir", folder, "--host", HOST,
             "--port", "0", "--load_fast=false"], stderr=log)
        try:
            port = wait(lambda: found_port(log) if server.poll() is None else sys.exit(text(log)))
            print(json.dumps(read(f"http://{HOST}:{port}/data/plugin/"), sort_keys=True))
        finally:
            server.kill()
            server.wait()


def read(base):
    def get(path, **query):
        with urllib.request.urlopen(base + path + "?" + urllib.parse.urlencode(query)) as reply:
            return reply.read()

    tags = wait(lambda: json.loads(get("scalars/tags")))
    run, scalars = next(iter(tags.items()))
    values = {
        tag: [[step, value] for _, step, value in
              json.loads(get("scalars/scalars", run=run, tag=tag))] for tag in scalars}
    images = {}
    for tag in json.loads(get("images/tags")).get(run, {}):
        entries = json.loads(get("images/images", run=run, tag=tag, sample=0))
        png = get("images/individualImage?" + entries[-1]["query"] + "&")
        images[tag] = [len(entries), *struct.unpack(">II", png[16:24])]
    histograms = sorted(json.loads(get("histograms/tags")).get(run, {}))
    return {"scalars": values, "histograms": histograms, "images": images}


def text(log):
    return os.pread(log.fileno(), 1 << 20, 0).decode()


def found_port(log):
    match = re.search(r"http://[^:]+:(\d+)/", text(log))
    return match and match[1]


def wait(look):
    for _ in range(600):
        if found := look():
            return found
        time.sleep(0.1)
    sys.exit("TensorBoard did not answer within a minute")


main(sys.argv[1])

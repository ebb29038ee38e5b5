# SPDX-License-Identifier: Apache-2.0
"""Golden ids of tokenisers, by the `tokenizers` package.

Needs the versions of References/requirements.txt; run from the root of the repository. Writes small tokenisers of every
kind and what they make of some strings into Goldens of Tests/EquipoiseTextTests. With a folder as argument it writes
100 000 strings and what larger tokenisers make of them there, for TokenizerComparisonTests: those of this script, and
every tokenizer.json that is named after the folder.
"""

import json
import os
import sys

from tokenizer_kinds import KINDS
from tokenizer_strings import strings
from tokenizers import Tokenizer

FOLDER = "Tests/EquipoiseTextTests/Goldens"


def compact(tokenizer):
    """The file without the spaces that a person would want."""
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return json.dumps(json.loads(tokenizer.to_str()), ensure_ascii=False, separators=(",", ":"))


def goldens():
    os.makedirs(FOLDER, exist_ok=True)
    texts = [text for text in strings(62, 3) if len(text) <= 100]
    cases = {"texts": texts, "ids": {}}
    for kind in KINDS:
        path = f"{FOLDER}/{kind}.json"
        # Training comes out otherwise each time: what it made is kept.
        if not os.path.exists(path):
            with open(path, "w") as file:
                file.write(compact(KINDS[kind](True)))
        tokenizer = Tokenizer.from_file(path)
        cases["ids"][kind] = [tokenizer.encode(text).ids for text in texts]
    # What is too long: special tokens are kept.
    tokenizer = Tokenizer.from_file(f"{FOLDER}/bert-uncased.json")
    cut = {}
    for direction in ["right", "left"]:
        tokenizer.enable_truncation(8, direction=direction)
        cut[direction] = [tokenizer.encode(text).ids for text in texts]
    cases["cut"] = cut
    with open(f"{FOLDER}/cases.json", "w") as file:
        file.write(json.dumps(cases, separators=(",", ":")))


def comparison(folder, others):
    os.makedirs(folder, exist_ok=True)
    texts = strings(100_000, 7)
    with open(f"{folder}/texts.json", "w") as file:
        json.dump(texts, file)
    tokenizers = {kind: KINDS[kind](False) for kind in KINDS}
    for place, path in enumerate(others):
        tokenizers[f"given-{place}"] = Tokenizer.from_file(path)
    for kind, tokenizer in tokenizers.items():
        with open(f"{folder}/{kind}.json", "w") as file:
            file.write(compact(tokenizer))
        with open(f"{folder}/{kind}.ids", "w") as file:
            for encoding in tokenizer.encode_batch(texts):
                file.write(" ".join(map(str, encoding.ids)) + "\n")


if len(sys.argv) > 1:
    comparison(sys.argv[1], sys.argv[2:])
else:
    goldens()

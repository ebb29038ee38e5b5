# SPDX-License-Identifier: Apache-2.0
"""Runs, comparisons, searches and features as frames (docs/formats.md)."""

import csv
import json
import os

import numpy

try:
    import pandas
except ImportError:
    pandas = None


def _frame(rows, columns=None):
    """A pandas frame, or without pandas a dictionary of lists."""
    names = list(columns or [])
    for row in rows:
        names += [name for name in row if name not in names]
    content = {name: [row.get(name) for row in rows] for name in names}
    return content if pandas is None else pandas.DataFrame(content, columns=names)


def _json(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def _numbers(value, path=()):
    """The numbers of nested objects by their dotted names; lists and text are left out."""
    found = {}
    for key, item in value.items():
        name = path + (key.replace("\\", "\\\\").replace(".", "\\."),)
        if isinstance(item, dict):
            found.update(_numbers(item, name))
        elif isinstance(item, (int, float)) and not isinstance(item, bool):
            found[".".join(name)] = item
    return found


def read_metrics(folder):
    """The numbers of `metrics.csv`, a row for each epoch."""
    with open(os.path.join(folder, "metrics.csv"), encoding="utf-8", newline="") as file:
        rows = [{key: _number(value) for key, value in row.items()} for row in csv.DictReader(file)]
    return _frame(rows)


def _number(text):
    if text == "":
        return None
    try:
        return int(text)
    except ValueError:
        try:
            return float(text)
        except ValueError:
            return text


def read_run(folder):
    """A run: its `folder`, `metrics` (a frame), `result` and `environment` (None while there is none), and
    `configuration` (YAML as text)."""
    def optional(name):
        path = os.path.join(folder, name)
        return _json(path) if os.path.exists(path) else None

    with open(os.path.join(folder, "config.yaml"), encoding="utf-8") as file:
        configuration = file.read()
    has_metrics = os.path.exists(os.path.join(folder, "metrics.csv"))
    return {
        "folder": os.fspath(folder), "configuration": configuration, "result": optional("result.json"),
        "environment": optional("environment.json"), "metrics": read_metrics(folder) if has_metrics else _frame([]),
    }


def _row(folder, **more):
    result = _json(os.path.join(folder, "result.json"))
    row = dict(more, method=result["method"], seed=result["seed"], bestEpoch=result.get("bestEpoch"),
               steps=result["steps"], seconds=result["seconds"])
    for split in ("validation", "test"):
        row.update({"%s.%s" % (split, name): value for name, value in _numbers(result.get(split) or {}).items()})
    row["folder"] = folder
    return row


def read_runs(folder):
    """Every finished run at or below a folder: a row for each, with all its scores."""
    found = []
    for path, folders, files in os.walk(folder):
        folders.sort()
        if "result.json" in files and "config.yaml" in files:
            found.append(_row(path))
            folders.clear()
    return _frame(found)


def read_comparison(folder):
    """The finished runs of a comparison: a row for each entry, fold and seed; those of a modality alone have `alone`."""
    comparison = _json(os.path.join(folder, "comparison.json"))
    folds = comparison.get("folds")
    groups = [(entry["name"], None, os.path.join(folder, entry["name"])) for entry in comparison["entries"]]
    for entry in comparison["entries"]:
        for modality, place in sorted(entry["references"].items()):
            place = place if os.path.isabs(place) else os.path.normpath(os.path.join(folder, place))
            groups.append((entry["name"], modality, place))
    rows = []
    for name, alone, group in groups:
        for fold in range(folds) if folds else [None]:
            for seed in comparison["seeds"]:
                parts = [group] + ([] if fold is None else ["fold-%d" % fold]) + ["seed-%d" % seed]
                run = os.path.join(*parts)
                if os.path.exists(os.path.join(run, "result.json")):
                    rows.append(_row(run, entry=name, alone=alone, fold=fold))
    return _frame(rows)


def read_search(folder):
    """The trials of a search, `trials.csv`."""
    with open(os.path.join(folder, "trials.csv"), encoding="utf-8", newline="") as file:
        return _frame([{key: _number(value) for key, value in row.items()} for row in csv.DictReader(file)])


def read_features(path):
    """What `equipoise features` wrote: arrays by name, `id` as a list of texts, `classes` as a list of names."""
    from safetensors import safe_open
    with safe_open(os.fspath(path), "numpy") as file:
        arrays = {name: file.get_tensor(name) for name in file.keys()}
        metadata = file.metadata() or {}
    arrays["id"] = [bytes(row).rstrip(b"\0").decode() for row in numpy.asarray(arrays["id"])]
    arrays["classes"] = metadata.get("classes", "").split("\n")
    return arrays

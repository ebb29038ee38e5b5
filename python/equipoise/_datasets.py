# SPDX-License-Identifier: Apache-2.0
"""Prepared datasets (docs/formats.md, `dataset.json`) from arrays or samples."""

import hashlib
import json
import os
import shutil
import tempfile

import numpy
from safetensors.numpy import save_file

KINDS = {1: "vector", 2: "sequence", 3: "image", 4: "video"}
CHANNELS = {"vector": 0, "sequence": 1, "image": 0, "spectrogram": 0, "video": 1}
TYPES = ("uint8", "int8", "int16", "int32", "float16", "float32", "float64")
RESERVED = ("label", "target", "group", "id")
SPLITS = ("train", "validation", "test")
SHARD_BYTES = 64 << 20


def write_dataset(folder, train, validation=None, test=None, *, name=None, kinds=None, classes=None, targets=None,
                  multilabel=False, normalise=True, replace=False):
    """Writes a prepared dataset.

    A split is a dictionary of arrays with the samples along their first axis (numpy arrays, torch tensors, lists), or an
    iterable of samples, each a dictionary: modalities by name and `label` (a class as text or number; with
    `multilabel` a 0 or 1 for each of `classes`) or `target` (numbers), and `group` and `id` where there are any.
    Samples may lack a modality (None, or no key) and sequences and videos may differ in length; in arrays
    `NAME.present` and `NAME.length` say so.

    `kinds` names those that the number of axes does not tell: one axis is a vector, two a sequence [time, channels],
    three an image [channels, height, width] (or a `spectrogram`), four a video [time, channels, height, width].
    `classes` are the classes' or labels' names, by default those that occur, in order; `targets` the names of a
    regression's numbers. With `normalise` each channel's training mean and standard deviation are written for the
    program to use. Returns the folder; raises ValueError for what does not fit, before anything is written there.
    """
    given = {"train": train, "validation": validation, "test": test}
    splits = {split: _columns(split, content) for split, content in given.items() if content is not None}
    modalities = sorted(
        {key for columns in splits.values() for key in columns if key not in RESERVED and not _is_about(key, columns)})
    if not modalities:
        raise ValueError("there is no modality")
    for key in modalities:
        if not all(letter.isascii() and (letter.isalnum() or letter in "-_") for letter in key):
            raise ValueError("the modality %r: names are ASCII letters, digits, '-' and '_'" % key)
    task = _task(splits, multilabel)
    outputs = _outputs(splits, task, classes, targets)
    _pad(splits, modalities)
    described = {key: _described(key, splits, (kinds or {}).get(key), normalise) for key in modalities}
    for split, columns in splits.items():
        _check(split, columns, modalities, described)
    return _write(os.fspath(folder), name, task, outputs, described, splits, replace)


def _is_about(key, columns):
    start, _, end = key.rpartition(".")
    return end in ("length", "present") and start in columns


def _array(value):
    """A numpy array of what others call arrays: numpy's, torch's on any device, lists."""
    if hasattr(value, "detach"):
        value = value.detach().cpu().numpy()
    return numpy.asarray(value)


def _columns(split, content):
    if isinstance(content, dict):
        columns = {key: value if _is_text(value) else _array(value) for key, value in content.items()}
    else:
        columns = _gathered(split, list(content))
    counts = {key: len(value) for key, value in columns.items()}
    if len(set(counts.values())) > 1:
        raise ValueError("split %r: %s" % (split, ", ".join("%s has %d samples" % pair for pair in counts.items())))
    return columns


def _is_text(value):
    return isinstance(value, (list, tuple)) and len(value) > 0 and isinstance(value[0], str)


def _gathered(split, samples):
    keys = sorted({key for sample in samples for key in sample})
    columns = {}
    for key in keys:
        values = [sample.get(key) for sample in samples]
        if key in RESERVED:
            if any(value is None for value in values):
                raise ValueError("split %r: some samples have no %r" % (split, key))
            columns[key] = [str(value) for value in values] if isinstance(values[0], str) else numpy.stack(
                [_array(value) for value in values])
            continue
        arrays = [None if value is None else _array(value) for value in values]
        there = [array for array in arrays if array is not None]
        if not there:
            continue
        if len({(array.ndim, array.shape[1:], array.dtype) for array in there}) > 1:
            raise ValueError("split %r: samples of %r differ in more than their length" % (split, key))
        most = max((array.shape for array in there), key=lambda shape: shape[:1])
        lengths = [1 if array is None else len(array) for array in arrays]
        stacked = numpy.zeros((len(arrays),) + most, there[0].dtype)
        for row, array in enumerate(arrays):
            if array is not None:
                stacked[row][tuple(slice(0, size) for size in array.shape)] = array
        columns[key] = stacked
        if len({len(array) for array in there}) > 1:
            if there[0].ndim not in (2, 4):
                raise ValueError("split %r: samples of %r have different shapes" % (split, key))
            columns[key + ".length"] = numpy.array(lengths, "int64")
        if len(there) < len(arrays):
            columns[key + ".present"] = numpy.array([array is not None for array in arrays], "uint8")
    return columns


def _task(splits, multilabel):
    if "train" not in splits or not any(len(value) for value in splits["train"].values()):
        raise ValueError("split 'train' has no samples")
    found = {key for columns in splits.values() for key in ("label", "target") if key in columns}
    if len(found) != 1 or not all(found <= set(columns) for columns in splits.values()):
        raise ValueError("every split needs 'label', or every one 'target'")
    if "target" in found:
        return "regression"
    return "multilabel" if multilabel else "classification"


def _outputs(splits, task, classes, targets):
    """The names of what is learned; labels become int64, rows of labels uint8, targets float32."""
    if task == "regression":
        for columns in splits.values():
            numbers = _array(columns["target"]).astype("float32")
            columns["target"] = numbers.reshape(len(numbers), -1)
        width = splits["train"]["target"].shape[1]
        names = list(targets or (["target"] if width == 1 else ["target %d" % (place + 1) for place in range(width)]))
        if any(columns["target"].shape[1] != len(names) for columns in splits.values()):
            raise ValueError("there are %d names of targets for %d numbers" % (len(names), width))
        return names
    if task == "multilabel":
        for columns in splits.values():
            rows = _array(columns["label"])
            if rows.ndim != 2 or not numpy.isin(rows, (0, 1)).all():
                raise ValueError("labels are a 0 or 1 for each class, [N, K]")
            columns["label"] = rows.astype("uint8")
        if classes is None or any(columns["label"].shape[1] != len(classes) for columns in splits.values()):
            raise ValueError("name each label in 'classes'")
        return [str(one) for one in classes]
    values = {split: list(columns["label"]) for split, columns in splits.items()}
    is_text = any(isinstance(value, str) for rows in values.values() for value in rows)
    if is_text:
        names = [str(one) for one in (classes or sorted({str(value) for rows in values.values() for value in rows}))]
        places = {one: place for place, one in enumerate(names)}
        unknown = sorted({str(value) for rows in values.values() for value in rows} - set(places))
        if unknown:
            raise ValueError("labels that are not in 'classes': %s" % ", ".join(unknown))
        numbers = {split: [places[str(value)] for value in rows] for split, rows in values.items()}
    else:
        numbers = {split: [int(value) for value in rows] for split, rows in values.items()}
        largest = max(max(rows, default=0) for rows in numbers.values())
        names = [str(one) for one in classes] if classes else [str(number) for number in range(largest + 1)]
        if min(min(rows, default=0) for rows in numbers.values()) < 0 or largest >= len(names):
            raise ValueError("labels are numbers from 0 to %d" % (len(names) - 1))
    for split, rows in numbers.items():
        splits[split]["label"] = numpy.array(rows, "int64")
    missing = [name for place, name in enumerate(names) if place not in set(numbers["train"])]
    if missing or len(names) < 2:
        raise ValueError("no training sample is of class %s" % ", ".join(missing) if missing else "there is one class alone")
    return names


def _pad(splits, modalities):
    """Gives all splits the steps of the longest."""
    for key in modalities:
        arrays = {split: columns[key] for split, columns in splits.items() if key in columns}
        steps = {array.shape[1] for array in arrays.values() if array.ndim in (3, 5)}
        if len(steps) < 2:
            continue
        for split, array in arrays.items():
            splits[split].setdefault(key + ".length", numpy.full(len(array), array.shape[1], "int64"))
            room = [(0, 0)] * array.ndim
            room[1] = (0, max(steps) - array.shape[1])
            splits[split][key] = numpy.pad(array, room)


def _described(key, splits, kind, normalise):
    array = splits["train"].get(key)
    if array is None:
        raise ValueError("split 'train' lacks the modality %r" % key)
    if array.dtype.name not in TYPES:
        raise ValueError("%r is of type %s; give one of %s" % (key, array.dtype.name, ", ".join(TYPES)))
    kind = kind or KINDS.get(array.ndim - 1)
    if kind not in CHANNELS or len([one for one, name in KINDS.items() if name == kind or kind == "spectrogram" and
                                    name == "image"]) != 1:
        raise ValueError("%r has %d axes beside the samples; say its kind: %s" % (key, array.ndim - 1, ", ".join(CHANNELS)))
    description = {"kind": kind, "shape": list(array.shape[1:]), "dtype": array.dtype.name}
    if normalise:
        mean, deviation = _statistics(array, splits["train"], key, kind)
        if numpy.isfinite(mean).all() and numpy.isfinite(deviation).all():
            deviation = numpy.where(deviation > 0, deviation, 1)
            description["mean"], description["std"] = mean.tolist(), deviation.tolist()
    return description


def _statistics(array, columns, key, kind):
    """Mean and deviation of each channel over what is there, sample by sample, so that memory stays small."""
    axis = CHANNELS[kind]
    lengths, present = columns.get(key + ".length"), columns.get(key + ".present")
    count, total, squares = 0, 0, 0
    for row in range(len(array)):
        if present is not None and not present[row]:
            continue
        sample = array[row] if lengths is None else array[row][:int(lengths[row])]
        numbers = numpy.moveaxis(sample.astype("float64"), axis, 0).reshape(array.shape[1 + axis], -1)
        if array.dtype == numpy.uint8:
            numbers = numbers / 255
        count += numbers.shape[1]
        total = total + numbers.sum(1)
        squares = squares + (numbers * numbers).sum(1)
    mean = total / max(count, 1)
    return mean, numpy.sqrt(numpy.maximum(squares / max(count, 1) - mean * mean, 0))


def _check(split, columns, modalities, described):
    for key in modalities:
        if key not in columns:
            raise ValueError("split %r lacks the modality %r" % (split, key))
        found = columns[key]
        if list(found.shape[1:]) != described[key]["shape"] or found.dtype.name != described[key]["dtype"]:
            raise ValueError("split %r: %r is %s %s, in 'train' it is %s %s" % (
                split, key, found.dtype.name, list(found.shape[1:]), described[key]["dtype"], described[key]["shape"]))
        present = columns.get(key + ".present")
        valid = found if present is None else found[numpy.asarray(present, bool)]
        if columns.get(key + ".length") is None and not numpy.isfinite(valid).all():
            raise ValueError("split %r: %r has numbers that are not finite" % (split, key))
        if columns.get(key + ".length") is not None:
            columns[key + ".length"] = _array(columns[key + ".length"]).astype("int64")
        if present is not None:
            columns[key + ".present"] = _array(present).astype("uint8")
    if "group" in columns:
        groups = columns["group"]
        names = sorted(set(map(str, groups)))
        numeric = not _is_text(groups) and _array(groups).dtype.kind in "iu"
        columns["group"] = _array(groups).astype("int64") if numeric else numpy.array(
            [names.index(str(one)) for one in groups], "int64")
    if "id" in columns:
        texts = [str(one).encode() for one in columns["id"]]
        width = max([1] + [len(text) for text in texts])
        columns["id"] = numpy.frombuffer(b"".join(text.ljust(width, b"\0") for text in texts), "uint8").reshape(-1, width)


def _write(folder, name, task, outputs, described, splits, replace):
    if os.path.exists(folder) and not (replace and os.path.exists(os.path.join(folder, "dataset.json"))):
        raise ValueError("%s exists%s" % (folder, " and is no dataset" if replace else "; replace=True replaces a dataset"))
    place = os.path.dirname(os.path.abspath(folder))
    os.makedirs(place, exist_ok=True)
    partial = tempfile.mkdtemp(prefix="." + os.path.basename(os.path.abspath(folder)) + ".", suffix=".equipoise-partial",
                               dir=place)
    try:
        listed = {split: _shards(partial, split, splits.get(split), described) for split in SPLITS}
        description = {
            "format": "equipoise-dataset", "version": 2, "name": name or os.path.basename(os.path.abspath(folder)),
            "task": task, "modalities": described, "splits": listed, "extra": {"made by": "python/equipoise"}}
        if task == "regression":
            description["targets"] = [{"name": one} for one in outputs]
        else:
            description["classes"] = outputs
        with open(os.path.join(partial, "dataset.json"), "w", encoding="utf-8") as file:
            json.dump(description, file, indent=1, ensure_ascii=False)
            file.write("\n")
            file.flush()
            os.fsync(file.fileno())
        os.chmod(partial, 0o755)
        if os.path.exists(folder):
            former = tempfile.mkdtemp(prefix=".former.", suffix=".equipoise-partial", dir=place)
            os.rename(folder, os.path.join(former, "dataset"))
            os.rename(partial, folder)
            shutil.rmtree(former)
        else:
            os.rename(partial, folder)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    return folder


def _shards(partial, split, columns, described):
    if columns is None or not len(next(iter(columns.values()))):
        return []
    count = len(columns[next(iter(described))])
    sample = sum(columns[key][0].nbytes for key in described)
    size = max(1, SHARD_BYTES // max(1, sample))
    listed = []
    for start in range(0, count, size):
        tensors = {key: numpy.ascontiguousarray(value[start:start + size]) for key, value in columns.items()}
        file = "%s-%05d.safetensors" % (split, len(listed))
        save_file(tensors, os.path.join(partial, file))
        with open(os.path.join(partial, file), "rb") as written:
            os.fsync(written.fileno())
        digests = {key: hashlib.sha256(value.tobytes()).hexdigest() for key, value in tensors.items()}
        listed.append({"file": file, "count": len(tensors[next(iter(described))]), "sha256": digests})
    return listed

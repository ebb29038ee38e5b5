# SPDX-License-Identifier: Apache-2.0
"""Scores by scikit-learn, SciPy and torchmetrics, for Tests/EquipoiseMetricsTests/ScoreGoldenTests.swift.

Needs the versions of References/requirements.txt; run from the root of the repository. Writes
Tests/EquipoiseMetricsTests/Goldens/scores.safetensors: for every case TASK/CASE its inputs (logits, labels, known, outputs,
targets) and expected.SCORE, [1]; of labels also expected.labels.SCORE, [K], and of several targets
expected.targets.SCORE, [T]. A score that has no number is not there, or not a number in a list.
"""

import warnings

import numpy as np
import torch
from safetensors.numpy import save_file
from scipy import special, stats
from sklearn import metrics

# Before torchmetrics, which imports torchvision.
from torchvision_import import torchvision  # noqa: F401

from torchmetrics.functional import concordance_corrcoef
from torchmetrics.functional.classification import multiclass_calibration_error

FOLDER = "Tests/EquipoiseMetricsTests/Goldens"

# scikit-learn warns of classes that are not there, of which there are some on purpose.
warnings.simplefilter("ignore")
generator = np.random.default_rng(0)
goldens: dict[str, np.ndarray] = {}


def keep(case: str, inputs: dict[str, np.ndarray], expected: dict[str, float]) -> None:
    for name, array in inputs.items():
        goldens[f"{case}/{name}"] = np.ascontiguousarray(array)
    for name, value in expected.items():
        if not np.isnan(value):
            goldens[f"{case}/expected.{name}"] = np.array([value], np.float64)


def keep_each(case: str, kind: str, expected: dict[str, list[float]]) -> None:
    for name, values in expected.items():
        goldens[f"{case}/expected.{kind}.{name}"] = np.array(values, np.float64)


def mean(values: list[float]) -> float:
    known = [value for value in values if not np.isnan(value)]
    return np.mean(known) if known else np.nan


def precision(present: np.ndarray, scores: np.ndarray) -> float:
    return metrics.average_precision_score(present, scores) if present.any() else np.nan


def area(present: np.ndarray, scores: np.ndarray) -> float:
    return metrics.roc_auc_score(present, scores) if 0 < present.sum() < present.size else np.nan


def f1_of(present: np.ndarray, predicted: np.ndarray) -> float:
    # scikit-learn refuses a label of which nothing is known.
    return metrics.f1_score(present, predicted, zero_division=0) if present.size else 0


# Classification


def classification(case: str, logits: np.ndarray, labels: np.ndarray) -> None:
    logits = logits.astype(np.float32)
    classes = logits.shape[1]
    every = np.arange(classes)
    double = logits.astype(np.float64)
    probabilities = special.softmax(double, axis=1)
    single = probabilities.astype(np.float32)
    predictions = logits.argmax(1)
    one_hot = labels[:, None] == every
    f1 = dict(labels=every, zero_division=0)
    kappa = metrics.cohen_kappa_score(labels, predictions, labels=every)
    expected = {
        "accuracy": metrics.accuracy_score(labels, predictions),
        "macroF1": metrics.f1_score(labels, predictions, average="macro", **f1),
        "weightedF1": metrics.f1_score(labels, predictions, average="weighted", **f1),
        "balancedAccuracy": metrics.balanced_accuracy_score(labels, predictions),
        "meanAveragePrecision": mean([precision(one_hot[:, k], single[:, k]) for k in every]),
        "auroc": mean([area(one_hot[:, k], single[:, k]) for k in every]),
        "loss": -special.log_softmax(double, axis=1)[one_hot].mean(),
        # In single precision, whatever it is given.
        "expectedCalibrationError": multiclass_calibration_error(
            torch.tensor(single), torch.tensor(labels), classes, n_bins=15, norm="l1"
        ).item(),
        "brier": metrics.brier_score_loss(
            one_hot if classes == 2 else labels,
            probabilities,
            labels=None if classes == 2 else every,
            scale_by_half=False,
        ),
        "matthewsCorrelation": metrics.matthews_corrcoef(labels, predictions),
        # Without a definition where all samples are of one class and taken for it: 0 by our rule.
        "cohenKappa": 0 if np.isnan(kappa) else kappa,
    }
    if classes > 5:
        # Of equal logits the first counts.
        ordered = double - 1e-9 * every
        expected["top5Accuracy"] = metrics.top_k_accuracy_score(labels, ordered, k=5, labels=every)
    keep(f"classification/{case}", {"logits": logits, "labels": labels.astype(np.int64)}, expected)


def classifications() -> None:
    def draw(samples: int, classes: int) -> tuple[np.ndarray, np.ndarray]:
        labels = generator.integers(classes, size=samples)
        return generator.normal(size=(samples, classes)) + 2 * np.eye(classes)[labels], labels

    classification("random", *draw(97, 7))
    classification("binary", *draw(40, 2))
    classification("many", *draw(300, 60))
    logits, labels = draw(90, 6)
    rows = generator.integers(12, size=90)
    classification("tied", np.round(logits[rows] * 2) / 2, labels)
    # Classes 4 and 5 neither occur nor are predicted, class 3 is predicted alone.
    logits, labels = draw(50, 6)
    logits[:, 4:] -= 20
    classification("absent", logits, labels % 3)
    logits, _ = draw(20, 4)
    one = np.full(20, 2)
    classification("one class", logits + 9 * np.eye(4)[one], one)
    classification("one class, not always predicted", logits, one)
    classification("one prediction", logits + 9 * np.eye(4)[one], labels[:20] % 4)
    logits, labels = draw(30, 3)
    classification("certain", 60 * logits, labels)


# Several labels


def multilabel(case: str, logits: np.ndarray, labels: np.ndarray, known: np.ndarray | None) -> None:
    logits = logits.astype(np.float32)
    labels = labels.astype(bool)
    predicted = logits > 0
    given = np.ones_like(labels) if known is None else known
    count = logits.shape[1]
    columns = [(labels[given[:, k], k], logits[given[:, k], k]) for k in range(count)]
    flat = (labels.T[given.T], logits.T[given.T])
    f1 = [f1_of(x, y > 0) for x, y in columns]
    precisions = [precision(x, y) for x, y in columns]
    areas = [area(x, y) for x, y in columns]
    present = [x.sum() for x, _ in columns]
    expected = {
        "macroF1": np.mean(f1),
        "microF1": f1_of(flat[0], flat[1] > 0),
        "weightedF1": np.average(f1, weights=present) if sum(present) else 0,
        # Where no label is ever there, 0 by our rule.
        "meanAveragePrecision": 0 if np.isnan(precisions).all() else mean(precisions),
        "auroc": mean(areas),
        "microAuroc": area(*flat),
        "hammingLoss": np.mean(flat[0] != (flat[1] > 0)),
        "loss": torch.nn.functional.binary_cross_entropy_with_logits(
            torch.tensor(flat[1]).double(), torch.tensor(flat[0]).double()
        ).item(),
    }
    if known is None:
        # The same by scikit-learn's own averages.
        for average in ["macro", "micro", "weighted"]:
            own = metrics.f1_score(labels, predicted, average=average, zero_division=0)
            assert np.isclose(own, expected[average + "F1"], rtol=1e-13)
        assert np.isclose(metrics.hamming_loss(labels, predicted), expected["hammingLoss"], rtol=1e-13)
    inputs = {"logits": logits, "labels": labels.astype(np.uint8)}
    if known is not None:
        inputs["known"] = known.astype(np.uint8)
    keep(f"multilabel/{case}", inputs, expected)
    each = {"f1": f1, "averagePrecision": precisions, "auroc": areas, "present": present}
    keep_each(f"multilabel/{case}", "labels", each)


def multilabels() -> None:
    def draw(samples: int, count: int) -> tuple[np.ndarray, np.ndarray]:
        labels = generator.random((samples, count)) < np.linspace(0.1, 0.6, count)
        return generator.normal(size=labels.shape) + 1.5 * labels - 0.75, labels

    multilabel("random", *draw(83, 6), None)
    logits, labels = draw(60, 4)
    # Some logits are exactly 0, which is not predicted.
    multilabel("tied", np.round(logits * 2) / 2, labels, None)
    logits, labels = draw(40, 5)
    # Never there and never predicted; always there; never there but predicted; predicted always.
    labels[:, 0], labels[:, 1], labels[:, 2] = False, True, False
    logits[:, 0], logits[:, 3] = -1 - np.abs(logits[:, 0]), 1
    multilabel("degenerate", logits, labels, None)
    logits, labels = draw(50, 5)
    known = generator.random(labels.shape) < 0.7
    known[:, 4] = False
    multilabel("unknown", logits, labels, known)
    multilabel("none", -np.ones((7, 3)), np.zeros((7, 3)), None)


# Regression


def concordance(outputs: np.ndarray, targets: np.ndarray) -> float:
    """Lin's, 1989: with the variances that divide by N. torchmetrics divides them by N − 1."""
    r = stats.pearsonr(outputs, targets).statistic

    def coefficient(correction: int) -> float:
        a, b = outputs.std(ddof=correction), targets.std(ddof=correction)
        return 2 * r * a * b / (a**2 + b**2 + (outputs.mean() - targets.mean()) ** 2)

    theirs = concordance_corrcoef(torch.tensor(outputs), torch.tensor(targets)).item()
    assert np.isclose(theirs, coefficient(1), rtol=1e-10), (theirs, coefficient(1))
    return coefficient(0)


def target_scores(outputs: np.ndarray, targets: np.ndarray) -> dict[str, float]:
    """By our rule correlations with what is constant are 0, and agreement with it is 0 or, where it is whole, 1."""
    is_constant = np.ptp(outputs) == 0 or np.ptp(targets) == 0
    return {
        "mae": metrics.mean_absolute_error(targets, outputs),
        "rmse": metrics.root_mean_squared_error(targets, outputs),
        "loss": metrics.mean_squared_error(targets, outputs),
        "r2": metrics.r2_score(targets, outputs),
        "pearson": 0 if is_constant else stats.pearsonr(outputs, targets).statistic,
        "spearman": 0 if is_constant else stats.spearmanr(outputs, targets).statistic,
        "ccc": float((outputs == targets).all()) if is_constant else concordance(outputs, targets),
    }


def sentiment_scores(outputs: np.ndarray, targets: np.ndarray) -> dict[str, float]:
    """By the definitions of MMSA (github.com/thuiar/MMSA, src/MMSA/utils/metricsTop.py), without its rounding."""
    some = targets != 0
    whole = {
        limit: metrics.accuracy_score(*[
            np.rint(np.clip(values, -limit, limit)).astype(int) for values in (targets, outputs)
        ])
        for limit in [2, 3]
    }
    pairs = {
        "HasZero": (targets >= 0, outputs >= 0),
        "NonZero": (targets[some] > 0, outputs[some] > 0),
    }
    found = {"acc5": whole[2], "acc7": whole[3]}
    for name, (truth, predicted) in pairs.items():
        # Without samples 0 by our rule.
        found["acc2" + name] = metrics.accuracy_score(truth, predicted) if len(truth) else 0
        found["f1" + name] = metrics.f1_score(truth, predicted, average="weighted") if len(truth) else 0
    return found


def regression(case: str, outputs: np.ndarray, targets: np.ndarray, sentiment: bool = False) -> None:
    each = [
        target_scores(a, b) | (sentiment_scores(a, b) if sentiment else {})
        for a, b in zip(outputs.T, targets.T)
    ]
    expected = {name: np.mean([own[name] for own in each]) for name in each[0]}
    if not any(np.ptp(column) == 0 for column in targets.T):
        assert np.isclose(metrics.r2_score(targets, outputs), expected["r2"], rtol=1e-13)
    keep(f"regression/{case}", {"outputs": outputs, "targets": targets}, expected)
    keep_each(
        f"regression/{case}", "targets", {name: [own[name] for own in each] for name in each[0]}
    )


def regressions() -> None:
    def draw(samples: int, count: int = 1) -> tuple[np.ndarray, np.ndarray]:
        targets = generator.normal(size=(samples, count))
        return 0.7 * targets + 0.5 * generator.normal(size=targets.shape) + 0.1, targets

    regression("random", *draw(75))
    outputs, targets = draw(64, 3)
    # Of other sizes, and far from 0.
    units, origin = np.array([1.0, 1000, 1e-3]), np.array([0, 1e5, -2])
    regression("several targets", outputs * units + origin, targets * units + origin)
    outputs, targets = draw(80)
    regression("tied", np.round(outputs * 2) / 2, np.round(targets * 2) / 2)
    regression("worse than the mean", -2 * outputs, targets)
    outputs, targets = draw(9)
    # The mean of nine times 0.1 is not 0.1.
    regression("constant outputs", np.full((9, 1), 0.1), targets)
    regression("constant targets", outputs, np.full((9, 1), 0.1))
    regression("the same constant", np.full((9, 1), 0.1), np.full((9, 1), 0.1))
    regression("two constants", np.full((9, 1), 0.1), np.full((9, 1), 0.7))
    regression("equal", targets, targets)
    outputs, targets = draw(200)
    # Beyond 3, and on halves and zeros.
    outputs, targets = 1.8 * outputs, 1.8 * targets
    outputs[::4] = np.round(outputs[::4] * 2) / 2
    targets[::3] = np.round(targets[::3] * 2) / 2
    regression("sentiment", outputs, targets, sentiment=True)
    regression("neutral sentiment", outputs[:12], np.zeros((12, 1)), sentiment=True)


if __name__ == "__main__":
    classifications()
    multilabels()
    regressions()
    save_file(goldens, f"{FOLDER}/scores.safetensors")

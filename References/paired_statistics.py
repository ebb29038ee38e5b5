# SPDX-License-Identifier: Apache-2.0
"""Prints the numbers that Tests/EquipoiseExperimentsTests/Statistics/StatisticsTests.swift expects.

Needs the versions of References/requirements.txt.
"""

import numpy as np
from scipy import stats

CASES = {
    "three": ([0.81, 0.79, 0.84], [0.78, 0.77, 0.79]),
    "mixed": ([0.612, 0.655, 0.601, 0.633, 0.648], [0.620, 0.640, 0.598, 0.611, 0.629]),
    "eight": (
        [0.71, 0.74, 0.69, 0.77, 0.73, 0.70, 0.75, 0.72],
        [0.70, 0.71, 0.70, 0.73, 0.70, 0.69, 0.72, 0.71],
    ),
}
P_VALUES = [0.01, 0.04, 0.03, 0.005, 0.6]


def mean_of_differences(x, y, axis=-1):
    return np.mean(x, axis=axis) - np.mean(y, axis=axis)


for name, (x, y) in CASES.items():
    differences = np.subtract(x, y)
    t = stats.ttest_rel(x, y)
    flip = stats.permutation_test(
        (x, y), mean_of_differences, permutation_type="samples", n_resamples=np.inf
    )
    print(name, "mean, sd", differences.mean(), differences.std(ddof=1))
    print(name, "t, p", t.statistic, t.pvalue)
    print(name, "sign flips p", flip.pvalue)
    sampled = stats.bootstrap(
        (differences,), np.mean, n_resamples=200_000, method="percentile", rng=0
    ).confidence_interval
    print(name, "bootstrap", sampled.low, sampled.high)

for degrees in [1, 2, 4, 30]:
    print("t distribution", degrees, [2 * stats.t.sf(t, degrees) for t in [0.1, 1.0, 2.5, 12.0]])

# Holm: the k-th smallest of m, times m − k + 1, never below the one before it.
p = np.sort(P_VALUES)
adjusted = np.minimum(1, np.maximum.accumulate(p * np.arange(len(p), 0, -1)))
print("Holm", dict(zip(p, adjusted)))

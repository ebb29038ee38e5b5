# SPDX-License-Identifier: Apache-2.0
"""Prints the scores that Tests/EquipoiseMetricsTests/ClassificationScoresTests.swift expects.

Needs the versions of References/requirements.txt.
"""

import numpy as np
from sklearn.metrics import accuracy_score, average_precision_score, f1_score, log_loss

LOGITS = np.array(
    [
        [2, 0.5, -1],
        [0.1, 1.2, 0.3],
        [-0.5, 0.2, 0.9],
        [1.5, 1.4, 0],
        [-1, 2, 0.5],
        [0.3, 0.2, 0.1],
        [0, -2, 1],
        [0.7, 0.8, 0.65],
    ]
)
LABELS = np.array([0, 1, 2, 1, 1, 2, 2, 0])

probabilities = np.exp(LOGITS) / np.exp(LOGITS).sum(1, keepdims=True)
predictions = LOGITS.argmax(1)
one_hot = np.eye(3)[LABELS]
print("accuracy", accuracy_score(LABELS, predictions))
print("macroF1", f1_score(LABELS, predictions, average="macro"))
print("weightedF1", f1_score(LABELS, predictions, average="weighted"))
print("meanAveragePrecision", average_precision_score(one_hot, probabilities, average="macro"))
print("loss", log_loss(LABELS, probabilities))

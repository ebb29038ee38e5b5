# SPDX-License-Identifier: Apache-2.0
"""Losses of every task and their gradients, for Tests/EquipoiseModelsTests/Losses/LossTests.swift.

Needs the versions of References/requirements.txt; run from the root of the repository. Writes
Tests/EquipoiseModelsTests/Goldens/losses.safetensors, in float64: outputs and answers of each task, and for each loss
NAME its value and NAME.gradient with respect to the outputs. Focal loss and CCC are written out, as PyTorch has none.
"""

import torch
from safetensors.torch import save_file
from torch.nn import functional as F

FOLDER = "Tests/EquipoiseModelsTests/Goldens"
B, K, T = 11, 4, 3


def focal(outputs, labels, gamma, weights):
    p = outputs.softmax(1).gather(1, labels[:, None])[:, 0]
    w = weights[labels]
    return (w * (1 - p) ** gamma * -p.log()).sum() / w.sum()


def binary_focal(outputs, labels, gamma, weights):
    p = outputs.sigmoid()
    right = torch.where(labels == 1, p, 1 - p)
    return (weights * (1 - right) ** gamma * -right.log()).mean()


def ccc(outputs, targets):
    covariance = ((outputs - outputs.mean(0)) * (targets - targets.mean(0))).mean(0)
    spread = outputs.var(0, correction=0) + targets.var(0, correction=0) + (outputs.mean(0) - targets.mean(0)) ** 2
    return (1 - 2 * covariance / spread).mean()


def main() -> None:
    torch.manual_seed(0)
    torch.set_default_dtype(torch.float64)
    logits, classes = torch.randn(B, K), (torch.arange(B) * 7 % 5).clamp(max=K - 1)
    labels = torch.randint(2, (B, K)).double()
    values, targets = torch.randn(B, T), torch.randn(B, T) * 2 + 1
    weights = torch.tensor([0.5, 1.0, 2.0, 0.25])
    counts = torch.bincount(classes, minlength=K).double()
    positives = labels.sum(0)
    found = {"logits": logits, "classes": classes, "labels": labels, "values": values, "targets": targets,
             "weights": weights}
    mean, deviation = targets.mean(0), targets.std(0, correction=0)
    standardised = (targets - mean) / deviation
    losses = {
        "cross-entropy": (logits, lambda o: F.cross_entropy(o, classes)),
        "smoothed": (logits, lambda o: F.cross_entropy(o, classes, weight=weights, label_smoothing=0.2)),
        "balanced": (logits, lambda o: F.cross_entropy(o, classes, weight=B / (K * counts))),
        "focal": (logits, lambda o: focal(o, classes, 2, weights)),
        "bce": (logits, lambda o: F.binary_cross_entropy_with_logits(o, labels)),
        "bce.balanced": (logits, lambda o: F.binary_cross_entropy_with_logits(
            o, labels, pos_weight=(B - positives) / positives)),
        "focal.labels": (logits, lambda o: binary_focal(o, labels, 1.5, weights)),
        "mse": (values, lambda o: F.mse_loss(o, standardised)),
        "l1": (values, lambda o: F.l1_loss(o, standardised)),
        "huber": (values, lambda o: F.huber_loss(o, standardised, delta=0.7)),
        "ccc": (values, lambda o: ccc(o, standardised)),
    }
    for name, (start, loss) in losses.items():
        outputs = start.clone().requires_grad_()
        value = loss(outputs)
        value.backward()
        found[name], found[name + ".gradient"] = value.detach(), outputs.grad
    save_file(found, f"{FOLDER}/losses.safetensors")


if __name__ == "__main__":
    main()

# SPDX-License-Identifier: Apache-2.0
"""A linear probe trained by PyTorch's AdamW, for
Tests/EquipoiseTrainingTests/Evaluation/LinearProbeTests.swift.

Needs the versions of References/requirements.txt; run from the root of the repository. Writes
Tests/EquipoiseTrainingTests/Goldens/linear_probe.safetensors: training [N, width], labels [N], test
[T, width], whose columns have other means and spreads, and logits [T, K]. Column 3 is constant in
the training split.
"""

import torch
from safetensors.torch import save_file
from torch import nn

FOLDER = "Tests/EquipoiseTrainingTests/Goldens"

CLASSES, WIDTH, TRAINING, TEST = 3, 4, 24, 8


def main() -> None:
    torch.manual_seed(0)
    torch.set_num_threads(1)
    scale = torch.tensor([1.0, 10.0, 0.1, 0.0])
    shift = torch.tensor([0.0, 50.0, -2.0, 3.0])
    training = torch.randn(TRAINING, WIDTH) * scale + shift
    labels = torch.randint(CLASSES, (TRAINING,))
    test = torch.randn(TEST, WIDTH) * scale * 2 + shift + scale
    mean = training.mean(0)
    spread = training.std(0, correction=0).clamp(min=1e-6)
    layer = nn.Linear(WIDTH, CLASSES)
    nn.init.zeros_(layer.weight)
    nn.init.zeros_(layer.bias)
    optimizer = torch.optim.AdamW(layer.parameters(), lr=0.05, weight_decay=1e-4)
    for _ in range(300):
        optimizer.zero_grad()
        nn.functional.cross_entropy(layer((training - mean) / spread), labels).backward()
        optimizer.step()
    logits = layer((test - mean) / spread).detach()
    save_file(
        {"training": training, "labels": labels, "test": test, "logits": logits},
        f"{FOLDER}/linear_probe.safetensors",
    )


if __name__ == "__main__":
    main()

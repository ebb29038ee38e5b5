# SPDX-License-Identifier: Apache-2.0
"""Steps and one weight estimate of Gradient-Blending in plain PyTorch, for
Tests/EquipoiseMethodsTests/GradientBlending/GradientBlendingTests.swift.

Needs the versions of References/requirements.txt; run from the root of the repository. Writes
Tests/EquipoiseMethodsTests/Goldens/gradient_blending_steps.safetensors (see step_recorder.py; the heads
are heads.<modality>.…, and estimate/weights comes from training each head alone on the batches of
steps 0 to 2, twice, with the batch of step 3 held out).
"""

import copy

import torch
from torch import nn

from models import Concat
from step_recorder import CLASSES, WIDTH, Multimodal, keep, prepared, record, save


class Blended(Multimodal):
    def __init__(self, count: int) -> None:
        super().__init__(count, Concat([WIDTH] * count, CLASSES))
        self.heads = nn.ModuleDict({name: nn.Linear(WIDTH, CLASSES) for name in self.encoders})

    def logits(self, inputs: list[torch.Tensor]) -> list[torch.Tensor]:
        z = self.features(inputs)
        return [head(x) for head, x in zip(self.heads.values(), z)] + [self.fusion(z)]


def sgd(model: nn.Module) -> torch.optim.Optimizer:
    return torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9, weight_decay=1e-4)


def steps(case: str, count: int, weights: list[float]) -> list:
    model = prepared(Blended(count))
    optimizer = sgd(model)
    batches = []

    def step(index: int, inputs: list[torch.Tensor], labels: torch.Tensor) -> torch.Tensor:
        batches.append((inputs, labels))
        losses = [nn.functional.cross_entropy(x, labels) for x in model.logits(inputs)]
        loss = sum(w * x for w, x in zip(weights, losses))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss

    record(case, model, step)
    return batches


def mean_losses(model: Blended, batches: list) -> list[float]:
    model.eval()
    with torch.no_grad():
        inputs = [torch.cat(x) for x in zip(*[inputs for inputs, _ in batches])]
        labels = torch.cat([labels for _, labels in batches])
        return [nn.functional.cross_entropy(x, labels).item() for x in model.logits(inputs)]


def estimate(case: str, count: int, batches: list) -> None:
    model = prepared(Blended(count))
    training, validation = batches[:3], batches[3:]
    before = mean_losses(model, training), mean_losses(model, validation)
    values = []
    for k in range(count + 1):
        alone = copy.deepcopy(model).train()
        optimizer = sgd(alone)
        for inputs, labels in training * 2:
            optimizer.zero_grad()
            nn.functional.cross_entropy(alone.logits(inputs)[k], labels).backward()
            optimizer.step()
        after = mean_losses(alone, training)[k], mean_losses(alone, validation)[k]
        gain = before[1][k] - after[1]
        overfitting = (after[1] - after[0]) - (before[1][k] - before[0][k])
        values.append(max(gain, 0) / max(abs(overfitting), 1e-3) ** 2)
    assert sum(value > 0 for value in values) >= 2, values
    keep(f"{case}/weights", torch.tensor(values).double() / sum(values))


def main() -> None:
    torch.set_num_threads(1)
    batches = steps("two", 2, [0.25, 0.125, 0.625])
    estimate("two", 2, batches)
    steps("three", 3, [0.25, 0.25, 0.125, 0.375])
    save("gradient_blending_steps")


if __name__ == "__main__":
    main()

# SPDX-License-Identifier: Apache-2.0
"""Whole training steps in plain PyTorch, for Tests/EquipoiseMethodsTests/Engine/TrainingStepTests.swift.

Needs the versions of References/requirements.txt; run from the root of the repository. Writes
Tests/EquipoiseMethodsTests/Goldens/training_steps.safetensors with, for each case CASE/…: initial.NAME (all
parameters and buffers), input.M.S and label.S of every step S, loss.S, and final.NAME. Computed in
double precision and rounded to single precision.
"""

import torch
from safetensors.torch import save_file
from torch import nn

from models import MLP, Concat, ResNet, Transformer, numbers, randomise

FOLDER = "Tests/EquipoiseMethodsTests/Goldens"

STEPS, BATCH, CLASSES = 3, 4, 3
goldens: dict[str, torch.Tensor] = {}


class Joint(nn.Module):
    """Our names: encoders.<modality>.… and fusion.…"""

    def __init__(self, encoders: dict[str, nn.Module], widths: list[int]) -> None:
        super().__init__()
        self.encoders = nn.ModuleDict(encoders)
        self.fusion = Concat(widths, CLASSES)

    def forward(self, inputs: list[torch.Tensor]) -> torch.Tensor:
        return self.fusion([e(x)[1] for e, x in zip(self.encoders.values(), inputs)])


def keep(name: str, tensor: torch.Tensor) -> None:
    real = tensor.is_floating_point()
    goldens[name] = (tensor.detach().float() if real else tensor).clone().contiguous()


def record(case: str, model: Joint, shapes: list[list[int]], optimizer, clip: float | None) -> None:
    model = model.double().train()
    randomise(model)
    optimizer = optimizer(model.parameters())
    for name, tensor in model.state_dict().items():
        keep(f"{case}/initial.{name}", tensor)
    for step in range(STEPS):
        inputs = [numbers(BATCH, *shape) for shape in shapes]
        labels = torch.randint(CLASSES, (BATCH,))
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(inputs), labels)
        loss.backward()
        if clip is not None:
            nn.utils.clip_grad_norm_(model.parameters(), clip)
        optimizer.step()
        for index, given in enumerate(inputs):
            keep(f"{case}/input.{index}.{step}", given)
        keep(f"{case}/label.{step}", labels)
        keep(f"{case}/loss.{step}", loss)
    for name, tensor in model.state_dict().items():
        keep(f"{case}/final.{name}", tensor)


def main() -> None:
    torch.manual_seed(0)
    torch.set_num_threads(1)
    record(
        "sgd",
        Joint({"audio": ResNet([2, 2, 2, 2], 1, 1, small=True), "text": MLP(5, 4, 3, nn.LayerNorm)}, [8, 4]),
        [[1, 9, 9], [5]],
        lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9, weight_decay=1e-4),
        None,
    )
    record(
        "adamw",
        Joint({"audio": Transformer(5, 3, 4, 2, 6, 2), "text": MLP(5, 4, 3, nn.LayerNorm)}, [4, 4]),
        [[5, 3], [5]],
        lambda p: torch.optim.AdamW(p, lr=0.01, weight_decay=0.01),
        0.5,
    )
    save_file(goldens, f"{FOLDER}/training_steps.safetensors")


if __name__ == "__main__":
    main()

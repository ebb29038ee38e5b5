# SPDX-License-Identifier: Apache-2.0
"""Steps of joint training with unimodal losses beside the fused one, in plain PyTorch, for
Tests/EquipoiseMethodsTests/UnimodalLossesTests.swift.

Needs the versions of References/requirements.txt; run from the root of the repository. Writes
Tests/EquipoiseMethodsTests/Goldens/unimodal_losses_steps.safetensors (see step_recorder.py).
"""

import torch
from torch import nn

from models import Concat, FiLM, Sum
from step_recorder import CLASSES, WIDTH, Multimodal, prepared, record, save

NAMES = ["audio", "text", "view"]


def unimodal(fusion: nn.Module, z: list[torch.Tensor]) -> list[torch.Tensor]:
    """A modality's exact part of the logits, or the logits with the other features at zero."""
    if hasattr(fusion, "slices"):
        return fusion.slices(z)
    return [fusion([x if i == m else 0 * x for i, x in enumerate(z)]) for m in range(len(z))]


def record_case(case: str, kind: type, count: int, weight: float) -> None:
    fusion = kind([WIDTH] * count, CLASSES)
    if kind is Sum:
        fusion.fc = nn.ModuleDict(zip(NAMES, fusion.fc.values()))
    model = prepared(Multimodal(count, fusion))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9, weight_decay=1e-4)

    def step(index: int, inputs: list[torch.Tensor], labels: torch.Tensor) -> torch.Tensor:
        z = model.features(inputs)
        loss = nn.functional.cross_entropy(fusion(z), labels)
        for logits in unimodal(fusion, z):
            loss = loss + weight * nn.functional.cross_entropy(logits, labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss

    record(case, model, step)


def main() -> None:
    torch.set_num_threads(1)
    record_case("concat", Concat, 2, 1.0)
    record_case("sum", Sum, 3, 0.25)
    record_case("film", FiLM, 3, 0.5)
    save("unimodal_losses_steps")


if __name__ == "__main__":
    main()

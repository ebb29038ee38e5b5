# SPDX-License-Identifier: Apache-2.0
"""Steps of separate unimodal models in plain PyTorch, for
Tests/EquipoiseMethodsTests/LateFusionTests.swift.

Needs the versions of References/requirements.txt; run from the root of the repository. Writes
Tests/EquipoiseMethodsTests/Goldens/late_fusion_steps.safetensors (see step_recorder.py; probabilities and
logits are the fused logits of the last step's features in evaluation mode). Every modality has an
optimiser of its own.
"""

import torch
from torch import nn

from step_recorder import CLASSES, WIDTH, Multimodal, keep, prepared, record, save


class Heads(nn.Module):
    def __init__(self, names: list[str]) -> None:
        super().__init__()
        self.fc = nn.ModuleDict({name: nn.Linear(WIDTH, CLASSES) for name in names})


def main() -> None:
    torch.set_num_threads(1)
    names = ["audio", "text", "view"]
    model = prepared(Multimodal(3, Heads(names)))
    pairs = [(model.encoders[name], model.fusion.fc[name]) for name in names]
    optimizers = [
        torch.optim.SGD([*e.parameters(), *h.parameters()], lr=0.05, momentum=0.9, weight_decay=1e-4)
        for e, h in pairs
    ]
    seen = []

    def logits(inputs: list[torch.Tensor]) -> list[torch.Tensor]:
        return [head(encoder(x)[1]) for (encoder, head), x in zip(pairs, inputs)]

    def step(index: int, inputs: list[torch.Tensor], labels: torch.Tensor) -> torch.Tensor:
        seen.append(inputs)
        losses = [nn.functional.cross_entropy(x, labels) for x in logits(inputs)]
        for loss, optimizer in zip(losses, optimizers):
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        return sum(losses)

    record("three", model, step)
    model.eval()
    with torch.no_grad():
        parts = torch.stack(logits(seen[-1]))
    keep("three/logits", parts.mean(0))
    keep("three/probabilities", parts.softmax(2).mean(0).log())
    save("late_fusion_steps")


if __name__ == "__main__":
    main()

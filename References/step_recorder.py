# SPDX-License-Identifier: Apache-2.0
"""What the scripts of single methods share: a small model under our names, and recording of steps.

A case holds, under CASE/…: initial.NAME (all parameters and buffers), input.M.S and label.S of every
step S, loss.S, what the step itself keeps, and final.NAME. Computed in double precision and rounded
to single precision.
"""

from collections.abc import Callable

import torch
from safetensors.torch import save_file
from torch import nn

from models import MLP, ResNet, numbers, randomise

FOLDER = "Tests/EquipoiseMethodsTests/Goldens"

STEPS, STEPS_PER_EPOCH, BATCH, CLASSES, WIDTH = 4, 3, 4, 3, 8
SHAPES = {"audio": [1, 9, 9], "text": [5], "view": [3]}
# Of models whose every encoder is an MLP, which fill a tenth of a file.
VECTORS = {"audio": [7], "text": [5], "view": [3]}
goldens: dict[str, torch.Tensor] = {}


class Multimodal(nn.Module):
    """encoders.<modality>.… and fusion.…; every feature is of one width."""

    def __init__(self, count: int, fusion: nn.Module, vectors: bool = False) -> None:
        super().__init__()
        self.shapes = list((VECTORS if vectors else SHAPES).values())[:count]
        encoders = {"audio": MLP(7, WIDTH, 3, nn.LayerNorm) if vectors else ResNet([2, 2, 2, 2], 1, 1, small=True)}
        encoders["text"] = MLP(5, WIDTH, 3, nn.LayerNorm)
        encoders["view"] = MLP(3, WIDTH, 3, nn.LayerNorm)
        self.encoders = nn.ModuleDict(dict(list(encoders.items())[:count]))
        self.fusion = fusion

    def features(self, inputs: list[torch.Tensor]) -> list[torch.Tensor]:
        return [e(x)[1] for e, x in zip(self.encoders.values(), inputs)]


def keep(name: str, tensor: torch.Tensor) -> None:
    real = tensor.is_floating_point()
    goldens[name] = (tensor.detach().float() if real else tensor).clone().contiguous()


def record(
    case: str,
    model: Multimodal,
    step: Callable[[int, list[torch.Tensor], torch.Tensor], torch.Tensor],
    seed: int = 0,
) -> None:
    """Takes STEPS steps; `step` gives the loss to record. Cases of one seed share their data."""
    for name, tensor in model.state_dict().items():
        keep(f"{case}/initial.{name}", tensor)
    torch.manual_seed(seed + 1)
    for index in range(STEPS):
        inputs = [numbers(BATCH, *shape) for shape in model.shapes]
        labels = torch.randint(CLASSES, (BATCH,))
        for modality, given in enumerate(inputs):
            keep(f"{case}/input.{modality}.{index}", given)
        keep(f"{case}/label.{index}", labels)
        keep(f"{case}/loss.{index}", step(index, inputs, labels))
    for name, tensor in model.state_dict().items():
        keep(f"{case}/final.{name}", tensor)


def prepared(model: nn.Module, seed: int = 0) -> nn.Module:
    """In double precision, training mode, with no parameter at a value that hides mistakes."""
    torch.manual_seed(seed)
    model = model.double().train()
    randomise(model)
    return model


def save(name: str) -> None:
    save_file(goldens, f"{FOLDER}/{name}.safetensors")

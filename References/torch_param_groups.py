# SPDX-License-Identifier: Apache-2.0
"""Steps of PyTorch's optimisers with parameter groups, in float64.

Needs the versions of References/requirements.txt.
Writes Tests/EquipoiseMethodsTests/Goldens/param_groups.safetensors; run from the root of the repository.
"""

import torch
from safetensors.torch import save_file

FILE = "Tests/EquipoiseMethodsTests/Goldens/param_groups.safetensors"
STEPS = 8
UNFREEZE = 4  # The step from which on the first layer of encoder b is trained.
RATE = 0.05
SHAPES = {
    "encoders.a.layers.0.weight": (3, 4),
    "encoders.a.layers.0.bias": (3,),
    "encoders.a.layers.1.weight": (2, 3),
    "encoders.a.layers.1.bias": (2,),
    "encoders.b.layers.0.weight": (3, 5),
    "encoders.b.layers.0.bias": (3,),
    "encoders.b.layers.1.weight": (2, 3),
    "encoders.b.layers.1.bias": (2,),
    "fusion.fc_out.weight": (3, 4),
    "fusion.fc_out.bias": (3,),
}
OPTIMISERS = {
    "sgd": lambda groups: torch.optim.SGD(groups, lr=RATE, momentum=0.9, weight_decay=0.1),
    "adam": lambda groups: torch.optim.Adam(groups, lr=RATE, weight_decay=0.1),
    "adamw": lambda groups: torch.optim.AdamW(groups, lr=RATE, weight_decay=0.1),
}


def factor(name: str) -> float:
    """Encoder b's second layer half, the head ten times, encoder a by 0.5 a layer."""
    if name.startswith("fusion"):
        return 10.0
    if name.startswith("encoders.a.layers.0"):
        return 0.25
    if name.startswith("encoders.a.layers.1"):
        return 0.5
    return 0.5 if ".layers.1" in name else 1.0


def main() -> None:
    generator = torch.Generator().manual_seed(11)
    draw = lambda shape: torch.randn(shape, generator=generator, dtype=torch.float64)
    start = {name: draw(shape) for name, shape in SHAPES.items()}
    gradients = [{name: draw(shape) for name, shape in SHAPES.items()} for _ in range(STEPS)]
    found = {f"start/{name}": value for name, value in start.items()}
    for step, values in enumerate(gradients):
        found |= {f"gradient.{step}/{name}": value for name, value in values.items()}
    for label, make in OPTIMISERS.items():
        parameters = {n: torch.nn.Parameter(v.clone()) for n, v in start.items()}
        groups = [
            {
                "params": [p],
                "lr": RATE * factor(n),
                "weight_decay": 0.0 if p.ndim <= 1 else (0.02 if n.startswith("fusion") else 0.1),
            }
            for n, p in parameters.items()
        ]
        optimizer = make(groups)
        schedule = torch.optim.lr_scheduler.StepLR(optimizer, step_size=3, gamma=0.5)
        for step, values in enumerate(gradients):
            for name, parameter in parameters.items():
                frozen = name.startswith("encoders.b.layers.0") and step < UNFREEZE
                parameter.grad = None if frozen else values[name].clone()
            optimizer.step()
            schedule.step()
            found |= {f"{label}.{step}/{n}": p.detach().clone() for n, p in parameters.items()}
    save_file(found, FILE)


main()

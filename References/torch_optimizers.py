# SPDX-License-Identifier: Apache-2.0
"""Golden parameters after steps of every optimiser, and clipped gradients.

Needs the versions of References/requirements.txt.
Writes Tests/EquipoiseTorchTests/Goldens/optimizers.safetensors; run from the root of the repository.

initial.P and gradient.STEP.P are common to all; a gradient that is absent is None.
CASE/STEP.P is parameter P after step STEP (from 0); the learning rate falls to a fifth for the last.
"""

import torch
from safetensors.torch import save_file

FILE = "Tests/EquipoiseTorchTests/Goldens/optimizers.safetensors"
SHAPES = {"matrix": (4, 3), "vector": (5,), "conv": (2, 3, 2, 2)}
STEPS = 5
# The vector gets its first gradient late, and misses one later.
ABSENT = {(0, "vector"), (3, "vector")}

SGD, ADAM, ADAMW = torch.optim.SGD, torch.optim.Adam, torch.optim.AdamW
CASES = {
    "sgd": (SGD, dict(lr=0.1)),
    "sgd_decay": (SGD, dict(lr=0.1, weight_decay=0.05)),
    "sgd_momentum": (SGD, dict(lr=0.1, momentum=0.9)),
    "sgd_momentum_decay": (SGD, dict(lr=0.1, momentum=0.9, weight_decay=0.05)),
    "sgd_nesterov_decay": (SGD, dict(lr=0.1, momentum=0.9, weight_decay=0.05, nesterov=True)),
    "adam": (ADAM, dict(lr=0.02)),
    "adam_decay": (ADAM, dict(lr=0.02, weight_decay=0.05, betas=(0.8, 0.95), eps=1e-6)),
    "adamw": (ADAMW, dict(lr=0.02, weight_decay=0.05)),
}


def main() -> None:
    torch.manual_seed(1)
    goldens: dict[str, torch.Tensor] = {}
    initial = {p: torch.randn(shape, dtype=torch.float64) for p, shape in SHAPES.items()}
    gradients = [
        {p: torch.randn(shape, dtype=torch.float64) for p, shape in SHAPES.items()}
        for _ in range(STEPS)
    ]
    goldens |= {f"initial.{p}": tensor for p, tensor in initial.items()}
    for step, entry in enumerate(gradients):
        for p, gradient in entry.items():
            if (step, p) not in ABSENT:
                goldens[f"gradient.{step}.{p}"] = gradient
    for case, (kind, options) in CASES.items():
        parameters = {p: tensor.clone().requires_grad_() for p, tensor in initial.items()}
        # The plain loop over parameters is PyTorch's own reference for its fused kernels.
        optimizer = kind(parameters.values(), foreach=False, fused=False, **options)
        for step, entry in enumerate(gradients):
            for p, parameter in parameters.items():
                parameter.grad = None if (step, p) in ABSENT else entry[p].clone()
            if step == STEPS - 1:
                optimizer.param_groups[0]["lr"] = options["lr"] / 5
            optimizer.step()
            for p, parameter in parameters.items():
                goldens[f"{case}/{step}.{p}"] = parameter.detach().clone()
    for name, limit in {"clipped": 1.0, "unclipped": 100.0}.items():
        parameters = {p: tensor.clone().requires_grad_() for p, tensor in initial.items()}
        for p, parameter in parameters.items():
            parameter.grad = gradients[1][p].clone()
        norm = torch.nn.utils.clip_grad_norm_(parameters.values(), limit)
        goldens[f"{name}/norm"] = norm
        goldens |= {f"{name}/{p}": parameter.grad for p, parameter in parameters.items()}
    save_file(goldens, FILE)


main()

# SPDX-License-Identifier: Apache-2.0
"""Learning rates over 100 epochs by PyTorch's schedulers.

Needs the versions of References/requirements.txt.
Writes Tests/EquipoiseTorchTests/Goldens/schedules.safetensors; run from the root of the repository.
"""

import torch
from safetensors.torch import save_file
from torch.optim import lr_scheduler as schedulers

FILE = "Tests/EquipoiseTorchTests/Goldens/schedules.safetensors"
EPOCHS = 100
BASE = 0.05


def rates(make) -> torch.Tensor:
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=BASE)
    scheduler = make(optimizer)
    rates = []
    for _ in range(EPOCHS):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return torch.tensor(rates, dtype=torch.float64)


def after_warmup(make, epochs: int, start: float):
    def scheduler(optimizer):
        warmup = schedulers.LinearLR(optimizer, start_factor=start, total_iters=epochs)
        return schedulers.SequentialLR(optimizer, [warmup, make(optimizer)], milestones=[epochs])

    return scheduler


def main() -> None:
    step = lambda o: schedulers.StepLR(o, step_size=30, gamma=0.1)
    cosine = lambda o: schedulers.CosineAnnealingLR(o, T_max=100, eta_min=0.001)
    shorter = lambda o: schedulers.CosineAnnealingLR(o, T_max=95)
    constant = lambda o: schedulers.LambdaLR(o, lambda epoch: 1)
    save_file(
        {
            "constant": rates(constant),
            "step": rates(step),
            "cosine": rates(cosine),
            "cosine_periodic": rates(lambda o: schedulers.CosineAnnealingLR(o, T_max=40)),
            "warmup_constant": rates(after_warmup(constant, 10, 0.01)),
            "warmup_step": rates(after_warmup(step, 7, 0.1)),
            "warmup_cosine": rates(after_warmup(shorter, 5, 0.2)),
        },
        FILE,
    )


main()

# SPDX-License-Identifier: Apache-2.0
"""Learning rates over 100 epochs or steps by PyTorch's schedulers.

Needs the versions of References/requirements.txt.
Writes Tests/EquipoiseTorchTests/Goldens/schedules.safetensors and, for whole runs of 20 epochs of 5 steps,
Tests/EquipoiseMethodsTests/Goldens/learning_rates.safetensors; run from the root of the repository.
"""

import torch
from safetensors.torch import save_file
from torch.optim import lr_scheduler as schedulers

FILE = "Tests/EquipoiseTorchTests/Goldens/schedules.safetensors"
RUNS = "Tests/EquipoiseMethodsTests/Goldens/learning_rates.safetensors"
EPOCHS = 100
BASE = 0.05


def rates(make) -> torch.Tensor:
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=BASE)
    scheduler = make(optimizer)
    rates = []
    for epoch in range(EPOCHS):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if epoch + 1 < EPOCHS:
            scheduler.step()
    return torch.tensor(rates, dtype=torch.float64)


def after_warmup(make, epochs: int, start: float):
    def scheduler(optimizer):
        warmup = schedulers.LinearLR(optimizer, start_factor=start, total_iters=epochs)
        return schedulers.SequentialLR(optimizer, [warmup, make(optimizer)], milestones=[epochs])

    return scheduler


def one_cycle(**settings):
    return lambda o: schedulers.OneCycleLR(
        o, max_lr=BASE, total_steps=EPOCHS, cycle_momentum=False, **settings
    )


def scores() -> torch.Tensor:
    """A loss that falls, rests and falls again, in float64."""
    generator = torch.Generator().manual_seed(3)
    epochs = torch.arange(EPOCHS, dtype=torch.float64)
    noise = torch.rand(EPOCHS, generator=generator, dtype=torch.float64)
    return 0.2 + 2 * torch.exp(-epochs / 12) + 0.3 * (epochs < 60) + 0.02 * noise


def plateau(values: torch.Tensor, **settings) -> torch.Tensor:
    """The rate of each epoch, the first before any score."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=BASE)
    scheduler = schedulers.ReduceLROnPlateau(optimizer, **settings)
    rates = []
    for value in values:
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step(value.item())
    return torch.tensor(rates, dtype=torch.float64)


def steps_with_epochs(warmup: int, per_epoch: int) -> torch.Tensor:
    """A warm-up by steps, then StepLR every `per_epoch` steps from its end on."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=BASE)
    scheduler = schedulers.LinearLR(optimizer, start_factor=0.1, total_iters=warmup)
    after = None
    rates = []
    for step in range(EPOCHS):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if step + 1 <= warmup:
            scheduler.step()
        if step + 1 == warmup:
            after = schedulers.StepLR(optimizer, step_size=3, gamma=0.5)
        elif after is not None and (step + 1 - warmup) % per_epoch == 0:
            after.step()
    return torch.tensor(rates, dtype=torch.float64)


def of_steps(rates: torch.Tensor) -> torch.Tensor:
    """Rates of epochs as those of the 5 steps of each."""
    return rates[:20].repeat_interleave(5)


def plateau_after_warmup() -> torch.Tensor:
    """Three epochs of warm-up, whose scores the plateau does not see."""
    warmup = rates(after_warmup(lambda o: schedulers.LambdaLR(o, lambda epoch: 1), 3, 0.1))[:3]
    return torch.cat([warmup, plateau(scores()[3:20], factor=0.5, patience=1, threshold=0.5)])


def write_runs() -> None:
    """The rate of each of 100 steps, 5 an epoch."""
    cosine = lambda o: schedulers.CosineAnnealingLR(o, T_max=100)
    after = lambda o: schedulers.CosineAnnealingLR(o, T_max=85)
    save_file(
        {
            "cosine by epoch": of_steps(
                rates(lambda o: schedulers.CosineAnnealingLR(o, T_max=20))
            ),
            "cosine by step": rates(cosine),
            "cosine by step after epochs": rates(after_warmup(after, 15, 0.1)),
            "polynomial after steps": rates(
                after_warmup(lambda o: schedulers.PolynomialLR(o, total_iters=93), 7, 0.1)
            ),
            "step after steps": steps_with_epochs(14, 5),
            "one-cycle": rates(one_cycle()),
            "plateau after warm-up": of_steps(plateau_after_warmup()),
            "scores": scores(),
        },
        RUNS,
    )


def main() -> None:
    write_runs()
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
            "restarts": rates(
                lambda o: schedulers.CosineAnnealingWarmRestarts(o, T_0=15, eta_min=0.002)
            ),
            "restarts_longer": rates(
                lambda o: schedulers.CosineAnnealingWarmRestarts(o, T_0=7, T_mult=2)
            ),
            "polynomial": rates(lambda o: schedulers.PolynomialLR(o, total_iters=100, power=1.0)),
            "polynomial_power": rates(
                lambda o: schedulers.PolynomialLR(o, total_iters=80, power=2.5)
            ),
            "warmup_polynomial": rates(
                after_warmup(lambda o: schedulers.PolynomialLR(o, total_iters=88, power=0.9), 12, 0.1)
            ),
            "one_cycle": rates(one_cycle()),
            "one_cycle_linear": rates(one_cycle(anneal_strategy="linear", pct_start=0.25)),
            "one_cycle_three": rates(
                one_cycle(three_phase=True, pct_start=0.4, div_factor=10, final_div_factor=100)
            ),
            "scores": scores(),
            "plateau": plateau(scores(), patience=4),
            "plateau_absolute": plateau(
                scores(), factor=0.5, patience=2, threshold=0.01, threshold_mode="abs", cooldown=5,
                min_lr=0.004,
            ),
            "plateau_larger": plateau(
                1 - scores(), mode="max", factor=0.3, patience=3, threshold=0.005, cooldown=2
            ),
            "plateau_larger_absolute": plateau(
                1 - scores(), mode="max", factor=0.3, patience=3, threshold=0.02,
                threshold_mode="abs",
            ),
        },
        FILE,
    )


main()

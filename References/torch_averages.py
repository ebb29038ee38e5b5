# SPDX-License-Identifier: Apache-2.0
"""Averages of weights by torch.optim.swa_utils, in float64.

Needs the versions of References/requirements.txt.
Writes Tests/EquipoiseTorchTests/Goldens/averages.safetensors and the same for EquipoiseTrainingTests; run from the root of the repository.
"""

import torch
from safetensors.torch import save_file
from torch.optim import swa_utils

FILES = [f"Tests/{target}/Goldens/averages.safetensors" for target in ("EquipoiseTorchTests", "EquipoiseTrainingTests")]
STEPS = 6


def main() -> None:
    generator = torch.Generator().manual_seed(5)
    draw = lambda *shape: torch.randn(shape, generator=generator, dtype=torch.float64)
    model = torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.BatchNorm1d(3)).double()
    averages = {
        "ema": swa_utils.AveragedModel(model, multi_avg_fn=swa_utils.get_ema_multi_avg_fn(0.8)),
        "swa": swa_utils.AveragedModel(model),
    }
    found = {}
    for step in range(STEPS):
        with torch.no_grad():
            for name, parameter in model.named_parameters():
                parameter.copy_(draw(*parameter.shape))
                found[f"weights.{step}/{name}"] = parameter.detach().clone()
        for label, average in averages.items():
            average.update_parameters(model)
            for name, parameter in average.module.named_parameters():
                found[f"{label}.{step}/{name}"] = parameter.detach().clone()
    # Batches of several sizes, as the last of an epoch may be.
    batches = [draw(size, 4) for size in (5, 5, 3)]
    for index, batch in enumerate(batches):
        found[f"batch.{index}"] = batch
    swa_utils.update_bn(batches, averages["swa"])
    for name, buffer in averages["swa"].module.named_buffers():
        found[f"statistics/{name}"] = buffer.clone()
    for file in FILES:
        save_file(found, file)


main()

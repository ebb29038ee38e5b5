# SPDX-License-Identifier: Apache-2.0
"""Golden tensors of every layer: forward, input gradient, parameter gradients, buffers afterwards.

Needs the versions of References/requirements.txt.
Writes Tests/EquipoiseTorchTests/Goldens/layers.safetensors; run from the root of the repository.

Tensors are named CASE/WHAT: input, output, seed (the upstream gradient), input_gradient,
state.NAME (before), gradient.NAME, after.NAME (buffers that training has moved).
"""

import torch
from safetensors.torch import save_file
from torch import nn

FILE = "Tests/EquipoiseTorchTests/Goldens/layers.safetensors"
goldens: dict[str, torch.Tensor] = {}


def randomise(module: nn.Module) -> None:
    """No parameter or buffer at a value that hides a mistake, such as 0 or 1."""
    for parameter in module.parameters():
        nn.init.normal_(parameter, 0.2, 0.5)
    for name, buffer in module.named_buffers():
        if name.endswith("running_mean"):
            nn.init.normal_(buffer)
        if name.endswith("running_var"):
            nn.init.uniform_(buffer, 0.5, 2)
        if name.endswith("num_batches_tracked"):
            buffer.fill_(3)


def record(case: str, module: nn.Module, given: torch.Tensor, training: bool = True, call=None) -> None:
    module = module.double().train(training)
    randomise(module)
    for name, tensor in module.state_dict().items():
        goldens[f"{case}/state.{name}"] = tensor.clone()
    if given.is_floating_point():
        given = given.requires_grad_()
    output = (call or module)(given)
    seed = torch.randn_like(output)
    output.backward(seed)
    goldens[f"{case}/input"] = given
    goldens[f"{case}/output"] = output
    goldens[f"{case}/seed"] = seed
    if given.is_floating_point():
        goldens[f"{case}/input_gradient"] = given.grad
    for name, parameter in module.named_parameters():
        goldens[f"{case}/gradient.{name}"] = parameter.grad
    if training:
        for name, buffer in module.named_buffers():
            goldens[f"{case}/after.{name}"] = buffer


def numbers(*shape: int) -> torch.Tensor:
    return torch.randn(shape, dtype=torch.float64)


def encoder_layer(activation: str, norm_first: bool) -> nn.Module:
    return nn.TransformerEncoderLayer(
        8, 2, 12, dropout=0, activation=activation, batch_first=True, norm_first=norm_first
    )


def main() -> None:
    torch.manual_seed(0)
    record("linear", nn.Linear(5, 3), numbers(4, 5))
    record("linear_no_bias_3d", nn.Linear(5, 3, bias=False), numbers(2, 3, 5))
    record("conv2d", nn.Conv2d(3, 4, 3, stride=2, padding=1), numbers(2, 3, 7, 6))
    record("conv2d_1x1_no_bias", nn.Conv2d(4, 3, 1, bias=False), numbers(2, 4, 3, 3))
    record("conv1d", nn.Conv1d(3, 4, 5, stride=2, padding=2), numbers(2, 3, 11))
    for rank, shape in {2: (6, 3), 3: (2, 3, 5), 4: (2, 3, 4, 3), 5: (2, 3, 2, 3, 2)}.items():
        norm = {2: nn.BatchNorm1d, 3: nn.BatchNorm1d, 4: nn.BatchNorm2d, 5: nn.BatchNorm3d}[rank]
        record(f"batch_norm_{rank}d", norm(3), numbers(*shape))
    record("batch_norm_running", nn.BatchNorm2d(3), numbers(2, 3, 4, 3), training=False)
    record("layer_norm", nn.LayerNorm(6), numbers(2, 4, 6))
    attention = nn.MultiheadAttention(8, 2, batch_first=True)
    record("attention", attention, numbers(2, 5, 8), call=lambda x: attention(x, x, x)[0])
    for activation in ("relu", "gelu"):
        for norm_first in (False, True):
            name = f"transformer_{activation}_{'first' if norm_first else 'last'}"
            record(name, encoder_layer(activation, norm_first), numbers(2, 5, 8))
    record("embedding", nn.Embedding(7, 4), torch.tensor([[1, 6, 1], [0, 3, 3]]))
    record("relu", nn.ReLU(), numbers(3, 4))
    record("gelu", nn.GELU(), numbers(3, 4))
    record("tanh", nn.Tanh(), numbers(3, 4))
    record("max_pool2d", nn.MaxPool2d(3, stride=2, padding=1), numbers(2, 2, 7, 6))
    record("average_pool2d", nn.AvgPool2d(3, stride=2, padding=1), numbers(2, 2, 7, 6))
    record("max_pool1d", nn.MaxPool1d(3, stride=2, padding=1), numbers(2, 2, 9))
    record("adaptive_average_pool2d", nn.AdaptiveAvgPool2d((2, 3)), numbers(2, 2, 5, 7))
    chain = nn.Sequential(
        nn.Conv2d(2, 3, 3, padding=1, bias=False), nn.BatchNorm2d(3), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(12, 5), nn.Tanh(),
    )
    record("sequential", chain, numbers(3, 2, 4, 4))
    save_file({name: tensor.detach().contiguous() for name, tensor in goldens.items()}, FILE)


main()

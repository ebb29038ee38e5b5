# SPDX-License-Identifier: Apache-2.0
"""Golden tensors of every encoder and fusion head: forward, all gradients, buffers afterwards.

Needs the versions of References/requirements.txt; run from the root of the repository. Writes
Tests/EquipoiseModelsTests/Goldens/models.safetensors and torchvision_resnets.json.

Everything is computed in double precision from single-precision numbers and rounded to single
precision, to keep the file small. Tensors are named CASE/WHAT: input (input.M for heads), seed (the
upstream gradient of features or logits), state.NAME (before), output.D (of each depth), features,
logits, slice.M, zero_out.M, gradient.NAME, input_gradient (.M), after.NAME (buffers that training
has moved), evaluation (features with the statistics before).
"""

import json

import torch
from safetensors.torch import save_file
from torch import nn

FOLDER = "Tests/EquipoiseModelsTests/Goldens"
goldens: dict[str, torch.Tensor] = {}


def numbers(*shape: int) -> torch.Tensor:
    """Normal numbers that single precision holds exactly."""
    return torch.randn(shape).double()


def randomise(module: nn.Module) -> None:
    """No parameter or buffer at a value that hides a mistake, such as 0 or 1."""
    for name, parameter in module.named_parameters():
        scale = parameter[0].numel() ** -0.5 if parameter.ndim > 1 else 0.3
        shift = 1.0 if parameter.ndim == 1 and name.endswith("weight") else 0.0
        parameter.data = numbers(*parameter.shape) * scale + shift
    for name, buffer in module.named_buffers():
        if name.endswith("running_mean"):
            buffer.copy_(numbers(*buffer.shape))
        if name.endswith("running_var"):
            buffer.copy_(numbers(*buffer.shape).abs() + 0.5)
    module.float().double()


def keep(case: str, what: str, tensor: torch.Tensor) -> None:
    is_real = tensor.is_floating_point()
    goldens[f"{case}/{what}"] = (tensor.detach().float() if is_real else tensor).clone().contiguous()


def keep_module(case: str, module: nn.Module) -> None:
    for name, tensor in module.state_dict().items():
        keep(case, f"state.{name}", tensor)


def keep_gradients(case: str, module: nn.Module) -> None:
    for name, parameter in module.named_parameters():
        keep(case, f"gradient.{name}", parameter.grad)


# ---- Encoders: forward gives the outputs of all depths and the features ----


class BasicBlock(nn.Module):
    def __init__(self, given: int, wanted: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(given, wanted, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(wanted)
        self.conv2 = nn.Conv2d(wanted, wanted, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(wanted)
        self.downsample = None
        if stride != 1 or given != wanted:
            self.downsample = nn.Sequential(
                nn.Conv2d(given, wanted, 1, stride, bias=False), nn.BatchNorm2d(wanted)
            )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        shortcut = x if self.downsample is None else self.downsample(x)
        x = self.bn1(self.conv1(x)).relu()
        return (self.bn2(self.conv2(x)) + shortcut).relu()


class ResNet(nn.Module):
    def __init__(self, stages: list[int], channels: int, width: int, small: bool = False) -> None:
        super().__init__()
        self.small = small
        if small:
            self.conv1 = nn.Conv2d(channels, width, 3, 1, 1, bias=False)
        else:
            self.conv1 = nn.Conv2d(channels, width, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        given = width
        for index, count in enumerate(stages):
            wanted, stride = width * 2**index, 1 if index == 0 else 2
            blocks = [BasicBlock(given if i == 0 else wanted, wanted, stride if i == 0 else 1) for i in range(count)]
            setattr(self, f"layer{index + 1}", nn.Sequential(*blocks))
            given = wanted

    def forward(self, x: torch.Tensor) -> tuple[list[torch.Tensor], torch.Tensor]:
        samples, frames = x.shape[0], x.shape[1] if x.ndim == 5 else 1
        x = x.reshape(samples * frames, *x.shape[-3:])
        x = self.bn1(self.conv1(x)).relu()
        if not self.small:
            x = self.maxpool(x)
        outputs = []
        for stage in (self.layer1, self.layer2, self.layer3, self.layer4):
            x = stage(x)
            outputs.append(x)
        # The mean over frames and places: [B·T, C, h, w] → [B, T, C, h, w] → [B, C, T, h, w] → average.
        volume = x.reshape(samples, frames, *x.shape[1:]).permute(0, 2, 1, 3, 4)
        return outputs, nn.functional.adaptive_avg_pool3d(volume, 1).flatten(1)


class Transformer(nn.Module):
    def __init__(self, length: int, channels: int, width: int, heads: int, hidden: int, depth: int) -> None:
        super().__init__()
        self.projection = nn.Linear(channels, width)
        self.positions = nn.Parameter(torch.empty(length, width))
        self.layers = nn.ModuleList(
            nn.TransformerEncoderLayer(width, heads, hidden, dropout=0, batch_first=True)
            for _ in range(depth)
        )

    def forward(self, x: torch.Tensor) -> tuple[list[torch.Tensor], torch.Tensor]:
        x = self.projection(x) + self.positions
        outputs = []
        for layer in self.layers:
            x = layer(x)
            outputs.append(x)
        return outputs, x.mean(1)


class MLP(nn.Module):
    def __init__(self, channels: int, width: int, depth: int, norm: type[nn.Module] | None) -> None:
        super().__init__()
        self.layers = nn.ModuleList()
        for index in range(depth):
            layer = nn.Module()
            layer.linear = nn.Linear(channels if index == 0 else width, width)
            if norm:
                layer.norm = norm(width)
            self.layers.append(layer)

    def forward(self, x: torch.Tensor) -> tuple[list[torch.Tensor], torch.Tensor]:
        outputs = []
        for layer in self.layers:
            x = layer.linear(x)
            x = (layer.norm(x) if hasattr(layer, "norm") else x).relu()
            outputs.append(x)
        return outputs, x


class Convolutions(nn.Module):
    def __init__(self, channels: int, width: int, depth: int, kernel: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList()
        for index in range(depth):
            layer = nn.Module()
            given = channels if index == 0 else width
            layer.conv = nn.Conv1d(given, width, kernel, padding=kernel // 2, bias=False)
            layer.bn = nn.BatchNorm1d(width)
            self.layers.append(layer)

    def forward(self, x: torch.Tensor) -> tuple[list[torch.Tensor], torch.Tensor]:
        x = x.transpose(1, 2)
        outputs = []
        for layer in self.layers:
            x = nn.functional.max_pool1d(layer.bn(layer.conv(x)).relu(), 2)
            outputs.append(x)
        return outputs, x.mean(2)


def record_encoder(case: str, module: nn.Module, *shape: int) -> None:
    module = module.double()
    randomise(module)
    keep_module(case, module)
    given = numbers(*shape)
    keep(case, "input", given)
    keep(case, "evaluation", module.eval()(given)[1])
    outputs, features = module.train()(given.requires_grad_())
    seed = numbers(*features.shape)
    features.backward(seed)
    keep(case, "seed", seed)
    for depth, output in enumerate(outputs):
        keep(case, f"output.{depth}", output)
    keep(case, "features", features)
    keep(case, "input_gradient", given.grad)
    keep_gradients(case, module)
    for name, buffer in module.named_buffers():
        keep(case, f"after.{name}", buffer)


# ---- Fusion heads ----


class Concat(nn.Module):
    def __init__(self, widths: list[int], classes: int) -> None:
        super().__init__()
        self.widths = widths
        self.fc_out = nn.Linear(sum(widths), classes)

    def forward(self, z: list[torch.Tensor]) -> torch.Tensor:
        return self.fc_out(torch.cat(z, 1))

    def slices(self, z: list[torch.Tensor]) -> list[torch.Tensor]:
        columns = self.fc_out.weight.split(self.widths, 1)
        return [x @ w.T + self.fc_out.bias / len(z) for x, w in zip(z, columns)]


class Sum(nn.Module):
    def __init__(self, widths: list[int], classes: int) -> None:
        super().__init__()
        self.fc = nn.ModuleDict({f"m{i}": nn.Linear(w, classes) for i, w in enumerate(widths)})

    def forward(self, z: list[torch.Tensor]) -> torch.Tensor:
        return sum(self.slices(z))

    def slices(self, z: list[torch.Tensor]) -> list[torch.Tensor]:
        return [layer(x) for layer, x in zip(self.fc.values(), z)]


class FiLM(nn.Module):
    def __init__(self, widths: list[int], classes: int) -> None:
        super().__init__()
        self.rest = sum(widths[1:])
        self.fc = nn.Linear(widths[0], 2 * self.rest)
        self.fc_out = nn.Linear(self.rest, classes)

    def forward(self, z: list[torch.Tensor]) -> torch.Tensor:
        gamma, beta = self.fc(z[0]).split(self.rest, 1)
        return self.fc_out(gamma * torch.cat(z[1:], 1) + beta)


class Gated(nn.Module):
    def __init__(self, widths: list[int], classes: int) -> None:
        super().__init__()
        units = max(widths)
        self.fc_x = nn.Linear(widths[0], units)
        self.fc_y = nn.Linear(sum(widths[1:]), units)
        self.fc_out = nn.Linear(units, classes)

    def forward(self, z: list[torch.Tensor]) -> torch.Tensor:
        return self.fc_out(self.fc_x(z[0]).sigmoid() * self.fc_y(torch.cat(z[1:], 1)))


def record_fusion(case: str, module: nn.Module, widths: list[int]) -> None:
    module = module.double()
    randomise(module)
    keep_module(case, module)
    features = [numbers(4, width) for width in widths]
    for index, feature in enumerate(features):
        keep(case, f"input.{index}", feature)
        alone = [x if i == index else torch.zeros_like(x) for i, x in enumerate(features)]
        keep(case, f"zero_out.{index}", module(alone))
    for index, part in enumerate(module.slices(features) if hasattr(module, "slices") else []):
        keep(case, f"slice.{index}", part)
    logits = module([feature.requires_grad_() for feature in features])
    seed = numbers(*logits.shape)
    logits.backward(seed)
    keep(case, "seed", seed)
    keep(case, "logits", logits)
    for index, feature in enumerate(features):
        keep(case, f"input_gradient.{index}", feature.grad)
    keep_gradients(case, module)


# ---- torchvision ----


def record_torchvision() -> None:
    """Names and shapes of torchvision's networks, and proof that ResNet above computes the same."""
    from torchvision_import import torchvision

    names = {}
    for name, stages in {"resnet18": [2, 2, 2, 2], "resnet34": [3, 4, 6, 3]}.items():
        theirs = getattr(torchvision.models, name)().double()
        names[name] = [[key, list(tensor.shape)] for key, tensor in theirs.state_dict().items()]
        ours = ResNet(stages, 3, 64).double()
        ours.load_state_dict({k: v for k, v in theirs.state_dict().items() if not k.startswith("fc.")})
        images = numbers(2, 3, 64, 64)
        torch.testing.assert_close(theirs.fc(ours(images)[1]), theirs(images))
    with open(f"{FOLDER}/torchvision_resnets.json", "w") as file:
        json.dump(names, file, separators=(",", ":"))


def main() -> None:
    torch.manual_seed(0)
    record_encoder("resnet", ResNet([2, 2, 2, 2], 2, 2), 3, 2, 33, 29)
    record_encoder("resnet_video", ResNet([2, 2, 2, 2], 1, 1, small=True), 2, 3, 1, 9, 7)
    record_encoder("transformer", Transformer(5, 3, 4, 2, 6, 3), 2, 5, 3)
    record_encoder("mlp_layer", MLP(5, 4, 3, nn.LayerNorm), 6, 5)
    record_encoder("mlp_batch", MLP(5, 4, 2, nn.BatchNorm1d), 6, 5)
    record_encoder("mlp_none", MLP(5, 4, 2, None), 6, 5)
    record_encoder("conv1d", Convolutions(3, 4, 3, 5), 3, 19, 3)
    for count, widths in {2: [3, 4], 3: [3, 4, 2]}.items():
        for kind in (Concat, Sum, FiLM, Gated):
            record_fusion(f"{kind.__name__.lower()}_{count}", kind(widths, 3), widths)
    save_file(goldens, f"{FOLDER}/models.safetensors")
    record_torchvision()


if __name__ == "__main__":
    main()

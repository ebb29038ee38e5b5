# SPDX-License-Identifier: Apache-2.0
"""Times one training step of joint training, or of AIM, in plain PyTorch eager.

Reads one JSON object from standard input that names the setting, prints one line "ready", then for
every line read runs that many steps and prints their seconds. `equipoise benchmark` drives it, so
that both sides are measured alternately in one sitting.
"""

import json
import resource
import sys
import time

import torch
from torch import nn

from pytorch_aim import aim_step


class BasicBlock(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.downsample = None
        if stride != 1 or inputs != outputs:
            self.downsample = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs)
            )

    def forward(self, x):
        identity = x if self.downsample is None else self.downsample(x)
        out = self.relu(self.bn1(self.conv1(x)))
        return self.relu(self.bn2(self.conv2(out)) + identity)


class ResNet18(nn.Module):
    """torchvision's layout without the last pooling and layer; features are spatial means."""

    def __init__(self, channels, width=64):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, width, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        stages, inputs = [], width
        for index in range(4):
            outputs = width * 2**index
            stages.append(BasicBlock(inputs, outputs, 1 if index == 0 else 2))
            stages.append(BasicBlock(outputs, outputs, 1))
            inputs = outputs
        self.stages = nn.Sequential(*stages)
        self.width = inputs

    def blocks(self):
        """The four stages, with the stem in the first."""
        stem = [self.conv1, self.bn1, self.relu, self.maxpool]
        return [nn.Sequential(*stem, *self.stages[:2])] + [self.stages[i : i + 2] for i in (2, 4, 6)]

    def pool(self, x):
        return x.mean(dim=(2, 3))

    def forward(self, x):
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        return self.pool(self.stages(x))


class Embedding(nn.Module):
    def __init__(self, length, channels, width):
        super().__init__()
        self.projection = nn.Linear(channels, width)
        self.positions = nn.Parameter(torch.randn(length, width) * 0.02)

    def forward(self, x):
        return self.projection(x) + self.positions


class Transformer(nn.Module):
    """A linear projection, learned positions and encoder layers; features are means over time."""

    def __init__(self, length, channels, width, heads, hidden, depth):
        super().__init__()
        self.embedding = Embedding(length, channels, width)
        layer = nn.TransformerEncoderLayer(width, heads, hidden, dropout=0.0, batch_first=True)
        self.layers = nn.TransformerEncoder(layer, depth, enable_nested_tensor=False)
        self.width = width

    def blocks(self):
        """The layers, with the embedding in the first."""
        first, *others = self.layers.layers
        return [nn.Sequential(self.embedding, first), *others]

    def pool(self, x):
        return x.mean(dim=1)

    def forward(self, x):
        return self.pool(self.layers(self.embedding(x)))


class Joint(nn.Module):
    def __init__(self, encoders, classes):
        super().__init__()
        self.encoders = nn.ModuleList(encoders)
        self.head = nn.Linear(sum(e.width for e in encoders), classes)

    def forward(self, inputs):
        return self.head(torch.cat([e(x) for e, x in zip(self.encoders, inputs)], dim=1))


def wait(device):
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def main():
    setting = json.loads(sys.stdin.readline())
    torch.set_num_threads(setting["threads"])
    device = torch.device(setting.get("device", "cpu"))
    # By PyTorch's own defaults convolutions use TF32 and matrix products do not.
    torch.backends.cuda.matmul.allow_tf32 = setting["precision"] == "tf32"
    torch.backends.cudnn.allow_tf32 = setting["precision"] == "tf32"
    torch.manual_seed(0)
    shapes, batch = setting["shapes"], setting["batch"]
    if setting["encoder"] == "resnet18":
        encoders = [ResNet18(shape[0], setting["width"]) for shape in shapes]
    else:
        encoders = [
            Transformer(s[0], s[1], setting["width"], setting["heads"], setting["hidden"], 3)
            for s in shapes
        ]
    model = Joint(encoders, setting["classes"]).to(device)
    inputs = [torch.randn(batch, *shape).to(device) for shape in shapes]
    if setting["channelsLast"]:
        model = model.to(memory_format=torch.channels_last)
        inputs = [x.contiguous(memory_format=torch.channels_last) for x in inputs]
    labels = torch.randint(setting["classes"], (batch,)).to(device)
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-3, momentum=0.9, weight_decay=1e-4)
    loss_function = nn.CrossEntropyLoss()
    bf16 = setting["precision"] == "bf16"

    def loss_of(inputs, labels):
        with torch.autocast(device.type, dtype=torch.bfloat16, enabled=bf16):
            logits = model(inputs)
        return loss_function(logits.float(), labels)

    if setting.get("compiled"):
        loss_of = torch.compile(loss_of)

    def step():
        optimizer.zero_grad()
        loss = loss_of(inputs, labels)
        loss.backward()
        optimizer.step()
        return loss.item()

    if setting.get("method", "joint") == "aim":
        step = aim_step(model, optimizer, inputs, labels, bf16)

    print(json.dumps({"version": torch.__version__}), flush=True)
    for line in sys.stdin:
        count = int(line)
        if count == 0:
            break
        wait(device)
        start = time.perf_counter()
        for _ in range(count):
            step()
        wait(device)
        timing = {"seconds": time.perf_counter() - start}
        timing["peakMemory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        if device.type == "cuda":
            timing["peakDeviceMemory"] = torch.cuda.max_memory_allocated(device)
        print(json.dumps(timing), flush=True)


if __name__ == "__main__":
    main()

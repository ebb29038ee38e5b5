# SPDX-License-Identifier: Apache-2.0
"""Steps of the greedy-learner re-balancing with MMTM in plain PyTorch, for
Tests/EquipoiseMethodsTests/Greedy/GreedyTests.swift.

Needs the versions of References/requirements.txt; run from the root of the repository. Writes
Tests/EquipoiseMethodsTests/Goldens/greedy_steps.safetensors (see step_recorder.py; modes has the caring
modality of every step, -1 for a regular one, speeds the sums of bypass and main at the end, gate.D.M
the running gates).
"""

import math

import torch
from torch import nn

from models import MLP, ResNet
from step_recorder import CLASSES, WIDTH, Multimodal, keep, prepared, record, save

DEPTHS = (1, 2, 3)


class MMTM(nn.Module):
    def __init__(self, channels: dict[str, int]) -> None:
        super().__init__()
        total = sum(channels.values())
        self.squeeze = nn.Linear(total, 2 * total // 4)
        self.excite = nn.ModuleDict({m: nn.Linear(2 * total // 4, c) for m, c in channels.items()})

    def forward(self, outputs: list[torch.Tensor]) -> list[torch.Tensor]:
        squeezed = torch.cat([x.flatten(2).mean(2) if x.ndim > 2 else x for x in outputs], 1)
        hidden = self.squeeze(squeezed).relu()
        return [layer(hidden).sigmoid() for layer in self.excite.values()]


def blocks(encoder: nn.Module) -> list:
    if isinstance(encoder, ResNet):
        first = lambda x: encoder.layer1(encoder.bn1(encoder.conv1(x)).relu())
        return [first, encoder.layer2, encoder.layer3, encoder.layer4]
    return [lambda x, layer=layer: layer.norm(layer.linear(x)).relu() for layer in encoder.layers]


class Coupled(Multimodal):
    def __init__(self, count: int) -> None:
        heads = {m: nn.Linear(WIDTH, CLASSES) for m in ["audio", "text", "view"][:count]}
        fusion = nn.Module()
        fusion.fc = nn.ModuleDict(heads)
        super().__init__(count, fusion)
        for name in list(heads)[1:]:
            self.encoders[name] = MLP({"text": 5, "view": 3}[name], WIDTH, 4, nn.LayerNorm)
        others = {name: WIDTH for name in list(heads)[1:]}
        self.mmtm = nn.ModuleDict({str(d): MMTM({"audio": 2**d} | others) for d in DEPTHS})

    def logits(self, inputs: list[torch.Tensor], change) -> list[torch.Tensor]:
        encoders = list(self.encoders.values())
        x = inputs
        for depth in range(4):
            x = [blocks(e)[depth](t) for e, t in zip(encoders, x)]
            if depth in DEPTHS:
                gates = change(depth, self.mmtm[str(depth)](x))
                x = [t * g.reshape(*g.shape, *[1] * (t.ndim - 2)) for t, g in zip(x, gates)]
        x = [t.mean((2, 3)) if t.ndim > 2 else t for t in x]
        return [head(t) for head, t in zip(self.fusion.fc.values(), x)]


def speed(parameters: list[nn.Parameter]) -> float:
    squares = sum((p.grad**2).sum().item() for p in parameters if p.grad is not None)
    return squares / sum((p**2).sum().item() for p in parameters)


def greedy(case: str, count: int, threshold: float, duration: int) -> None:
    model = prepared(Coupled(count))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9, weight_decay=1e-4)
    names = list(model.encoders)
    main = [list(model.encoders[m].parameters()) + list(model.fusion.fc[m].parameters()) for m in names]
    bypass = [
        [p for d in DEPTHS for p in [*model.mmtm[str(d)].excite[m].parameters(), *model.mmtm[str(d)].squeeze.parameters()]]
        for m in names
    ]
    state = {"caring": -1, "done": 0, "updates": 0}
    running: dict[int, list[torch.Tensor]] = {}
    sums = torch.zeros(2, count).double()
    modes = []

    def step(index: int, inputs: list[torch.Tensor], labels: torch.Tensor) -> torch.Tensor:
        caring = state["caring"]
        modes.append(caring)

        def change(depth: int, gates: list[torch.Tensor]) -> list[torch.Tensor]:
            if caring >= 0:
                fixed = running[depth][caring].expand_as(gates[caring])
                return [fixed if m == caring else g for m, g in enumerate(gates)]
            n, old = state["updates"], running.get(depth, [torch.zeros(())] * count)
            running[depth] = [(g.detach().mean(0) + n * o) / (n + 1) for g, o in zip(gates, old)]
            return gates

        losses = [nn.functional.cross_entropy(x, labels) for x in model.logits(inputs, change)]
        optimizer.zero_grad(set_to_none=True)
        sum(losses).backward()
        if caring < 0:
            state["updates"] += 1
            for m in range(count):
                sums[0, m] += speed(bypass[m])
                sums[1, m] += speed(main[m])
            ratios = [math.log10(b / a) for b, a in sums.T.tolist()]
            if max(ratios) - min(ratios) > threshold:
                state["caring"], state["done"] = ratios.index(max(ratios)), 0
        else:
            state["done"] += 1
            if state["done"] == duration:
                state["caring"] = -1
        optimizer.step()
        return sum(losses)

    record(case, model, step)
    keep(f"{case}/modes", torch.tensor(modes))
    keep(f"{case}/speeds", sums)
    for depth, gates in running.items():
        for m, gate in zip(names, gates):
            keep(f"{case}/gate.{depth}.{m}", gate)
    print(case, modes, sums.tolist())


def main() -> None:
    torch.set_num_threads(1)
    greedy("plain", 2, math.inf, 5)
    greedy("curated", 2, 0.01, 1)
    greedy("three", 3, 0.01, 2)
    save("greedy_steps")


if __name__ == "__main__":
    main()

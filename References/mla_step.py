# SPDX-License-Identifier: Apache-2.0
"""Steps of MLA in plain PyTorch, for Tests/EquipoiseMethodsTests/MLA/MLATests.swift.

Needs the versions of References/requirements.txt; run from the root of the repository. Writes
Tests/EquipoiseMethodsTests/Goldens/mla_steps.safetensors (see step_recorder.py; projection is P at the end,
fused the entropy-weighted logits of the last step's features in evaluation mode).
"""

import torch
from torch import nn

from step_recorder import CLASSES, STEPS_PER_EPOCH, WIDTH, Multimodal, keep, prepared, record, save


class Shared(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(WIDTH, CLASSES)


def fuse(logits: list[torch.Tensor]) -> torch.Tensor:
    p = [x.softmax(1) for x in logits]
    entropy = torch.stack([-(q * q.log()).sum(1) for q in p])
    weight = (entropy.max(0).values - entropy).exp()
    weight = weight / weight.sum(0)
    return sum(w[:, None] * x for w, x in zip(weight, logits))


def mla(case: str, count: int, projection: str, normalize: bool = False, reset: bool = True) -> None:
    model = prepared(Multimodal(count, Shared()))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9, weight_decay=1e-4)
    head = model.fusion.fc
    state = {"P": torch.eye(WIDTH).double(), "last": None}

    def step(index: int, inputs: list[torch.Tensor], labels: torch.Tensor) -> torch.Tensor:
        inside = index % STEPS_PER_EPOCH
        if reset and inside == 0:
            state["P"] = torch.eye(WIDTH).double()
        losses = []
        for z in model.features(inputs):
            optimizer.zero_grad(set_to_none=True)
            loss = nn.functional.cross_entropy(head(z), labels)
            loss.backward()
            now, last = z.detach().mean(0, keepdim=True), state["last"]
            if projection != "off" and last is not None:
                r = now if projection == "current" else last
                alpha = 0.1 ** (1 + inside / STEPS_PER_EPOCH)
                k = state["P"] @ r.T
                state["P"] = state["P"] - k @ k.T / (alpha + (r @ k).item())
                if normalize:
                    state["P"] = state["P"] / state["P"].norm()
                head.weight.grad = head.weight.grad @ state["P"].T
            state["last"] = now
            optimizer.step()
            losses.append(loss.detach())
        state["inputs"] = inputs
        return sum(losses) / len(losses)

    record(case, model, step)
    keep(f"{case}/projection", state["P"])
    with torch.no_grad():
        keep(f"{case}/fused", fuse([head(z) for z in model.eval().features(state["inputs"])]))


def main() -> None:
    torch.set_num_threads(1)
    mla("off", 2, "off")
    mla("previous", 2, "previous")
    mla("current", 2, "current")
    mla("normalized", 3, "previous", normalize=True, reset=False)
    save("mla_steps")


if __name__ == "__main__":
    main()

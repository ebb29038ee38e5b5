# SPDX-License-Identifier: Apache-2.0
"""Steps of joint training and one diagnosis after them in plain PyTorch, for
Tests/EquipoiseMethodsTests/DiagnosingRelearningTests.swift.

Needs the versions of References/requirements.txt; run from the root of the repository. Writes
Tests/EquipoiseMethodsTests/Goldens/relearning_steps.safetensors (see step_recorder.py; strengths is α of each
modality). The clusters are the best of all there are: the batches of steps 0 to 2 are the training
split, that of step 3 is the validation split.
"""

import itertools

import torch
from torch import nn

from models import Concat
from step_recorder import CLASSES, WIDTH, Multimodal, keep, prepared, record, save


def purity(features: torch.Tensor, labels: torch.Tensor) -> float:
    low, high = features.min(0).values, features.max(0).values
    span = torch.where(high == low, 1.0, high - low)
    x = 2 * (features - low) / span - 1
    # The first sample's cluster is 0 without loss of generality.
    choices = torch.tensor(list(itertools.product(range(CLASSES), repeat=len(x) - 1)))
    choices = torch.cat([torch.zeros(len(choices), 1, dtype=torch.long), choices], 1)
    inertia = (x**2).sum()
    for cluster in range(CLASSES):
        inside = (choices == cluster).double()
        inertia = inertia - ((inside @ x) ** 2).sum(1) / inside.sum(1).clamp(min=1)
    best = choices[inertia.argmin()]
    counts = torch.zeros(CLASSES, CLASSES).index_put((best, labels), torch.tensor(1.0), accumulate=True)
    return counts.max(1).values.sum().item() / len(x)


def main() -> None:
    torch.set_num_threads(1)
    model = prepared(Multimodal(2, Concat([WIDTH] * 2, CLASSES)))
    initial = {name: tensor.clone() for name, tensor in model.named_parameters()}
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9, weight_decay=1e-4)
    batches = []

    def diagnose() -> None:
        training = [torch.cat(x) for x in zip(*[inputs for inputs, _ in batches[:3]])]
        labels = torch.cat([labels for _, labels in batches[:3]])
        model.eval()
        strengths = []
        for (name, encoder), index in zip(model.encoders.items(), range(2)):
            seen = purity(encoder(training[index])[1], labels)
            unseen = purity(encoder(batches[3][0][index])[1], batches[3][1])
            strengths.append(torch.tanh(torch.tensor(3.0 * abs(seen - unseen)).double()))
            for key, parameter in model.named_parameters():
                if key.startswith(f"encoders.{name}."):
                    parameter.copy_(strengths[-1] * initial[key] + (1 - strengths[-1]) * parameter)
        assert all(0 < x < 1 for x in strengths), strengths
        keep("joint/strengths", torch.stack(strengths))

    def step(index: int, inputs: list[torch.Tensor], labels: torch.Tensor) -> torch.Tensor:
        batches.append((inputs, labels))
        loss = nn.functional.cross_entropy(model.fusion(model.features(inputs)), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if index == 3:
            with torch.no_grad():
                diagnose()
        return loss

    record("joint", model, step)
    save("relearning_steps")


if __name__ == "__main__":
    main()

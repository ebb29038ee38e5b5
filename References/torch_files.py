# SPDX-License-Identifier: Apache-2.0
"""A safetensors file of every type, random streams, and outputs under bf16 autocast.

Needs the versions of References/requirements.txt.
Writes Tests/EquipoiseTorchTests/Goldens/{types,random,autocast}.safetensors; run from the root of the
repository.
"""

import torch
from safetensors.torch import save_file
from torch import nn

FOLDER = "Tests/EquipoiseTorchTests/Goldens/"


def types() -> None:
    values = torch.tensor([[0.0, 1.5, -2.25], [3.0, 1e-3, -65504.0]], dtype=torch.float64)
    floating = {"f64": torch.float64, "f32": torch.float32, "f16": torch.float16, "bf16": torch.bfloat16}
    tensors = {name: values.to(dtype) for name, dtype in floating.items()}
    integers = torch.tensor([0, 1, 2, 127])
    for dtype in (torch.uint8, torch.int8, torch.int16, torch.uint16, torch.int32, torch.int64):
        tensors[str(dtype).removeprefix("torch.")] = integers.to(dtype)
    tensors["bool"] = torch.tensor([True, False, True])
    tensors["scalar"] = torch.tensor(41)
    tensors["empty"] = torch.zeros(0, 3)
    save_file(tensors, FOLDER + "types.safetensors", metadata={"made by": 'a "reference"\n'})


def random() -> None:
    """The stream of one seed, and initialisers that draw from it; 100 numbers take the vectorised
    path, 10 the scalar one."""
    def stream() -> torch.Generator:
        return torch.Generator().manual_seed(1234)

    save_file(
        {
            "normal_100": torch.randn(100, generator=stream()),
            "normal_10": torch.randn(10, generator=stream()),
            "uniform_100": torch.rand(100, generator=stream()),
            "kaiming_normal": nn.init.kaiming_normal_(
                torch.empty(4, 3, 3, 3), mode="fan_out", nonlinearity="relu", generator=stream()),
            "kaiming_uniform": nn.init.kaiming_uniform_(
                torch.empty(4, 3, 3, 3), nonlinearity="relu", generator=stream()),
            "xavier_normal": nn.init.xavier_normal_(torch.empty(6, 9), generator=stream()),
            "xavier_uniform": nn.init.xavier_uniform_(torch.empty(6, 9), generator=stream()),
            "bernoulli": torch.empty(100).bernoulli_(0.7, generator=stream()),
        },
        FOLDER + "random.safetensors",
    )


def autocast() -> None:
    torch.manual_seed(2)
    chain = nn.Sequential(
        nn.Conv2d(2, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Linear(64, 5))
    attention = nn.MultiheadAttention(8, 2, batch_first=True)
    image, sequence = torch.randn(3, 2, 4, 4), torch.randn(2, 5, 8)
    with torch.autocast("cpu", torch.bfloat16):
        logits = chain(image)
        attended = attention(sequence, sequence, sequence, need_weights=False)[0]
    torch.nn.functional.cross_entropy(logits.float(), torch.tensor([0, 4, 2])).backward()
    goldens = {"image": image, "sequence": sequence, "logits": logits, "attended": attended}
    goldens |= {f"chain.{k}": p for k, p in chain.named_parameters()}
    goldens |= {f"attention.{k}": p for k, p in attention.named_parameters()}
    goldens |= {f"gradient.{k}": p.grad for k, p in chain.named_parameters()}
    save_file(
        {k: t.detach().contiguous() for k, t in goldens.items()}, FOLDER + "autocast.safetensors")


types()
random()
autocast()

# SPDX-License-Identifier: Apache-2.0
"""Whole steps of methods that modulate training, for Tests/EquipoiseMethodsTests.

Needs the versions of References/requirements.txt; run from the root of the repository. Writes
Tests/EquipoiseMethodsTests/Goldens/modulation_steps.safetensors with, for each case CASE/…: initial.NAME,
input.M.S and label.S of every step S, loss.S, and final.NAME. Computed in double precision and
rounded to single precision. Random numbers are those of libtorch's generator under the seeds that
the run's streams give.
"""

import math
from itertools import combinations

import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn.functional import cross_entropy

from models import MLP, Concat, FiLM, Gated, ResNet, Sum, numbers, randomise
from random_stream import Stream

FOLDER = "Tests/EquipoiseMethodsTests/Goldens"

STEPS, BATCH, CLASSES = 3, 6, 3
SHAPES = {"audio": [1, 9, 9], "text": [5], "view": [4], "pose": [3]}
FUSIONS = {"concat": Concat, "sum": Sum, "film": FiLM, "gated": Gated}
goldens: dict[str, torch.Tensor] = {}


class Model(nn.Module):
    """Our names: encoders.<modality>.… and fusion.…"""

    def __init__(self, fusion: str, modalities: list[str]) -> None:
        super().__init__()
        encoders = {
            "audio": lambda: ResNet([2, 2, 2, 2], 1, 1, small=True),
            "text": lambda: MLP(5, 4, 2, nn.LayerNorm),
            "view": lambda: MLP(4, 3, 2, nn.LayerNorm),
            "pose": lambda: MLP(3, 2, 2, nn.LayerNorm),
        }
        widths = {"audio": 8, "text": 4, "view": 3, "pose": 2}
        self.encoders = nn.ModuleDict({m: encoders[m]() for m in modalities})
        self.fusion = FUSIONS[fusion]([widths[m] for m in modalities], CLASSES)
        if fusion in ("sum", "cosine"):
            self.fusion.fc = nn.ModuleDict(zip(modalities, self.fusion.fc.values()))

    def features(self, inputs: list[torch.Tensor]) -> list[torch.Tensor]:
        return [e(x)[1] for e, x in zip(self.encoders.values(), inputs)]

    def unimodal(self, z: list[torch.Tensor]) -> list[torch.Tensor]:
        if hasattr(self.fusion, "slices"):
            return self.fusion.slices(z)
        return [
            self.fusion([x if i == m else torch.zeros_like(x) for i, x in enumerate(z)])
            for m in range(len(z))
        ]

    def encoder_parameters(self, m: int) -> list[nn.Parameter]:
        return list(list(self.encoders.values())[m].parameters())


class Step:
    """What a method gets: the model, a batch, and where the run stands."""

    def __init__(self, model: Model, inputs, labels, index: int) -> None:
        self.model, self.inputs, self.labels, self.index = model, inputs, labels, index

    def stream(self, method: str) -> Stream:
        return Stream(0, "method", method, f"step {self.index}")

    def generator(self, method: str) -> torch.Generator:
        seed = Stream(0, "method", method, f"step {self.index}", "device").next()
        return torch.Generator().manual_seed(seed)

    def ratios(self, z: list[torch.Tensor]) -> torch.Tensor:
        with torch.no_grad():
            scores = [
                logits.softmax(1)[range(BATCH), self.labels].sum() for logits in self.model.unimodal(z)
            ]
        others = len(z) - 1
        return torch.stack(
            [sum(s / (t + 1e-8) for t in scores if t is not s) / others for s in scores]
        )


def keep(name: str, tensor: torch.Tensor) -> None:
    real = tensor.is_floating_point()
    goldens[name] = (tensor.detach().float() if real else tensor).clone().contiguous()


def record(case: str, method, fusion: str, modalities: list[str]) -> None:
    """`method(step)` leaves gradients and returns the loss."""
    model = Model(fusion, modalities).double().train()
    randomise(model)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9, weight_decay=1e-4)
    for name, tensor in model.state_dict().items():
        keep(f"{case}/initial.{name}", tensor)
    batches = [
        ([numbers(BATCH, *SHAPES[m]) for m in modalities], torch.randint(CLASSES, (BATCH,)))
        for _ in range(STEPS)
    ]
    if hasattr(method, "begin"):
        method.begin(model, batches)
    for index, (inputs, labels) in enumerate(batches):
        optimizer.zero_grad()
        loss = method(Step(model, inputs, labels, index))
        optimizer.step()
        for m, given in enumerate(inputs):
            keep(f"{case}/input.{m}.{index}", given)
        keep(f"{case}/label.{index}", labels)
        keep(f"{case}/loss.{index}", loss)
    for name, tensor in model.state_dict().items():
        keep(f"{case}/final.{name}", tensor)


# ---- OGM-GE, and OGM and OPM of the journal ----


def scale(step: Step, z, coefficient, generator=None, convolutions=False) -> None:
    for m, ratio in enumerate(step.ratios(z)):
        for parameter in step.model.encoder_parameters(m):
            g = parameter.grad
            if g.ndim != 4 if convolutions else g.ndim < 2:
                continue
            parameter.grad = coefficient(ratio) * g
            if generator:
                noise = torch.randn(g.shape, generator=generator, dtype=g.dtype)
                parameter.grad += noise * (g.std() + 1e-8)


def conference(alpha: float):
    return lambda ratio: 1 - math.tanh(alpha * ratio) if ratio > 1 else 1.0


def journal(alpha: float):
    return lambda ratio: max(0.0, 1 - alpha * math.tanh(ratio - 1)) if ratio > 1 else 1.0


def ogm(coefficient, noise: str | None = None, convolutions: bool = False):
    def method(step: Step) -> torch.Tensor:
        z = step.model.features(step.inputs)
        loss = cross_entropy(step.model.fusion(z), step.labels)
        loss.backward()
        scale(step, z, coefficient, noise and step.generator(noise), convolutions)
        return loss

    return method


def opm(base: float, weight: float, probability: float, gradients=None):
    def method(step: Step) -> torch.Tensor:
        z = step.model.features(step.inputs)
        dropped = z
        if step.stream("opm").uniform() < probability:
            q = torch.stack(
                [
                    (base * (1 + weight * torch.tanh(r - 1))).clamp(0, 1) if r > 1 else 0 * r
                    for r in step.ratios(z)
                ]
            )
            drawn = torch.rand(len(z), BATCH, generator=step.generator("opm"), dtype=torch.double)
            kept = (drawn >= q[:, None]).double()
            widths = torch.tensor([x.shape[1] for x in z]).double()
            theta = (widths * q).sum() / widths.sum()
            dropped = [x * (k / (1 - theta))[:, None] for x, k in zip(z, kept)]
        loss = cross_entropy(step.model.fusion(dropped), step.labels)
        loss.backward()
        if gradients:
            scale(step, z, gradients)
        return loss

    return method


# ---- PMR ----


class PMR:
    def __init__(self, alpha: float, entropy: float, hard: bool = False) -> None:
        self.alpha, self.entropy, self.hard = alpha, entropy, hard

    def begin(self, model: Model, batches) -> None:
        """Class means over all batches, in evaluation mode."""
        model.eval()
        with torch.no_grad():
            features = [torch.cat(z) for z in zip(*(model.features(x) for x, _ in batches))]
        model.train()
        labels = torch.cat([y for _, y in batches])
        self.prototypes = [
            torch.stack([z[labels == k].mean(0) for k in range(CLASSES)]) for z in features
        ]

    def __call__(self, step: Step) -> torch.Tensor:
        z = step.model.features(step.inputs)
        loss = cross_entropy(step.model.fusion(z), step.labels)
        logits = [
            -((x[:, None] - c[None]) ** 2).sum(2).add(1e-12).sqrt() for x, c in zip(z, self.prototypes)
        ]
        scores = [l.softmax(1)[range(BATCH), step.labels].sum().item() for l in logits]
        for score, l in zip(scores, logits):
            lag = min(1.0, max(0.0, max(scores) / (score + 1e-8) - 1))
            lead = min(1.0, max(0.0, score / (min(scores) + 1e-8) - 1))
            if self.hard:
                lag, lead = float(lag > 0), float(lead > 0)
            p = l.softmax(1)
            loss = loss + self.alpha * lag * cross_entropy(l, step.labels)
            loss = loss - self.entropy * lead * -(p * p.log()).sum(1).mean()
        loss.backward()
        return loss


# ---- AGM ----


class AGM:
    """With a hook on each response, as the method is told; ours weights the passes instead."""

    def __init__(self, alpha: float, cap: float, clips: bool = False) -> None:
        self.alpha, self.cap, self.clips = alpha, cap, clips
        self.t, self.running = 0, None

    def __call__(self, step: Step) -> torch.Tensor:
        model, count = step.model, len(step.inputs)
        passes = {tuple(range(count)): model.fusion(model.features(step.inputs))}
        model.eval()
        for size in range(1, count):
            for members in combinations(range(count), size):
                inputs = [x if m in members else 0 * x for m, x in enumerate(step.inputs)]
                passes[members] = model.fusion(model.features(inputs))
        model.train()
        responses = []
        for m in range(count):
            response = 0
            for members, logits in passes.items():
                size = len(members)
                if m in members:
                    weight = math.factorial(size - 1) * math.factorial(count - size)
                else:
                    weight = -math.factorial(size) * math.factorial(count - size - 1)
                response = response + weight / math.factorial(count) * logits
            responses.append(response)
        scores = torch.stack(
            [
                -r.detach().softmax(1)[range(BATCH), step.labels].clamp(min=1e-8).log().mean()
                for r in responses
            ]
        )
        if self.running is None:
            self.running = torch.zeros(count).double()
        ratio, reference = (
            torch.stack([((sum(s) - s[m]) / (count - 1) - s[m]).exp() for m in range(count)])
            for s in (scores, self.running)
        )
        kappa = (self.alpha * (reference - ratio).clamp(max=self.cap)).exp()
        self.t += 1
        self.running = self.running * (self.t - 1) / self.t + scores / self.t
        for response, factor in zip(responses, kappa.tolist()):
            response.register_hook(lambda g, factor=factor: g * factor)
        loss = cross_entropy(sum(responses), step.labels)
        loss.backward()
        weights = [p.grad for p in model.fusion.parameters() if p.ndim > 1]
        if self.clips and max(w.abs().max() for w in weights) > 1:
            nn.utils.clip_grad_norm_(model.parameters(), 1)
        return loss


# ---- MMPareto ----


def mmpareto(gamma: float):
    def method(step: Step) -> torch.Tensor:
        model = step.model
        z = model.features(step.inputs)
        joint = cross_entropy(model.fusion(z), step.labels)
        own = [cross_entropy(logits, step.labels) for logits in model.unimodal(z)]
        (joint + sum(own)).backward(retain_graph=True)
        for m, loss in enumerate(own):
            parameters = model.encoder_parameters(m)
            g = [
                torch.cat([x.flatten() for x in torch.autograd.grad(l, parameters, retain_graph=True)])
                for l in (joint, loss)
            ]
            a = 0.5
            if g[0] @ g[1] <= 0:
                a = float(((g[0] - g[1]) @ g[0] / (g[0] - g[1]).square().sum()).clamp(0, 1))
            h = (1 - a) * g[0] + a * g[1]
            h *= gamma * (g[0] + g[1]).norm() / h.norm()
            for p, part in zip(parameters, h.split([p.numel() for p in parameters])):
                p.grad = part.reshape(p.shape)
        return joint + sum(own)

    return method


# ---- MMCosine ----


class Cosine(nn.Module):
    def __init__(self, widths: list[int], classes: int) -> None:
        super().__init__()
        self.fc = nn.ModuleDict(
            {f"m{i}": nn.Linear(w, classes, bias=False) for i, w in enumerate(widths)}
        )

    def slices(self, z: list[torch.Tensor]) -> list[torch.Tensor]:
        return [
            15 * torch.cosine_similarity(x[:, None], layer.weight[None], dim=2)
            for x, layer in zip(z, self.fc.values())
        ]

    def forward(self, z: list[torch.Tensor]) -> torch.Tensor:
        return sum(self.slices(z))


FUSIONS["cosine"] = Cosine


def joint(step: Step) -> torch.Tensor:
    loss = cross_entropy(step.model.fusion(step.model.features(step.inputs)), step.labels)
    loss.backward()
    return loss


def main() -> None:
    torch.manual_seed(0)
    torch.set_num_threads(1)
    two, three = ["text", "view"], ["text", "view", "pose"]
    record("ogm_ge", ogm(conference(0.8), noise="ogm-ge"), "concat", ["audio", "text"])
    record("ogm_ge_film", ogm(conference(0.3), convolutions=True), "film", ["audio", "text"])
    record("ogm", ogm(journal(0.8)), "sum", three)
    record("opm", opm(0.5, 0.5, 0.6), "concat", two)
    record("opm_gated", opm(1.0, 0.5, 1.0), "gated", three)
    record("opm_ogm", opm(0.5, 0.5, 1.0, journal(0.8)), "concat", three)
    record("pmr", PMR(2, 0.5), "concat", two)
    record("pmr_film", PMR(1, 0, hard=True), "film", three)
    record("agm", AGM(1.5, 10), "concat", ["audio", "text"])
    record("agm_clipped", AGM(3, 10, clips=True), "sum", two)
    record("agm_gated", AGM(2, 0.05), "gated", three)
    record("mmpareto", mmpareto(1.5), "concat", two)
    record("mmpareto_film", mmpareto(1), "film", three)
    record("mmcosine", joint, "cosine", three)
    save_file(goldens, f"{FOLDER}/modulation_steps.safetensors")


if __name__ == "__main__":
    main()

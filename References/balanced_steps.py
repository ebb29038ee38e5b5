# SPDX-License-Identifier: Apache-2.0
"""Steps of the methods that change losses, gradients and features of joint training, in plain PyTorch, for
Tests/EquipoiseMethodsTests.

Needs the versions of References/requirements.txt; run from the root of the repository. Writes
Tests/EquipoiseMethodsTests/Goldens/balanced_steps.safetensors (see step_recorder.py). Heads of a method's own are
heads.<modality>.…. Random numbers are those of the method's stream at a step.
"""

import copy
import math
from itertools import combinations

import torch
from torch import nn
from torch.nn.functional import cross_entropy, kl_div, one_hot

from models import Concat, FiLM, Gated, Sum, numbers
from random_stream import Stream
from step_recorder import (
    BATCH,
    CLASSES,
    STEPS,
    STEPS_PER_EPOCH,
    WIDTH,
    Multimodal,
    prepared,
    record,
    save,
)

EPOCHS = 2
NAMES = ["audio", "text", "view"]


class Shared(nn.Module):
    def __init__(self, widths: list[int], classes: int) -> None:
        super().__init__()
        self.fc = nn.Linear(widths[0], classes)

    def forward(self, z: list[torch.Tensor]) -> torch.Tensor:
        return sum(self.fc(x) for x in z) / len(z)


class Model(Multimodal):
    """With images only where a case says so: the files stay small."""

    def __init__(
        self, count: int, kind: type, own: bool = False, bottleneck: bool = False, images: bool = False
    ) -> None:
        fusion = kind([WIDTH] * count, CLASSES)
        if kind is Sum:
            fusion.fc = nn.ModuleDict(zip(NAMES, fusion.fc.values()))
        super().__init__(count, fusion, vectors=not images)
        if own:
            self.heads = nn.ModuleDict({n: nn.Linear(WIDTH, CLASSES) for n in NAMES[:count]})
        if bottleneck:
            self.bottleneck = nn.ModuleList(
                [nn.Linear(CLASSES, WIDTH, bias=False), nn.Linear(WIDTH, count * WIDTH, bias=False)]
            )

    def alone(self, z: list[torch.Tensor], whole: bool = False) -> list[torch.Tensor]:
        """What each modality says on its own."""
        if hasattr(self, "heads"):
            return [head(x) for head, x in zip(self.heads.values(), z)]
        if isinstance(self.fusion, Shared):
            return [self.fusion.fc(x) for x in z]
        if whole and isinstance(self.fusion, Concat):
            return [self.fusion([x if i == m else 0 * x for i, x in enumerate(z)]) for m in range(len(z))]
        return self.fusion.slices(z)


class Step:
    def __init__(self, model: Model, index: int, inputs, labels: torch.Tensor) -> None:
        self.model, self.index, self.labels = model, index, labels
        self.epoch = index // STEPS_PER_EPOCH
        self.z = model.features(inputs)
        self.fused = model.fusion(self.z)

    def numbers(self, method: str) -> Stream:
        return Stream(0, "method", method, f"step {self.index}")

    def generator(self, method: str) -> torch.Generator:
        seed = Stream(0, "method", method, f"step {self.index}", "device").next()
        return torch.Generator().manual_seed(seed)

    def ce(self, logits: torch.Tensor) -> torch.Tensor:
        return cross_entropy(logits, self.labels)

    def scores(self, logits: list[torch.Tensor]) -> list[float]:
        return [x.softmax(1)[range(BATCH), self.labels].sum().item() for x in logits]

    def joint(self, outputs: list[torch.Tensor], weight: float) -> torch.Tensor:
        return self.ce(self.fused) + weight * sum(self.ce(x) for x in outputs)

    def encoder(self, m: int) -> list[nn.Parameter]:
        return list(list(self.model.encoders.values())[m].parameters())


def train(name: str, model: Model, method) -> None:
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9, weight_decay=1e-4)

    def step(index: int, inputs: list[torch.Tensor], labels: torch.Tensor) -> torch.Tensor:
        optimizer.zero_grad()
        loss = method(Step(model, index, inputs, labels))
        optimizer.step()
        return loss

    record(name, model, step)


def case(
    name: str, count: int, kind: type, method, own: bool = False, bottleneck: bool = False, images: bool = False
) -> None:
    """`method(step)` leaves gradients and returns the loss."""
    model = prepared(Model(count, kind, own, bottleneck, images))
    train(name, model, method)


def backward(loss: torch.Tensor) -> torch.Tensor:
    loss.backward()
    return loss


def dgl(alpha: float):
    def method(step: Step) -> torch.Tensor:
        model = step.model
        own = sum(step.ce(x) for x in model.alone(step.z, whole=True))
        (alpha * own).backward()
        for parameter in model.fusion.parameters():
            parameter.grad = None
        fused = step.ce(model.fusion([x.detach() for x in step.z]))
        fused.backward()
        return fused + alpha * own

    return method


def mlb(alpha: float, beta: float, weight: float):
    def method(step: Step) -> torch.Tensor:
        outputs = step.model.alone(step.z)
        loss = backward(step.joint(outputs, weight))
        s = step.scores(outputs)
        for m, own in enumerate(s):
            r = (sum(s) - own) / (len(s) - 1) / own
            k = 1 + ((beta if r > 1 else 2) - 1) * math.tanh(alpha * (r - 1))
            for p in step.encoder(m):
                p.grad *= k
            if hasattr(step.model, "heads"):
                for p in step.model.heads[NAMES[m]].parameters():
                    p.grad *= k
            fusion = step.model.fusion
            if isinstance(fusion, Sum):
                fusion.fc[NAMES[m]].weight.grad *= k
            elif isinstance(fusion, Concat):
                fusion.fc_out.weight.grad[:, m * WIDTH : (m + 1) * WIDTH] *= k
        return loss

    return method


class CGGM:
    def __init__(self, rho: float, weight: float, decay: float, normalised: bool) -> None:
        self.rho, self.weight, self.decay, self.normalised = rho, weight, decay, normalised
        self.last = None

    def __call__(self, step: Step) -> torch.Tensor:
        z = [x.detach() for x in step.z]
        outputs, count = step.model.alone(z), len(z)
        loss = step.joint(outputs, 1)
        accuracy = torch.tensor([(x.argmax(1) == step.labels).double().mean() for x in outputs])
        balance = None
        if self.last is not None:
            accuracy = self.decay * self.last + (1 - self.decay) * accuracy
            change = accuracy - self.last
            total = change.sum()
            if abs(total) < 1e-3:
                balance = torch.full((count,), (count - 1) / count).double()
            else:
                balance = ((total - change) / total).clamp(0, count - 1)
        self.last = accuracy
        if balance is not None and self.weight:
            target = one_hot(step.labels, CLASSES)
            cosines = []
            for x, y in zip(z, outputs):
                live, fixed = (
                    ((l.softmax(1) - target).T @ x / BATCH).flatten() for l in (step.fused, y.detach())
                )
                cosines.append(torch.cosine_similarity(live, fixed, dim=0))
            term = sum(abs(b) - b * c for b, c in zip(balance, cosines)) / count
            loss = loss + self.weight * term
        loss.backward()
        if balance is not None:
            for m, b in enumerate(balance):
                factor = self.rho * b * (count / (count - 1) if self.normalised else 1)
                for p in step.encoder(m):
                    p.grad *= factor
        return loss


class InfoReg:
    def __init__(self, betas: list[float], mean: bool, threshold: float) -> None:
        self.betas, self.mean, self.threshold = betas, mean, threshold
        self.traces: list[list[float]] = []
        self.start = None

    def __call__(self, step: Step) -> torch.Tensor:
        count = len(step.z)
        if step.index % STEPS_PER_EPOCH == 0:
            self.start = [[p.detach().clone() for p in step.encoder(m)] for m in range(count)]
            self.traces.append([0.0] * count)
        outputs = step.model.alone(step.z)
        loss = backward(step.joint(outputs, 1))
        s = step.scores(outputs)
        for m in range(count):
            grads = [p.grad for p in step.encoder(m)]
            self.traces[-1][m] += sum(g.square().mean().item() for g in grads)
            past = [0.0] * 11 + [trace[m] for trace in self.traces[:-1]]
            now, before = sum(past[-10:]), sum(past[-11:-1])
            growth = 1 if step.epoch == 0 else (now - before) / now
            gap = s[m] - (sum(s) - s[m]) / (count - 1)
            gap /= BATCH if self.mean else 1
            if gap > 0 and growth > self.threshold:
                beta = self.betas[m] * math.exp(abs(math.tanh(gap)))
                for p, start in zip(step.encoder(m), self.start[m]):
                    p.grad += beta * (p.detach() - start)
        return loss


def amco(weight: float, per_sample: bool):
    def method(step: Step) -> torch.Tensor:
        model, z, count = step.model, step.z, len(step.z)
        outputs = model.alone(z)
        progress = step.index / (0.3 * EPOCHS * STEPS_PER_EPOCH)
        share = min(0.9, math.sin(0.5 * math.pi * min(1, progress)))
        if share > 0:
            p = torch.cat(outputs, 1).softmax(1).reshape(BATCH, count, CLASSES)
            mass = p.sum(2).mean(0)
            generator = step.generator("amco")
            masked = []
            for m, x in enumerate(z):
                rows = BATCH if per_sample else 1
                kept = (torch.rand(rows, WIDTH, generator=generator, dtype=torch.double) > share).double()
                masked.append(x * kept if mass[m] > 1 / count else x)
            z = masked
        return backward(step.ce(model.fusion(z)) + weight * sum(step.ce(x) for x in outputs))

    return method


def cml(weight: float, subsets: bool, counts_all: bool, mean: bool):
    def method(step: Step) -> torch.Tensor:
        count, numbers = len(step.z), step.numbers("cml")
        orders = [numbers.permutation(count) for _ in range(BATCH)]
        losses, hinges, larger = [step.ce(step.fused)], [], step.fused
        for removed in range(1, count):
            z = []
            for m, x in enumerate(step.z):
                kept = torch.tensor([float(m in order[removed:]) for order in orders]).double()
                z.append(x * kept[:, None])
            smaller = step.model.fusion(z)
            losses.append(step.ce(smaller))
            for i, y in enumerate(step.labels):
                gap = smaller[i].softmax(0).max() - larger[i].softmax(0).max()
                right = smaller[i].argmax() == y and larger[i].argmax() != y
                if counts_all or not right:
                    hinges.append(gap.relu())
            larger = smaller
        loss = sum(losses) / count if subsets else losses[0]
        return backward(loss + weight * sum(hinges) / (BATCH if mean else 1))

    return method


def mbsd(unimodal: float, logits: float, divergence: float, released: bool = False):
    def method(step: Step) -> torch.Tensor:
        outputs = step.model.alone(step.z)
        loss, terms = step.joint(outputs, unimodal), []
        for a in range(len(outputs)):
            for b in range(a + 1, len(outputs)):
                term = 0
                for i, y in enumerate(step.labels):
                    s, w = outputs[a][i], outputs[b][i]
                    if w.softmax(0)[y] >= s.softmax(0)[y]:
                        s, w = w, s
                    ps, pw = s.softmax(0)[y], w.softmax(0)[y]
                    weight = float(s.argmax() == y or w.argmax() == y) * (ps - pw)
                    if released:
                        kl = pw * (pw.log() - ps)
                    else:
                        s, weight = s.detach(), weight.detach()
                        kl = kl_div(w.log_softmax(0), s.softmax(0), reduction="sum")
                    term = term + weight * (logits * (s - w).square().mean() + divergence * kl)
                terms.append(term / BATCH)
        return backward(loss + sum(terms) / len(terms))

    return method


def js(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    p, q = a.softmax(1), b.softmax(1)
    m = (p + q) / 2
    return 0.5 * ((p * (p / m).log()).sum(1) + (q * (q / m).log()).sum(1)).mean()


def mcr(game: str, l: float, unimodal: float, contrast: float, bottleneck: float, samples: int):
    def value(step: Step) -> torch.Tensor:
        count, numbers = len(step.z), step.numbers("mcr")
        orders = [[numbers.permutation(BATCH) for _ in range(count)] for _ in range(samples)]

        def j(player: int, members: list[int]) -> torch.Tensor:
            own = [x if m == player else x.detach() for m, x in enumerate(step.z)]
            plain = step.model.fusion(own)
            values = []
            for order in orders:
                mixed = [x[order[m]] if m in members else x for m, x in enumerate(own)]
                values.append(js(step.model.fusion(mixed), plain))
            return sum(values) / samples

        everyone = list(range(count))
        if game == "independent":
            return -sum(j(m, [m]) for m in everyone)
        if game == "collaborative":
            return -sum(j(m, everyone) for m in everyone)
        sets = [[m for m in everyone if bits >> m & 1] for bits in range(1, 2**count - 1)]
        return sum(-j(m, s) if m in s else j(m, s) for m in everyone for s in sets)

    def pull(step: Step) -> torch.Tensor:
        pool = nn.functional.normalize(torch.cat(step.z), dim=1)
        labels = step.labels.repeat(len(step.z))
        e = (pool @ pool.T / 0.5).exp()
        losses = []
        for i in range(len(pool)):
            negatives = e[i][labels != labels[i]].sum()
            for k in range(len(pool)):
                if k != i and labels[k] == labels[i]:
                    losses.append(-(e[i, k] / (e[i, k] + negatives)).log())
        return torch.stack(losses).mean()

    def method(step: Step) -> torch.Tensor:
        loss = step.joint(step.model.alone(step.z), unimodal) if unimodal else step.ce(step.fused)
        loss = loss + l * value(step)
        if contrast:
            loss = loss + contrast * pull(step)
        if bottleneck:
            first, second = step.model.bottleneck
            made = second(first(step.fused.detach()).relu())
            loss = loss + bottleneck * (torch.cat(step.z, 1) - made).square().mean()
        return backward(loss)

    return method


def lfm(kind: str, average: bool, fixed: float | None = None):
    def method(step: Step) -> torch.Tensor:
        outputs = step.model.alone(step.z)
        e = step.epoch * 200 / EPOCHS
        alpha = (
            0.204623704 + 3.35472727e-3 * e + 1.22989557e-4 * e**2 - 2.92947416e-6 * e**3
            + 2.23835486e-8 * e**4 - 5.39717505e-11 * e**5
        )
        if fixed is not None:
            alpha = 1 - fixed
        terms = []
        for a in range(len(outputs)):
            for b in range(a + 1, len(outputs)):
                if kind == "js":
                    terms.append(js(outputs[a], outputs[b]))
                    continue
                p, q = outputs[a].softmax(1), outputs[b].softmax(1)
                m = (p + q) / 2
                terms.append(0.5 * ((m * (m / p).log()).sum(1) + (m * (m / q).log()).sum(1)).mean())
        logits = sum(outputs) / len(outputs) if average else step.fused
        return backward(2 * (alpha * step.ce(logits) + (1 - alpha) * sum(terms) / len(terms)))

    return method


def batches(model: Model) -> list:
    """Those that record will draw."""
    torch.manual_seed(1)
    drawn = []
    for _ in range(STEPS):
        inputs = [numbers(BATCH, *shape) for shape in model.shapes]
        drawn.append((inputs, torch.randint(CLASSES, (BATCH,))))
    return drawn


class ReconBoost:
    def __init__(self, boosting: int, rectification: int, lam: float, form: str) -> None:
        self.boosting, self.rectification, self.lam, self.form = boosting, rectification, lam, form

    def own(self, model: Model, z: torch.Tensor, m: int) -> torch.Tensor:
        return model.fusion.fc(z) if isinstance(model.fusion, Shared) else model.fusion.fc[NAMES[m]](z)

    def __call__(self, model: Model, epoch: int, inputs, labels: torch.Tensor) -> torch.Tensor:
        count, length = len(inputs), self.boosting + self.rectification
        encoders = list(model.encoders.values())
        if epoch % length >= self.boosting:
            z = model.features(inputs)
            return backward(cross_entropy(sum(self.own(model, x, m) for m, x in enumerate(z)), labels))
        player = epoch // length % count
        others = 0
        for m, encoder in enumerate(encoders):
            if m != player:
                encoder.eval()
                with torch.no_grad():
                    others = others + self.own(model, encoder(inputs[m])[1], m)
                encoder.train()
        logits = self.own(model, encoders[player](inputs[player])[1], player)
        q, logs = others.softmax(1), logits.log_softmax(1)
        y = one_hot(labels, CLASSES).double()
        if self.form == "label":
            loss = -((1 - self.lam * (q * y).sum(1)) * (logs * y).sum(1)).mean()
        else:
            loss = -((y - self.lam * q) * logs).sum(1).mean()
        return backward(loss)


def boosted(name: str, count: int, kind: type, method: ReconBoost, images: bool = False) -> None:
    model = prepared(Model(count, kind, images=images))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9, weight_decay=1e-4)

    def step(index: int, inputs: list[torch.Tensor], labels: torch.Tensor) -> torch.Tensor:
        optimizer.zero_grad()
        loss = method(model, index // STEPS_PER_EPOCH, inputs, labels)
        optimizer.step()
        return loss

    record(name, model, step)


def shapley(right, count: int) -> list[float]:
    """Values of |S| [S is right] for one sample."""

    def worth(members: tuple) -> float:
        return len(members) * float(right(members)) if members else 0.0

    values = []
    for m in range(count):
        rest = [k for k in range(count) if k != m]
        value = 0.0
        for size in range(count):
            for members in combinations(rest, size):
                weight = math.factorial(size) * math.factorial(count - size - 1) / math.factorial(count)
                value += weight * (worth(tuple(sorted(members + (m,)))) - worth(members))
        values.append(value)
    return values


class SMV:
    """All samples of a batch have the same places, so that those of an epoch's last batch are valued."""

    def __init__(self, model: Model) -> None:
        self.inputs, self.labels = batches(model)[STEPS_PER_EPOCH - 1]
        self.copies = None

    def value(self, model: Model) -> None:
        model.eval()
        with torch.no_grad():
            z, count = model.features(self.inputs), len(self.inputs)
            predictions = {}
            for size in range(1, count + 1):
                for members in combinations(range(count), size):
                    kept = [x if m in members else 0 * x for m, x in enumerate(z)]
                    predictions[members] = model.fusion(kept).argmax(1)
        model.train()
        self.copies = []
        for i, y in enumerate(self.labels):
            phi = shapley(lambda members: predictions[members][i] == y, count)
            self.copies.append([min(3, max(0, round(2 * (1 - v)))) for v in phi])

    def __call__(self, step: Step) -> torch.Tensor:
        total, weight = 0, 0
        for i, y in enumerate(step.labels):
            total, weight = total + cross_entropy(step.fused[i], y), weight + 1
            for m, n in enumerate(self.copies[i]):
                kept = [x[i : i + 1] if k == m else 0 * x[i : i + 1] for k, x in enumerate(step.z)]
                total, weight = total + n * cross_entropy(step.model.fusion(kept)[0], y), weight + n
        assert any(n > 0 for row in self.copies for n in row)
        return backward(total / weight)


def valued(name: str, count: int, kind: type, images: bool = False) -> None:
    model = prepared(Model(count, kind, images=images))
    method = SMV(model)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9, weight_decay=1e-4)

    def step(index: int, inputs: list[torch.Tensor], labels: torch.Tensor) -> torch.Tensor:
        if index % STEPS_PER_EPOCH == 0:
            # Before the step's own pass, which moves running statistics.
            method.value(model)
        optimizer.zero_grad()
        loss = method(Step(model, index, inputs, labels))
        optimizer.step()
        return loss

    record(name, model, step)


class UMT:
    def __init__(self, lam: float, epochs: int) -> None:
        self.lam, self.epochs = lam, epochs

    def teach(self, model: Model) -> None:
        self.batches, self.teachers = batches(model), []
        for m, name in enumerate(model.encoders):
            alone = copy.deepcopy(model).train()
            optimizer = torch.optim.SGD(alone.parameters(), lr=0.05, momentum=0.9, weight_decay=1e-4)
            for inputs, labels in self.batches[:STEPS_PER_EPOCH] * self.epochs:
                optimizer.zero_grad()
                logits = alone.heads[name](alone.encoders[name](inputs[m])[1])
                cross_entropy(logits, labels).backward()
                optimizer.step()
            self.teachers.append(alone.encoders[name].eval())

    def __call__(self, step: Step) -> torch.Tensor:
        loss = step.ce(step.fused)
        inputs, _ = self.batches[step.index]
        for z, teacher, given in zip(step.z, self.teachers, inputs):
            with torch.no_grad():
                taught = teacher(given)[1]
            loss = loss + self.lam * (z - taught).square().mean()
        return backward(loss)


def taught(name: str, count: int, kind: type, method: UMT, images: bool = False) -> None:
    model = prepared(Model(count, kind, own=True, images=images))
    method.teach(model)
    train(name, model, method)


class Boosted(nn.Module):
    HIDDEN, LAYERS = 4, 2

    def __init__(self, widths: list[int], classes: int) -> None:
        super().__init__()
        names = NAMES[: len(widths)]
        self.e = nn.ModuleDict({n: nn.Linear(w, self.HIDDEN) for n, w in zip(names, widths)})
        self.c = nn.Linear(self.HIDDEN, classes)
        self.a = nn.ModuleDict({n: nn.Module() for n in names})
        for layers, w in zip(self.a.values(), widths):
            layers.layers = nn.ModuleList(nn.Linear(w, self.HIDDEN) for _ in range(self.LAYERS))
        self.register_buffer("active", torch.zeros(len(widths), self.LAYERS))

    def parts(self, z: torch.Tensor, m: int) -> list[torch.Tensor]:
        layers = self.a[NAMES[m]].layers[: int(self.active[m].sum())]
        return [self.c(layer(z).relu()) for layer in [self.e[NAMES[m]], *layers]]


def aug(name: str, count: int, lam: float, frozen: bool = False, images: bool = False) -> None:
    model = prepared(Model(count, Boosted, images=images))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9, weight_decay=1e-4)
    sums = [0.0] * count

    def step(index: int, inputs: list[torch.Tensor], labels: torch.Tensor) -> torch.Tensor:
        if index == STEPS_PER_EPOCH:
            ratios = [s / (sum(sums) - s) for s in sums]
            for m, ratio in enumerate(ratios):
                weak = ratio < 1 / 1.01
                assert abs(ratio - 1) > 0.02
                if weak:
                    model.fusion.active[m, 0] = 1
            assert model.fusion.active.sum() > 0, ratios
        losses = []
        z = model.features(inputs)
        for m, x in enumerate(z):
            optimizer.zero_grad()
            parts = model.fusion.parts(x, m)
            logits = sum(parts)
            sums[m] += logits.softmax(1)[range(BATCH), labels].sum().item()
            loss = cross_entropy(logits, labels)
            if len(parts) > 1:
                old, new = sum(parts[:-1]), parts[-1]
                q = old.detach().softmax(1)[range(BATCH), labels]
                own = -(1 - lam * q) * new.log_softmax(1)[range(BATCH), labels]
                loss = loss + cross_entropy(old, labels) + own.mean()
            loss.backward()
            if frozen:
                for parameter in model.fusion.a.parameters():
                    parameter.grad = None
            optimizer.step()
            losses.append(loss)
        return sum(losses) / count

    record(name, model, step)


def main() -> None:
    torch.set_num_threads(1)
    case("dgl", 2, Concat, dgl(4), images=True)
    case("dgl_sum", 3, Sum, dgl(0.5))
    case("dgl_film", 3, FiLM, dgl(2), own=True)
    case("mlb", 2, Concat, mlb(0.5, 10, 1), own=True, images=True)
    case("mlb_sum", 3, Sum, mlb(2, 0.5, 0.25))
    case("cggm", 2, Concat, CGGM(1.3, 0.3, 0, False), own=True)
    case("cggm_gated", 3, Gated, CGGM(1, 0, 0.75, True), own=True)
    case("inforeg", 2, Concat, InfoReg([0.95, 0.95], False, 0.05), images=True)
    case("inforeg_film", 3, FiLM, InfoReg([0.9, 0.1, 0.5], True, 0.05), own=True)
    case("amco", 2, Concat, amco(1, True))
    case("amco_gated", 3, Gated, amco(0.5, False), own=True)
    case("cml", 2, Concat, cml(0.1, True, False, False))
    case("cml_shared", 3, Shared, cml(2, False, True, True))
    case("mbsd", 2, Concat, mbsd(1, 1, 1))
    case("mbsd_film", 3, FiLM, mbsd(0.5, 0.25, 2), own=True)
    case("mbsd_released", 2, Sum, mbsd(1, 1, 1, released=True))
    case("mcr", 2, Concat, mcr("greedy", 0.1, 0.01, 1, 0.5, 3), own=True, bottleneck=True, images=True)
    case("mcr_gated", 3, Gated, mcr("independent", 1, 0, 0, 0, 1))
    case("mcr_sum", 3, Sum, mcr("collaborative", 0.5, 0, 0, 0, 2))
    case("mcr_greedy", 3, Shared, mcr("greedy", 0.5, 0, 0.5, 0, 2))
    case("lfm", 2, Sum, lfm("released", True))
    case("lfm_concat", 3, Concat, lfm("js", False, 0.25))
    case("lfm_film", 2, FiLM, lfm("released", False), own=True)
    boosted("reconboost", 2, Sum, ReconBoost(1, 0, 0.2, "label"), images=True)
    boosted("reconboost_shared", 3, Shared, ReconBoost(1, 1, 0.5, "residual"))
    valued("smv", 2, Concat, images=True)
    valued("smv_sum", 3, Sum)
    taught("umt", 2, Concat, UMT(10, 1), images=True)
    taught("umt_film", 3, FiLM, UMT(0.5, 2))
    aug("aug", 2, 0.2, images=True)
    aug("aug_frozen", 2, 0.5, frozen=True)
    save("balanced_steps")


if __name__ == "__main__":
    main()

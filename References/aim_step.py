# SPDX-License-Identifier: Apache-2.0
"""Whole steps of AIM in plain PyTorch, every variant, for the tests of its Swift implementation.

Needs the versions of References/requirements.txt; run from the root of the repository. Writes
Tests/EquipoiseMethodsTests/Goldens/aim_*.safetensors, all in double precision: aim_b and aim_c hold one
architecture each; aim_a holds what the cases of A share, aim_a_CASE each case of it.

Shared by the cases of an architecture A, B or C: A/initial.NAME (network), A/method.NAME (all that
any variant of AIM keeps; a case uses its part), A/input.M.S, A/label.S. M, D and S are the modality,
depth and step from 0. Of each case: A/CASE/loss.S, task_loss.S, score.M.D.S, block_loss.M.D.S,
auxiliary_score.M.D.S, auxiliary_loss.M.D.S, good_loss.M.D.S; at steps that modulate (all but step 0)
rho.S [D, 2M] and alpha.S [D] as they weigh the losses, and modulation_loss.S; and in the end
A/CASE/final.NAME and A/CASE/final_method.NAME.
"""

import copy
import os
from dataclasses import dataclass

import torch
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn.functional import cross_entropy, linear, log_softmax

from models import MLP, ResNet, Transformer, numbers, randomise
from training_step import BATCH, CLASSES, STEPS, Joint

FOLDER = "Tests/EquipoiseMethodsTests/Goldens"

LATENT_WIDTH = 3
TEMPERATURE = 10.0
FLOOR = 1e-12
# Squared distances below this share of the squared lengths are refused as fixtures.
NEARNESS = 1e-6
# One step per epoch, so that the first step does not modulate.
STARTING_EPOCH = 1
# At these no case has a score of exactly chance, because every output is 0, and no distance near 0.
SEEDS = {"A": 0, "B": 0, "C": 0}
LABELS = [[0, 2, 1, 2], [1, 0, 0, 2], [2, 1, 0, 1]]

State = dict[str, Tensor]


@dataclass(frozen=True)
class Options:
    """The project's defaults, but for the distance, which is normalised there."""

    frozen_targets: bool = False
    distance: str = "raw"
    strength: float = 1.0
    task_loss_weight: float = 1.0
    head_only: bool = False
    literal_alpha: bool = False
    detached_auxiliary_input: bool = False
    decoupling_stops: bool = False
    no_pam: bool = False
    no_dam: bool = False
    auxiliary_only: bool = False
    label: bool = False
    adam: bool = False


COMMON = {
    "default": Options(),
    "paper-literal": Options(
        frozen_targets=True, task_loss_weight=0, literal_alpha=True, decoupling_stops=True
    ),
    "no-pam": Options(no_pam=True),
    "no-dam": Options(no_dam=True),
    "label": Options(label=True),
    "auxiliary-only": Options(auxiliary_only=True),
    "normalised": Options(distance="normalised"),
}
CASES = {
    "A": COMMON,
    "B": COMMON
    | {
        "spatial-mean": Options(distance="spatialMean"),
        "head-only": Options(head_only=True),
        "detached": Options(detached_auxiliary_input=True),
        "frozen": Options(frozen_targets=True),
        "lambda": Options(strength=2.5, task_loss_weight=0.5),
    },
    "C": COMMON | {"adam": Options(adam=True)},
}


# ---- Blocks ----


class Cut(nn.Module):
    """An encoder, of which one depth is computed at a time."""

    def __init__(self, encoder: nn.Module) -> None:
        super().__init__()
        self.encoder = encoder
        self.depths = 4 if isinstance(encoder, ResNet) else len(encoder.layers)

    def forward(self, depth: int, x: Tensor) -> Tensor:
        encoder = self.encoder
        if isinstance(encoder, ResNet):
            if depth == 0:
                x = encoder.bn1(encoder.conv1(x)).relu()
                x = x if encoder.small else encoder.maxpool(x)
            return getattr(encoder, f"layer{depth + 1}")(x)
        if isinstance(encoder, Transformer):
            x = encoder.projection(x) + encoder.positions if depth == 0 else x
            return encoder.layers[depth](x)
        layer = encoder.layers[depth]
        return layer.norm(layer.linear(x)).relu()

    def parameters_of(self, depth: int) -> State:
        own = f"layer{depth + 1}." if isinstance(self.encoder, ResNet) else f"layers.{depth}."
        return {
            name: parameter
            for name, parameter in self.encoder.named_parameters()
            # What comes before the first layer belongs to it.
            if name.startswith(own) or (depth == 0 and not name.startswith("layer"))
        }

    def with_parameters(self, depth: int, parameters: State, x: Tensor) -> Tensor:
        """The block with other parameters, in training mode: copies of the buffers take the update."""
        given = {name: buffer.clone() for name, buffer in self.encoder.named_buffers()} | parameters
        given = {f"encoder.{name}": tensor for name, tensor in given.items()}
        return functional_call(self, given, (depth, x))


def pooled(output: Tensor) -> Tensor:
    """[B, C, h, w], [B, L, C] or [B, C] → [B, C]."""
    return output.mean((2, 3)) if output.ndim == 4 else output.mean(1) if output.ndim == 3 else output


def decode(prototypes: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """Linear over the channels: the last dimension, or the first of an image."""
    if prototypes.ndim == 4:
        return nn.functional.conv2d(prototypes, weight[:, :, None, None], bias)
    return linear(prototypes, weight, bias)


# ---- Equations ----


def distances(a: Tensor, b: Tensor) -> Tensor:
    squares = (a[:, None] - b[None]).square().sum(2)
    sizes = a.square().sum(1, keepdim=True) + b.square().sum(1)
    # The slope of √ has no bound there, and single precision cannot tell such rows apart.
    assert (squares > NEARNESS * sizes).all(), "a row and a prototype lie too close together to be compared"
    return squares.sqrt()


def unit(a: Tensor) -> Tensor:
    return a / a.square().sum(1, keepdim=True).clamp(min=FLOOR).sqrt()


def prototype_logits(output: Tensor, targets: Tensor, distance: str) -> Tensor:
    if distance == "spatialMean":
        output, targets = pooled(output), pooled(targets)
    a, b = output.flatten(1), targets.flatten(1)
    return -TEMPERATURE * distances(unit(a), unit(b)) if distance == "normalised" else -distances(a, b)


def score_and_loss(logits: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """Eq. 9 and Eq. 10."""
    chosen = log_softmax(logits, 1).gather(1, labels[:, None])
    return chosen.exp().mean().detach(), -chosen.mean()


def decouple(parameter: Tensor, of: dict[str, Tensor]) -> tuple[Tensor, Tensor, Tensor]:
    """Eq. 7: θ^b, θ^g and Ψ(Φ(θ))."""
    rows = parameter.flatten(1) if parameter.ndim > 1 else parameter[None]
    z = linear(rows, of["phi.weight"], of["phi.bias"])
    w = linear(z, of["mask.weight"], of["mask.bias"]).sigmoid()
    parts = z * w, z * (1 - w), z
    return tuple(linear(x, of["psi.weight"], of["psi.bias"]).reshape(parameter.shape) for x in parts)


# ---- One step ----


class AIM:
    def __init__(self, model: Joint, method: State, options: Options) -> None:
        self.model, self.options = model, options
        self.modalities = list(model.encoders)
        self.cuts = [Cut(encoder) for encoder in model.encoders.values()]
        self.depths = self.cuts[0].depths
        kinds = ["classifier"] if options.label else ["prototypes", "decoder", "means"]
        kinds += [] if options.no_pam else ["phi", "mask", "psi"]
        self.method = {
            name: tensor.clone().requires_grad_(not name.startswith("means"))
            for name, tensor in method.items()
            if name.split(".")[0] in kinds
        }
        if options.adam:
            self.network_optimizer = torch.optim.AdamW(model.parameters(), lr=0.01, weight_decay=0.01)
        else:
            self.network_optimizer = torch.optim.SGD(
                model.parameters(), lr=0.05, momentum=0.9, weight_decay=1e-4
            )
        rates = dict(prototypes=0.02, decoder=0.02, classifier=0.02, phi=1e-4, psi=1e-4, mask=1e-3)
        self.optimizers = {
            kind: torch.optim.Adam(self.of_kinds(kind), lr=rates[kind]) for kind in kinds if kind != "means"
        }

    def of_kinds(self, *kinds: str) -> list[Tensor]:
        return [tensor for name, tensor in self.method.items() if name.split(".")[0] in kinds]

    def update(self, gradients: tuple[Tensor, ...], *kinds: str) -> None:
        for tensor, gradient in zip(self.of_kinds(*kinds), gradients, strict=True):
            tensor.grad = gradient
        for kind in kinds:
            self.optimizers[kind].step()

    def prototypes(self) -> list[Tensor]:
        return [self.method[f"prototypes.{name}"] for name in self.modalities]

    def step_prototypes(self) -> None:
        self.model.eval()
        prototypes = self.prototypes()
        loss = cross_entropy(self.model(prototypes), torch.arange(CLASSES))
        for name, prototype in zip(self.modalities, prototypes):
            weight, bias = (self.method[f"decoder.{name}.{part}"] for part in ("weight", "bias"))
            error = decode(prototype, weight, bias) - self.method[f"means.{name}"]
            loss = loss + error.square().sum() / (len(prototypes) * CLASSES)
        self.model.train()
        kinds = "prototypes", "decoder"
        self.update(torch.autograd.grad(loss, self.of_kinds(*kinds)), *kinds)

    def outputs(self, inputs: list[Tensor]) -> list[list[Tensor]]:
        """The outputs of every modality's blocks."""
        all_outputs = []
        for cut, x in zip(self.cuts, inputs):
            outputs = []
            for depth in range(self.depths):
                x = cut(depth, x)
                outputs.append(x)
            all_outputs.append(outputs)
        return all_outputs

    def forward(self, inputs: list[Tensor]) -> tuple[list[list[Tensor]], list[list[Tensor]] | None]:
        """The samples' outputs f_d, and the targets P_d."""
        if self.options.label:
            return self.outputs(inputs), None
        prototypes = [prototype.detach() for prototype in self.prototypes()]
        if self.options.frozen_targets:
            samples = self.outputs(inputs)
            # After the samples, so with the running statistics that they have moved.
            self.model.eval()
            with torch.no_grad():
                targets = self.outputs(prototypes)
            self.model.train()
            return samples, targets
        both = self.outputs([torch.cat(pair) for pair in zip(inputs, prototypes)])
        samples = [[x[:BATCH] for x in outputs] for outputs in both]
        return samples, [[x[BATCH:] for x in outputs] for outputs in both]

    def classifier(self, m: int, d: int) -> list[Tensor]:
        return [self.method[f"classifier.{self.modalities[m]}.{d}.{part}"] for part in ("weight", "bias")]

    def judge(
        self, m: int, d: int, output: Tensor, targets: Tensor | None, labels: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Score and loss, by the prototypes' outputs or else by the classifier held constant."""
        if targets is not None:
            return score_and_loss(prototype_logits(output, targets, self.options.distance), labels)
        constant = [tensor.detach() for tensor in self.classifier(m, d)]
        return score_and_loss(linear(pooled(output), *constant), labels)

    def decoupling(self, m: int, name: str, detached: bool) -> dict[str, Tensor]:
        parts = {
            f"{kind}.{part}": self.method[f"{kind}.{self.modalities[m]}.{name}.{part}"]
            for kind in ("phi", "mask", "psi")
            for part in ("weight", "bias")
        }
        return {key: tensor.detach() for key, tensor in parts.items()} if detached else parts

    def auxiliary(self, m: int, d: int, given: Tensor) -> Tensor:
        """E|θ^b: its gradient reaches θ, with Φ, the mask and Ψ held constant."""
        parameters = {
            name: decouple(parameter, self.decoupling(m, name, detached=True))[0]
            for name, parameter in self.cuts[m].parameters_of(d).items()
        }
        given = given.detach() if self.options.detached_auxiliary_input else given
        return self.cuts[m].with_parameters(d, parameters, given)

    def good(self, m: int, d: int, given: Tensor) -> tuple[Tensor, Tensor]:
        """E|θ^g, and ‖θ − Ψ(Φ(θ))‖²: their gradient reaches Φ, the mask and Ψ alone."""
        parameters, reconstruction = {}, 0
        for name, parameter in self.cuts[m].parameters_of(d).items():
            parameter = parameter.detach()
            decoupled = decouple(parameter, self.decoupling(m, name, detached=False))
            parameters[name] = decoupled[1]
            reconstruction = reconstruction + (parameter - decoupled[2]).square().sum()
        return self.cuts[m].with_parameters(d, parameters, given.detach()), reconstruction

    def modulation(self, scores: Tensor, losses: list[list[Tensor]]) -> State:
        """Eq. 11, Eq. 12, Eq. 14 and Eq. 15; scores and losses are [D, originals first]."""
        count = len(self.modalities)
        rho = (-scores).softmax(1)
        torch.testing.assert_close(rho.sum(1), torch.ones_like(rho[:, 0]))
        if self.options.auxiliary_only:
            rho[:, :count] = 0
        originals = scores[:, :count]
        alpha = originals.std(1, unbiased=False) / originals.mean(1)
        if not self.options.literal_alpha:
            alpha = alpha * self.depths / alpha.sum().clamp(min=FLOOR)
        if self.options.no_dam:
            alpha = torch.ones_like(alpha)
        loss = sum(a * sum(r * x for r, x in zip(rs, xs)) for a, rs, xs in zip(alpha, rho, losses))
        return {"rho": rho, "alpha": alpha, "modulation_loss": loss}

    def step(self, inputs: list[Tensor], labels: Tensor, modulating: bool) -> State:
        """Makes one step and gives all that is recorded of it."""
        options = self.options
        if not options.label:
            self.step_prototypes()
        outputs, targets = self.forward(inputs)
        found: State = {}
        scores, losses, decoupling_loss, classifier_loss = [], [], 0, 0
        for d in range(self.depths):
            originals, auxiliaries = [], []
            for m, x in enumerate(inputs):
                given, output = (outputs[m][d - 1] if d > 0 else x), outputs[m][d]
                target = targets[m][d] if targets else None
                originals.append(self.judge(m, d, output, target, labels))
                found[f"score.{m}.{d}"], found[f"block_loss.{m}.{d}"] = originals[-1]
                if options.label:
                    logits = linear(pooled(output.detach()), *self.classifier(m, d))
                    classifier_loss = classifier_loss + cross_entropy(logits, labels)
                if options.no_pam:
                    continue
                auxiliary = self.auxiliary(m, d, given)
                auxiliaries.append(self.judge(m, d, auxiliary, target, labels))
                found[f"auxiliary_score.{m}.{d}"], found[f"auxiliary_loss.{m}.{d}"] = auxiliaries[-1]
                good, reconstruction = self.good(m, d, given)
                good_loss = self.judge(m, d, good, target.detach() if targets else None, labels)[1]
                found[f"good_loss.{m}.{d}"] = good_loss
                decoupling_loss = decoupling_loss + good_loss + reconstruction
            scores.append(torch.stack([score for score, _ in originals + auxiliaries]))
            losses.append([loss for _, loss in originals + auxiliaries])

        features = [pooled(x[-1]) for x in outputs]
        if options.head_only and modulating:
            features = [x.detach() for x in features]
        loss = found["task_loss"] = cross_entropy(self.model.fusion(features), labels)
        if modulating:
            found |= self.modulation(torch.stack(scores), losses)
            modulation = options.strength * found["modulation_loss"]
            # Without a task loss nothing reaches the head, and it stays as it is.
            weight = options.task_loss_weight
            loss = weight * loss + modulation if weight > 0 else modulation
        found["loss"] = loss

        # All gradients before the first update.
        network = list(self.model.parameters())
        network_gradients = torch.autograd.grad(
            loss, network, retain_graph=True, allow_unused=True
        )
        updates = []
        if not options.no_pam and not (options.decoupling_stops and modulating):
            updates.append((decoupling_loss, ("phi", "mask", "psi")))
        if options.label:
            updates.append((classifier_loss, ("classifier",)))
        updates = [(torch.autograd.grad(x, self.of_kinds(*kinds)), kinds) for x, kinds in updates]
        for parameter, gradient in zip(network, network_gradients, strict=True):
            parameter.grad = gradient
        self.network_optimizer.step()
        for gradients, kinds in updates:
            self.update(gradients, *kinds)
        return {name: tensor.detach() for name, tensor in found.items()}


# ---- Initial numbers ----


def exact(tensor: Tensor) -> Tensor:
    """The nearest numbers that single precision holds."""
    return tensor.float().double()


def enliven(model: Joint) -> None:
    """A residual network of width 1 is dead in evaluation mode with statistics far from its own, and of
    an MLP of width 4 all units of a sample often are: its outputs would be equal to others."""
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean = exact(0.2 * module.running_mean)
            module.bias.data = exact(module.bias.abs() + 0.1)
        if isinstance(module, MLP):
            for layer in module.layers:
                layer.norm.bias.data = exact(layer.norm.bias.abs() + 0.1)


def make_method(model: Joint, shapes: dict[str, list[int]]) -> State:
    """All that any variant keeps, away from values that hide a mistake."""
    state: State = {}
    for modality, encoder in model.encoders.items():
        shape = shapes[modality]
        channels = shape[0] if len(shape) == 3 else shape[-1]
        means = 0.5 * numbers(CLASSES, *shape)
        state[f"prototypes.{modality}"] = means + 0.3 * numbers(CLASSES, *shape)
        state[f"decoder.{modality}.weight"] = torch.eye(channels) + 0.2 * numbers(channels, channels)
        state[f"decoder.{modality}.bias"] = 0.2 * numbers(channels)
        state[f"means.{modality}"] = means
        for name, parameter in encoder.named_parameters():
            n = parameter[0].numel() if parameter.ndim > 1 else parameter.numel()
            latent = min(LATENT_WIDTH, n)
            # θ has the scale n^-½ in a weight, about 1 in a vector; θ^b shall have it too.
            scale = n**-0.5 if parameter.ndim > 1 else 0.5
            key = f"{modality}.{name}"
            state[f"phi.{key}.weight"] = numbers(latent, n) * n**-0.5
            state[f"phi.{key}.bias"] = numbers(latent) * 0.5 * scale
            state[f"mask.{key}.weight"] = numbers(latent, latent)
            state[f"mask.{key}.bias"] = numbers(latent) * 0.5
            state[f"psi.{key}.weight"] = numbers(n, latent) * 1.5 * latent**-0.5
            state[f"psi.{key}.bias"] = numbers(n) * 0.3 * scale
        x = numbers(2, *shape)
        cut = Cut(encoder)
        for depth in range(cut.depths):
            x = cut(depth, x)
            width = pooled(x).shape[1]
            state[f"classifier.{modality}.{depth}.weight"] = numbers(CLASSES, width) * width**-0.5
            state[f"classifier.{modality}.{depth}.bias"] = 0.3 * numbers(CLASSES)
    return {name: exact(tensor) for name, tensor in state.items()}


def architecture(name: str) -> tuple[Joint, dict[str, list[int]]]:
    def transformer():
        return Transformer(5, 3, 4, 2, 6, 2)

    def mlp(channels):
        return MLP(channels, 4, 2, nn.LayerNorm)

    if name == "A":
        encoders = {m: ResNet([2, 2, 2, 2], c, 1, small=True) for m, c in (("audio", 1), ("visual", 2))}
        return Joint(encoders, [8, 8]), {"audio": [1, 9, 9], "visual": [2, 9, 9]}
    if name == "B":
        return Joint({"audio": transformer(), "text": mlp(5)}, [4, 4]), {"audio": [5, 3], "text": [5]}
    encoders = {"audio": transformer(), "text": mlp(5), "video": mlp(6)}
    return Joint(encoders, [4, 4, 4]), {"audio": [5, 3], "text": [5], "video": [6]}


# ---- Checks of the script itself ----


def check_cut(aim: AIM, inputs: list[Tensor]) -> None:
    """The blocks one after the other are the encoder, and share out its parameters."""
    for cut, x, blocks in zip(aim.cuts, inputs, copy.deepcopy(aim).outputs(inputs)):
        for whole, block in zip(copy.deepcopy(cut).encoder(x)[0], blocks, strict=True):
            torch.testing.assert_close(block, whole, rtol=0, atol=0)
        torch.testing.assert_close(pooled(blocks[-1]), copy.deepcopy(cut).encoder(x)[1])
        names = [name for d in range(cut.depths) for name in cut.parameters_of(d)]
        assert sorted(names) == sorted(name for name, _ in cut.encoder.named_parameters())


def check_auxiliary_gradient(aim: AIM, inputs: list[Tensor], labels: Tensor) -> None:
    """The sum of L̃ over the depths of modality 0, by one θ of its first block."""
    theta = aim.model.encoders["audio"].layers[0].linear1.weight

    def loss() -> Tensor:
        outputs, targets = aim.forward(inputs)
        given = [inputs[0], *outputs[0][:-1]]
        judged = [aim.judge(0, d, aim.auxiliary(0, d, x), targets[0][d], labels) for d, x in enumerate(given)]
        return sum(loss for _, loss in judged)

    gradient = torch.autograd.grad(loss(), theta)[0].flatten()
    flat, step = theta.data.view(-1), 1e-5
    for index in range(len(flat)):
        value = flat[index].item()
        sides = []
        for side in (value + step, value - step):
            flat[index] = side
            sides.append(loss().detach())
        flat[index] = value
        torch.testing.assert_close(gradient[index], (sides[0] - sides[1]) / (2 * step), rtol=1e-6, atol=1e-9)


def check_running_statistics(before: AIM, after: AIM, inputs: list[Tensor]) -> None:
    """Those after a step are those after its forward alone, with the prototypes of that step."""
    before.method = after.method
    before.forward(inputs)
    buffers = dict(before.model.named_buffers())
    assert any(name.endswith("running_var") for name in buffers)
    for name, buffer in after.model.named_buffers():
        torch.testing.assert_close(buffer, buffers[name], rtol=0, atol=0)


# ---- Recording ----


def record(name: str) -> tuple[State, dict[str, State]]:
    """What the cases of an architecture share, and each case's own."""
    model, shapes = architecture(name)
    model = model.double().train()
    randomise(model)
    enliven(model)
    initial = {key: tensor.clone() for key, tensor in model.state_dict().items()}
    method = make_method(copy.deepcopy(model), shapes)
    inputs = [[numbers(BATCH, *shape) for shape in shapes.values()] for _ in range(STEPS)]
    labels = torch.tensor(LABELS)
    shared = {f"initial.{key}": tensor for key, tensor in initial.items()}
    shared |= {f"method.{key}": tensor for key, tensor in method.items()}
    shared |= {f"input.{m}.{s}": x for s, given in enumerate(inputs) for m, x in enumerate(given)}
    shared |= {f"label.{s}": x for s, x in enumerate(labels)}
    for key, tensor in shared.items():
        assert not tensor.is_floating_point() or torch.equal(tensor, exact(tensor)), key

    def start(options: Options) -> AIM:
        return AIM(copy.deepcopy(model), method, options)

    check_cut(start(Options()), inputs[0])
    if name == "B":
        check_auxiliary_gradient(start(Options()), inputs[0], labels[0])
    cases: dict[str, State] = {}
    for case, options in CASES[name].items():
        aim, found = start(options), {}
        for step in range(STEPS):
            before = copy.deepcopy(aim)
            parts = aim.step(inputs[step], labels[step], modulating=step >= STARTING_EPOCH)
            found |= {f"{key}.{step}": tensor for key, tensor in parts.items()}
            if name == "A":
                check_running_statistics(before, aim, inputs[step])
        found |= {f"final.{key}": tensor for key, tensor in aim.model.state_dict().items()}
        found |= {f"final_method.{key}": tensor for key, tensor in aim.method.items()}
        summarise(f"{name}/{case}", found)
        cases[case] = found
    return shared, cases


def summarise(case: str, found: State) -> None:
    """Prints the losses and scores, and refuses a score of mere chance: that of dead outputs."""
    losses = " ".join(f"{found[f'loss.{step}'].item():8.5f}" for step in range(STEPS))
    scores = torch.stack([x for key, x in found.items() if key.startswith(("score", "auxiliary_score"))])
    assert (scores - 1 / CLASSES).abs().min() > 1e-5, f"{case} has outputs that differ in nothing"
    inside = ((scores > 0.02) & (scores < 0.98)).double().mean()
    print(f"{case:18} {losses}   {scores.min():.3f} … {scores.max():.3f}, {inside:.0%} in [0.02, 0.98]")


def save(file: str, parts: dict[str, State]) -> None:
    tensors = {f"{prefix}{key}": x for prefix, state in parts.items() for key, x in state.items()}
    path = f"{FOLDER}/{file}.safetensors"
    save_file({key: x.detach().clone().contiguous() for key, x in tensors.items()}, path)
    os.chmod(path, 0o644)
    assert os.path.getsize(path) < 1_000_000, path


def main() -> None:
    torch.set_num_threads(1)
    # The fused kernels of evaluation mode round differently.
    torch.backends.mha.set_fastpath_enabled(False)
    print(f"{'case':18} {'loss of each step':26}   scores of originals and auxiliaries")
    for name, seed in SEEDS.items():
        torch.manual_seed(seed)
        shared, cases = record(name)
        parts = {f"{name}/{case}/": found for case, found in cases.items()}
        file = f"aim_{name.lower()}"
        if name == "A":
            save(file, {f"{name}/": shared})
            for case, prefix in zip(cases, parts):
                save(f"{file}_{case}", {prefix: parts[prefix]})
        else:
            save(file, {f"{name}/": shared} | parts)


if __name__ == "__main__":
    main()

# SPDX-License-Identifier: Apache-2.0
"""One training step of AIM, in its default configuration, in plain PyTorch eager.

pytorch_step.py times it when its setting has "method": "aim". Every step modulates.
"""

from contextlib import contextmanager

import torch
from torch import nn
from torch.func import functional_call
from torch.nn import functional as F

LATENT_WIDTH = 512


def rows(parameter):
    """A weight [O, ...] is O rows of numbers, a vector is one."""
    return parameter.flatten(1) if parameter.ndim > 1 else parameter[None]


class TensorDecoupling(nn.Module):
    """Splits one parameter tensor θ into its bad and good part, by a latent code of every row."""

    def __init__(self, parameter):
        super().__init__()
        given = rows(parameter.detach())
        n = given.shape[1]
        latent = min(LATENT_WIDTH, n)
        self.phi = nn.Linear(n, latent)
        self.mask = nn.Linear(latent, latent)
        self.psi = nn.Linear(latent, n)
        # The rows' own directions, then random ones: Ψ(Φ(θ)) = θ at the start.
        known = torch.linalg.svd(given, full_matrices=False).Vh.T[:, :latent]
        random = torch.randn(n, latent - known.shape[1], device=given.device)
        basis = torch.linalg.qr(torch.cat([known, random], dim=1)).Q
        with torch.no_grad():
            self.phi.weight.copy_(basis.T)
            self.psi.weight.copy_(basis)
            self.mask.weight.normal_(0, 0.01)
            for layer in (self.phi, self.mask, self.psi):
                layer.bias.zero_()

    def forward(self, parameter):
        z = self.phi(rows(parameter))
        w = self.mask(z).sigmoid()
        return [self.psi(x).view(parameter.shape) for x in (z * w, z * (1 - w), z)]


class Decoupling(nn.ModuleList):
    """Splits all parameters of a block; also gives the squared error of their reconstruction."""

    def __init__(self, block):
        super().__init__(TensorDecoupling(parameter) for parameter in block.parameters())

    def forward(self, block):
        bad, good, error = {}, {}, 0
        for decoupling, (name, parameter) in zip(self, block.named_parameters()):
            bad[name], good[name], whole = decoupling(parameter)
            error = error + (parameter.detach() - whole).square().sum()
        return bad, good, error


@contextmanager
def untouched_statistics(model):
    """Batch statistics without a trace in the running ones."""
    norms = [module for module in model.modules() if isinstance(module, nn.BatchNorm2d)]
    for norm in norms:
        norm.track_running_stats = False
    yield
    for norm in norms:
        norm.track_running_stats = True


def make_decoder(shape):
    channels = shape[0] if len(shape) == 3 else shape[-1]
    decoder = nn.Conv2d(channels, channels, 1) if len(shape) == 3 else nn.Linear(channels, channels)
    with torch.no_grad():
        decoder.weight.copy_(torch.eye(channels).view_as(decoder.weight))
        decoder.bias.zero_()
    return decoder


def score_and_loss(features, prototypes, labels):
    """Mean probability and cross-entropy of the own class, by the distance to its prototype."""
    distances = torch.cdist(features.float().flatten(1), prototypes.float().flatten(1))
    own = F.log_softmax(-distances, dim=1).gather(1, labels[:, None])
    return own.detach().exp().mean(), -own.mean()


def aim_step(model, optimizer, inputs, labels, bf16):
    """A function that takes one step of AIM and gives its loss."""
    classes, batch = model.head.out_features, len(labels)
    blocks = [encoder.blocks() for encoder in model.encoders]
    depths = range(len(blocks[0]))
    device = inputs[0].device
    means = [torch.randn(classes, *x.shape[1:]).to(device) for x in inputs]
    if any(x.ndim == 4 and x.is_contiguous(memory_format=torch.channels_last) for x in inputs):
        means = [x.contiguous(memory_format=torch.channels_last) for x in means]
    prototypes = [nn.Parameter(x + 0.1 * torch.randn_like(x)) for x in means]
    decoders = nn.ModuleList(make_decoder(x.shape[1:]) for x in inputs).to(device)
    decouplings = nn.ModuleList(nn.ModuleList(Decoupling(block) for block in own) for own in blocks)
    decouplings.to(device)

    prototype_parameters = [*prototypes, *decoders.parameters()]
    prototype_optimizer = torch.optim.Adam(prototype_parameters, lr=0.02)
    named = list(decouplings.named_parameters())
    masks = [parameter for name, parameter in named if ".mask." in name]
    others = [parameter for name, parameter in named if ".mask." not in name]
    decoupling_optimizer = torch.optim.Adam([{"params": others}, {"params": masks, "lr": 1e-3}], lr=1e-4)
    autocast = torch.autocast(device.type, dtype=torch.bfloat16, enabled=bf16)

    def step_prototypes():
        model.eval()
        with autocast:
            logits = model(prototypes)
        loss = F.cross_entropy(logits.float(), torch.arange(classes, device=device))
        for prototype, decoder, mean in zip(prototypes, decoders, means):
            loss = loss + (decoder(prototype) - mean).square().sum() / (len(means) * classes)
        prototype_optimizer.zero_grad()
        loss.backward(inputs=prototype_parameters)
        prototype_optimizer.step()
        model.train()

    def step():
        step_prototypes()

        # The prototypes ride along with the samples.
        with autocast:
            outputs = []
            for own, x, prototype in zip(blocks, inputs, prototypes):
                outputs.append([torch.cat([x, prototype.detach()])])
                for block in own:
                    outputs[-1].append(block(outputs[-1][-1]))
            features = [e.pool(x[-1][:batch]) for e, x in zip(model.encoders, outputs)]
            logits = model.head(torch.cat(features, dim=1))
        task_loss = F.cross_entropy(logits.float(), labels)

        originals, auxiliaries, decoupling_loss = [], [], 0
        for d in depths:
            for m, own in enumerate(blocks):
                given, (output, targets) = outputs[m][d][:batch], outputs[m][d + 1].split([batch, classes])
                originals.append(score_and_loss(output, targets, labels))
                bad, good, error = decouplings[m][d](own[d])
                with untouched_statistics(own[d]), autocast:
                    auxiliary_output = functional_call(own[d], bad, given)
                    good_output = functional_call(own[d], good, given.detach())
                auxiliaries.append(score_and_loss(auxiliary_output, targets, labels))
                good_loss = score_and_loss(good_output, targets.detach(), labels)[1]
                decoupling_loss = decoupling_loss + good_loss + error

        # [depths, modalities] each.
        scores, losses, bad_scores, bad_losses = (
            torch.stack(x).view(len(depths), -1) for pair in (originals, auxiliaries) for x in zip(*pair)
        )
        rho = torch.softmax(-torch.cat([scores, bad_scores], dim=1), dim=1)
        depth_losses = (rho * torch.cat([losses, bad_losses], dim=1)).sum(1)
        alpha = scores.std(1, unbiased=False) / scores.mean(1)
        alpha = alpha * len(alpha) / alpha.sum().clamp(min=1e-12)
        loss = task_loss + (alpha * depth_losses).sum()

        # Each loss moves its own parameters only, though they share the codes of θ.
        optimizer.zero_grad()
        decoupling_optimizer.zero_grad()
        decoupling_loss.backward(inputs=masks + others, retain_graph=True)
        loss.backward(inputs=list(model.parameters()))
        optimizer.step()
        decoupling_optimizer.step()
        return loss.item()

    return step

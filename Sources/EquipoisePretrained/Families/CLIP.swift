// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseModels
internal import EquipoiseTorch

/// The two towers of CLIP (Radford et al., 2021): which one is what the modality's samples are.
///
/// ```
/// vision   x = norm([class, patches] + places);  layers;  feature = norm(x)[0]
/// text     x = token + place;  layers, each position seeing those before it;  feature = norm(x) at the last token
/// ```
/// Keys of `transformers`: `vision_model.pre_layrnorm.weight`, `text_model.encoder.layers.0.self_attn.q_proj.weight`, …. The
/// projections into the space that both towers share are not part of it.
public enum CLIP: PretrainedFamily {
  /// `clip`
  public static let name = "clip"
  /// One line for lists.
  public static let summary = "CLIP's vision and text towers"
  /// What a sample is.
  public static let input = "pictures [C, H, W], videos [T, C, H, W] or token ids [L]"
  /// Values of `model_type`.
  public static let kinds = ["clip", "clip_vision_model", "clip_text_model"]

  /// The towers of one.
  public static let published = [
    PublishedNetwork(
      "openai/clip-vit-base-patch32, vision",
      #"{"model_type": "clip_vision_model", "num_hidden_layers": 12}"#),
    PublishedNetwork(
      "openai/clip-vit-base-patch32, text",
      #"{"model_type": "clip_text_model", "num_hidden_layers": 12}"#),
  ]

  /// A picture, or of a text tower alone as many tokens as there are places.
  public static func trainedShape(_ folder: PretrainedFolder) throws -> [Int] {
    let description = folder.description
    if description.text("model_type") == "clip_text_model" {
      return [try description.size("max_position_embeddings", else: 77)]
    }
    let vision = description.part("vision_config") ?? description
    return try PictureDescription(vision, standardPatch: 32).shape
  }

  /// The tower for the samples.
  public static func makeEncoder(
    of folder: PretrainedFolder, for request: NetworkRequest
  ) throws -> any PretrainedEncoder {
    let description = folder.description
    let isText = request.input.shape.count == 1
    let missing = isText ? "clip_vision_model" : "clip_text_model"
    guard description.text("model_type") != missing else {
      throw request.misfit(isText ? "pictures [C, H, W] or videos" : "token ids [L]")
    }
    let own = description.part(isText ? "text_config" : "vision_config") ?? description
    return isText ? try text(own, request) : try vision(own, request)
  }

  /// As they are: `vision_model.…` and `text_model.…`.
  public static func parameterName(_ name: String) -> String? { name }

  private static func vision(
    _ description: ModelDescription, _ request: NetworkRequest
  ) throws -> any PretrainedEncoder {
    let form = try layers(description, request, width: 768, heads: 12, hidden: 3072)
    return try tower(
      description, request, form, count: try description.size("num_hidden_layers", else: 12),
      prefix: "vision_model.", patch: 32, title: "CLIP's vision tower"
    ) { entry in
      entry.patchesHaveBias = false
      entry.tokens = [("vision_model.embeddings.class_embedding", [form.width])]
      entry.norm = ("vision_model.pre_layrnorm", form.epsilon)
    }
  }

  /// A tower of pictures as CLIP and SigLIP have it.
  static func tower(
    _ description: ModelDescription, _ request: NetworkRequest, _ form: LayerForm, count: Int,
    prefix: String, patch: Int, title: String, _ change: (inout PatchEntry.Form) -> Void
  ) throws -> any PretrainedEncoder {
    let picture = try PictureDescription(description, standardPatch: patch)
    let given = try request.picture()
    var entry = PatchEntry.Form(
      channels: given.channels, size: given.size, trainedSize: picture.size, patch: picture.patch,
      stride: picture.patch, width: form.width, patches: prefix + "embeddings.patch_embedding",
      places: prefix + "embeddings.position_embedding.weight", placesAreRows: true)
    change(&entry)
    try picture.check(entry, request)
    let hasClass = !entry.tokens.isEmpty
    var plan = PretrainedTransformer.Plan(
      entry: PatchEntry(entry), layerName: { "\(prefix)encoder.layers.\($0)" },
      layers: (0..<count).map { _ in NetworkLayer(names, form) }, form: form,
      groups: try request.groups(of: count),
      pooling: try .read(
        request, own: hasClass ? .first : .mean(from: 0), prefix: entry.prefix, hasClass: hasClass),
      title: title)
    var last = Parts()
    let name = prefix + "post_layernorm"
    plan.lastNorm = (name, last.norm(name, form.width, form.epsilon))
    return PretrainedSequenceTransformer(plan)
  }

  private static func text(
    _ description: ModelDescription, _ request: NetworkRequest
  ) throws -> any PretrainedEncoder {
    let form = try layers(description, request, width: 512, heads: 8, hidden: 2048)
    let count = try description.size("num_hidden_layers", else: 12)
    let entry = TokenEntry(
      .init(
        vocabulary: try description.size("vocab_size", else: 49408), width: form.width,
        places: try description.size("max_position_embeddings", else: 77),
        token: "text_model.embeddings.token_embedding",
        place: "text_model.embeddings.position_embedding", isCausal: true))
    var plan = PretrainedTransformer.Plan(
      entry: entry, layerName: { "text_model.encoder.layers.\($0)" },
      layers: (0..<count).map { _ in NetworkLayer(names, form) }, form: form,
      groups: try request.groups(of: count),
      pooling: try .read(request, own: .last, prefix: 0, hasClass: false),
      title: "CLIP's text tower")
    var last = Parts()
    let name = "text_model.final_layer_norm"
    plan.lastNorm = (name, last.norm(name, form.width, form.epsilon))
    return PretrainedTextTransformer(plan, entry: entry)
  }

  private static func layers(
    _ description: ModelDescription, _ request: NetworkRequest, width: Int, heads: Int, hidden: Int
  ) throws -> LayerForm {
    let form = LayerForm(
      width: try description.size("hidden_size", else: width),
      heads: try description.size("num_attention_heads", else: heads),
      hidden: try description.size("intermediate_size", else: hidden),
      epsilon: description.number("layer_norm_eps", else: 1e-5),
      activation: try .read("hidden_act", of: description, else: .quickGELU),
      attentionDropout: request.rate(description.number("attention_dropout", else: 0)))
    try form.check(description)
    return form
  }

  /// The names of a layer.
  static let names = LayerNames(
    projection: .separate(
      query: "self_attn.q_proj", key: "self_attn.k_proj", value: "self_attn.v_proj", hasBias: true),
    output: "self_attn.out_proj", norms: ("layer_norm1", "layer_norm2"),
    maps: ("mlp.fc1", "mlp.fc2"))
}

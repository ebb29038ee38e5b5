// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseModels
internal import EquipoiseTorch

/// DINOv2 (Oquab et al., 2024), also with registers (Darcet et al., 2024): a ViT with a learned scale on each branch, and
/// SwiGLU in its largest size.
///
/// ```
/// x = x + λ₁ attention(norm(x));  x = x + λ₂ network(norm(x))      for each layer
/// feature = norm(x)[0]
/// ```
/// Keys of `transformers`: `encoder.layer.0.layer_scale1.lambda1`, …. The token of masked patches is not part of it.
public enum DINOv2: PretrainedFamily {
  /// `dinov2`
  public static let name = "dinov2"
  /// One line for lists.
  public static let summary =
    "DINOv2, with and without registers: pictures as patches, learned without labels"
  /// What a sample is.
  public static let input = VisionTransformer.input
  /// Values of `model_type`.
  public static let kinds = ["dinov2", "dinov2_with_registers"]

  /// Two sizes.
  public static let published = [
    PublishedNetwork(
      "facebook/dinov2-small",
      #"{"model_type": "dinov2", "hidden_size": 384, "num_attention_heads": 6, "image_size": 518, "#
        + #""patch_size": 14, "num_hidden_layers": 12}"#),
    PublishedNetwork(
      "facebook/dinov2-base",
      #"{"model_type": "dinov2", "hidden_size": 768, "num_attention_heads": 12, "image_size": 518, "#
        + #""patch_size": 14, "num_hidden_layers": 12}"#),
  ]

  /// A picture of the description's size.
  public static func trainedShape(_ folder: PretrainedFolder) throws -> [Int] {
    try PictureDescription(folder.description).shape
  }

  /// The encoder of a description.
  public static func makeEncoder(
    of folder: PretrainedFolder, for request: NetworkRequest
  ) throws -> any PretrainedEncoder {
    let description = folder.description
    let picture = try PictureDescription(description)
    let given = try request.picture()
    let form = try layers(description, request)
    let registers =
      description.text("model_type") == name
      ? 0 : Int(description.number("num_register_tokens", else: 4))
    let entry = PatchEntry(
      .init(
        channels: given.channels, size: given.size, trainedSize: picture.size,
        patch: picture.patch, stride: picture.patch, width: form.width,
        patches: "embeddings.patch_embeddings.projection",
        tokens: [("embeddings.cls_token", [1, 1, form.width])],
        registers: registers > 0 ? ("embeddings.register_tokens", registers) : nil,
        places: "embeddings.position_embeddings", placesAreSmoothed: registers > 0,
        dropout: form.dropout))
    try picture.check(entry.form, request)
    let count = try description.size("num_hidden_layers")
    var plan = PretrainedTransformer.Plan(
      entry: entry, layerName: { "encoder.layer.\($0)" },
      layers: (0..<count).map { _ in NetworkLayer(names(form, description), form) }, form: form,
      groups: try request.groups(of: count),
      pooling: try .read(request, own: .first, prefix: entry.form.prefix, hasClass: true),
      title: name)
    var last = Parts()
    plan.lastNorm = ("layernorm", last.norm("layernorm", form.width, form.epsilon))
    return PretrainedSequenceTransformer(plan)
  }

  /// `dinov2.` before the names of the base network.
  public static func parameterName(_ name: String) -> String? {
    name.withoutPrefix("dinov2.", "dinov2_with_registers.")
  }

  private static func layers(
    _ description: ModelDescription, _ request: NetworkRequest
  ) throws -> LayerForm {
    let width = try description.size("hidden_size")
    let hidden = width * (try description.size("mlp_ratio", else: 4))
    let isGated = description.flag("use_swiglu_ffn", else: false)
    let form = LayerForm(
      width: width, heads: try description.size("num_attention_heads"),
      // Two thirds, rounded up to a multiple of 8.
      hidden: isGated ? (hidden * 2 / 3 + 7) / 8 * 8 : hidden,
      epsilon: description.number("layer_norm_eps", else: 1e-6),
      activation: isGated ? .silu : try .read("hidden_act", of: description), gated: isGated,
      attentionDropout: request.rate(description.number("attention_probs_dropout_prob", else: 0)),
      dropout: request.rate(description.number("hidden_dropout_prob", else: 0)))
    try form.check(description)
    return form
  }

  private static func names(_ form: LayerForm, _ description: ModelDescription) -> LayerNames {
    var names = PictureDescription.names(hasBias: description.flag("qkv_bias", else: true))
    names.norms = ("norm1", "norm2")
    names.maps = form.gated ? ("mlp.weights_in", "mlp.weights_out") : ("mlp.fc1", "mlp.fc2")
    names.scales = ("layer_scale1.lambda1", "layer_scale2.lambda1")
    return names
  }
}

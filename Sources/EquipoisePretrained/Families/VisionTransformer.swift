// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseModels
internal import EquipoiseTorch

/// ViT (Dosovitskiy et al., 2021) and DeiT (Touvron et al., 2021), which has a second token in front.
///
/// ```
/// x = [class, distillation, patches] + places
/// x = x + attention(norm(x));  x = x + W₂ gelu(W₁ norm(x))      for each layer
/// feature = norm(x)[0]
/// ```
/// Keys of `transformers`: `embeddings.cls_token`, `encoder.layer.0.attention.attention.query.weight`,
/// `layernorm.weight`, ….
public enum VisionTransformer: PretrainedFamily {
  /// `vit`
  public static let name = "vit"
  /// One line for lists.
  public static let summary = "ViT and DeiT: pictures as patches"
  /// What a sample is.
  public static let input = "pictures [C, H, W] or videos [T, C, H, W]"
  /// Values of `model_type`.
  public static let kinds = ["vit", "deit"]

  /// Of each kind one.
  public static let published = [
    PublishedNetwork(
      "google/vit-base-patch16-224",
      #"{"model_type": "vit", "hidden_size": 768, "num_attention_heads": 12, "#
        + #""intermediate_size": 3072, "num_hidden_layers": 12}"#),
    PublishedNetwork(
      "facebook/deit-small-distilled-patch16-224",
      #"{"model_type": "deit", "hidden_size": 384, "num_attention_heads": 6, "#
        + #""intermediate_size": 1536, "num_hidden_layers": 12}"#),
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
    let isDistilled = description.text("model_type") == "deit"
    let width = try description.size("hidden_size")
    let form = try PictureDescription.layers(description, request)
    let given = try request.picture()
    let tokens = ["embeddings.cls_token"] + (isDistilled ? ["embeddings.distillation_token"] : [])
    let entry = PatchEntry(
      .init(
        channels: given.channels, size: given.size, trainedSize: picture.size,
        patch: picture.patch, stride: picture.patch, width: width,
        patches: "embeddings.patch_embeddings.projection",
        tokens: tokens.map { ($0, [1, 1, width]) }, places: "embeddings.position_embeddings",
        dropout: form.dropout))
    try picture.check(entry.form, request)
    let count = try description.size("num_hidden_layers")
    let names = PictureDescription.names(hasBias: description.flag("qkv_bias", else: true))
    var plan = PretrainedTransformer.Plan(
      entry: entry, layerName: { "encoder.layer.\($0)" },
      layers: (0..<count).map { _ in NetworkLayer(names, form) }, form: form,
      groups: try request.groups(of: count),
      pooling: try .read(request, own: .first, prefix: tokens.count, hasClass: true),
      title: description.text("model_type") ?? name)
    var last = Parts()
    plan.lastNorm = ("layernorm", last.norm("layernorm", width, form.epsilon))
    return PretrainedSequenceTransformer(plan)
  }

  /// `vit.` and `deit.` before the names of the base network.
  public static func parameterName(_ name: String) -> String? {
    name.withoutPrefix("vit.", "deit.")
  }
}

extension String {
  /// Without the first of these that it begins with.
  func withoutPrefix(_ prefixes: String...) -> String {
    prefixes.first(where: hasPrefix).map { String(dropFirst($0.count)) } ?? self
  }
}

/// What descriptions of networks of pictures have alike.
struct PictureDescription {
  /// Of the pictures that the network was trained on.
  let channels: Int
  let size: [Int]
  /// The sides of a patch.
  let patch: [Int]

  init(_ description: ModelDescription, standardPatch: Int = 16) throws {
    channels = try description.size("num_channels", else: 3)
    size = try description.sides("image_size", else: [224, 224])
    patch = try description.sides("patch_size", else: [standardPatch, standardPatch])
  }

  /// [C, H, W].
  var shape: [Int] { [channels] + size }

  /// Throws `EquipoiseError` for pictures smaller than a patch.
  func check(_ form: PatchEntry.Form, _ request: NetworkRequest) throws {
    guard form.grid.allSatisfy({ $0 > 0 }) else {
      throw request.misfit("pictures of at least \(patch[0])×\(patch[1]), a patch")
    }
  }

  /// The layers of ViT and what came after it.
  static func layers(
    _ description: ModelDescription, _ request: NetworkRequest
  ) throws -> LayerForm {
    let width = try description.size("hidden_size")
    let form = LayerForm(
      width: width, heads: try description.size("num_attention_heads"),
      hidden: try description.size("intermediate_size", else: 4 * width),
      epsilon: description.number("layer_norm_eps", else: 1e-12),
      activation: try .read("hidden_act", of: description),
      attentionDropout: request.rate(
        description.number(
          "attention_probs_dropout_prob", else: description.number("attention_dropout", else: 0))),
      dropout: request.rate(description.number("hidden_dropout_prob", else: 0)))
    try form.check(description)
    return form
  }

  /// The names that layers of ViT have in `transformers`.
  static func names(hasBias: Bool) -> LayerNames {
    LayerNames(
      projection: .separate(
        query: "attention.attention.query", key: "attention.attention.key",
        value: "attention.attention.value", hasBias: hasBias), output: "attention.output.dense",
      norms: ("layernorm_before", "layernorm_after"),
      maps: ("intermediate.dense", "output.dense"))
  }
}

// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseModels
internal import EquipoiseTorch

/// The vision tower of SigLIP (Zhai et al., 2023): a ViT without a class token.
///
/// ```
/// x = patches + places;  layers;  feature = mean of norm(x)
/// ```
/// Keys of `transformers`: `vision_model.embeddings.patch_embedding.weight`, …. The attention that SigLIP itself pools with
/// (`vision_model.head`) is not part of it.
public enum SigLIP: PretrainedFamily {
  /// `siglip`
  public static let name = "siglip"
  /// One line for lists.
  public static let summary = "SigLIP's vision tower"
  /// What a sample is.
  public static let input = VisionTransformer.input
  /// Values of `model_type`.
  public static let kinds = ["siglip", "siglip_vision_model"]

  /// One.
  public static let published = [
    PublishedNetwork(
      "google/siglip-base-patch16-224, vision",
      #"{"model_type": "siglip_vision_model", "num_hidden_layers": 12}"#)
  ]

  /// A picture of the description's size.
  public static func trainedShape(_ folder: PretrainedFolder) throws -> [Int] {
    let description = folder.description
    return try PictureDescription(description.part("vision_config") ?? description).shape
  }

  /// The vision tower of a description.
  public static func makeEncoder(
    of folder: PretrainedFolder, for request: NetworkRequest
  ) throws -> any PretrainedEncoder {
    let description = folder.description.part("vision_config") ?? folder.description
    let form = LayerForm(
      width: try description.size("hidden_size", else: 768),
      heads: try description.size("num_attention_heads", else: 12),
      hidden: try description.size("intermediate_size", else: 3072),
      epsilon: description.number("layer_norm_eps", else: 1e-6),
      activation: try .read("hidden_act", of: description, else: .geluTanh),
      attentionDropout: request.rate(description.number("attention_dropout", else: 0)))
    try form.check(description)
    return try CLIP.tower(
      description, request, form, count: try description.size("num_hidden_layers", else: 12),
      prefix: "vision_model.", patch: 16, title: "SigLIP's vision tower"
    ) { _ in }
  }

  /// As they are: `vision_model.…`.
  public static func parameterName(_ name: String) -> String? { name }
}

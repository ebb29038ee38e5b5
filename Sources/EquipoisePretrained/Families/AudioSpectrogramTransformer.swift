// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseModels
internal import EquipoiseTorch

/// AST (Gong et al., 2021): a DeiT over a spectrogram, whose patches overlap.
///
/// ```
/// x = [class, distillation, patches of 16×16 every 10] + places;  layers of ViT
/// feature = ½ (norm(x)[0] + norm(x)[1])
/// ```
/// Keys of `transformers`: as ViT's. `transformers` is given [frames, frequencies]; samples here are [1, frequencies, frames],
/// which it makes of them.
public enum AudioSpectrogramTransformer: PretrainedFamily {
  /// `ast`
  public static let name = "ast"
  /// One line for lists.
  public static let summary = "AST: spectrograms as overlapping patches"
  /// What a sample is.
  public static let input = "spectrograms [C, frequencies, frames]"
  /// Values of `model_type`.
  public static let kinds = ["audio-spectrogram-transformer"]

  /// One.
  public static let published = [
    PublishedNetwork(
      "MIT/ast-finetuned-audioset-10-10-0.4593",
      #"{"model_type": "audio-spectrogram-transformer", "hidden_size": 768, "#
        + #""num_attention_heads": 12, "intermediate_size": 3072, "num_hidden_layers": 12}"#)
  ]

  /// A spectrogram of the description's size.
  public static func trainedShape(_ folder: PretrainedFolder) throws -> [Int] {
    [1] + (try size(folder.description))
  }

  /// The encoder of a description.
  public static func makeEncoder(
    of folder: PretrainedFolder, for request: NetworkRequest
  ) throws -> any PretrainedEncoder {
    let description = folder.description
    let given = try request.picture()
    let form = try PictureDescription.layers(description, request)
    let patch = try description.sides("patch_size", else: [16, 16])
    let entry = PatchEntry.Form(
      channels: given.channels, size: given.size, trainedSize: try size(description), patch: patch,
      stride: [
        try description.size("frequency_stride", else: 10),
        try description.size("time_stride", else: 10),
      ], width: form.width, patches: "embeddings.patch_embeddings.projection",
      tokens: ["embeddings.cls_token", "embeddings.distillation_token"].map {
        ($0, [1, 1, form.width])
      }, places: "embeddings.position_embeddings", dropout: form.dropout)
    guard request.input.shape.count == 3, entry.grid.allSatisfy({ $0 > 0 }) else {
      throw request.misfit(
        "spectrograms [C, frequencies, frames] of at least \(patch[0])×\(patch[1])")
    }
    let count = try description.size("num_hidden_layers", else: 12)
    let names = PictureDescription.names(hasBias: description.flag("qkv_bias", else: true))
    var plan = PretrainedTransformer.Plan(
      entry: PatchEntry(entry), layerName: { "encoder.layer.\($0)" },
      layers: (0..<count).map { _ in NetworkLayer(names, form) }, form: form,
      groups: try request.groups(of: count),
      pooling: try .read(request, own: .firsts(2), prefix: 2, hasClass: true), title: "AST")
    var last = Parts()
    plan.lastNorm = ("layernorm", last.norm("layernorm", form.width, form.epsilon))
    return PretrainedTransformer(plan)
  }

  /// `audio_spectrogram_transformer.` before the names of the base network.
  public static func parameterName(_ name: String) -> String? {
    name.withoutPrefix("audio_spectrogram_transformer.")
  }

  /// Frequencies and frames.
  private static func size(_ description: ModelDescription) throws -> [Int] {
    [
      try description.size("num_mel_bins", else: 128),
      try description.size("max_length", else: 1024),
    ]
  }
}

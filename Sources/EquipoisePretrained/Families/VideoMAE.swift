// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseModels
internal import EquipoiseTorch

/// VideoMAE's encoder (Tong et al., 2022): a ViT over tubes of two frames, at fixed places.
///
/// ```
/// x = tubes + sinusoids;  layers of ViT whose keys have no bias;  feature = mean of x
/// ```
/// Keys of `transformers`: `embeddings.patch_embeddings.projection.weight`, `encoder.layer.0.attention.attention.q_bias`, ….
public enum VideoMAE: PretrainedFamily {
  /// `videomae`
  public static let name = "videomae"
  /// One line for lists.
  public static let summary = "VideoMAE: videos as tubes of patches"
  /// What a sample is.
  public static let input = "videos [T, C, H, W] of the network's number of frames"
  /// Values of `model_type`.
  public static let kinds = ["videomae"]

  /// One.
  public static let published = [
    PublishedNetwork(
      "MCG-NJU/videomae-base",
      #"{"model_type": "videomae", "hidden_size": 768, "num_attention_heads": 12, "#
        + #""intermediate_size": 3072, "num_hidden_layers": 12}"#)
  ]

  /// A video of the description's size.
  public static func trainedShape(_ folder: PretrainedFolder) throws -> [Int] {
    [try folder.description.size("num_frames", else: 16)]
      + (try PictureDescription(folder.description).shape)
  }

  /// The encoder of a description.
  public static func makeEncoder(
    of folder: PretrainedFolder, for request: NetworkRequest
  ) throws -> any PretrainedEncoder {
    let description = folder.description
    let picture = try PictureDescription(description)
    let shape = request.input.shape
    let tube = try description.size("tubelet_size", else: 2)
    let isVideo = shape.count == 4
    guard isVideo, shape[0] % tube == 0, shape[0] > 0, shape[2] % picture.patch[0] == 0,
      shape[3] % picture.patch[1] == 0
    else {
      throw request.misfit(
        "videos [T, C, H, W] whose frames are tubes of \(tube) and patches of "
          + "\(picture.patch[0])×\(picture.patch[1])")
    }
    let form = try PictureDescription.layers(description, request)
    let entry = TubeEntry(
      .init(shape: shape, tube: tube, patch: picture.patch, width: form.width))
    let count = try description.size("num_hidden_layers", else: 12)
    var plan = PretrainedTransformer.Plan(
      entry: entry, layerName: { "encoder.layer.\($0)" },
      layers: (0..<count).map { _ in
        NetworkLayer(names(description.flag("qkv_bias", else: true)), form)
      }, form: form, groups: try request.groups(of: count),
      pooling: try .read(request, own: .mean(from: 0), prefix: 0, hasClass: false),
      title: "VideoMAE")
    if !description.flag("use_mean_pooling", else: true) {
      var last = Parts()
      plan.lastNorm = ("layernorm", last.norm("layernorm", form.width, form.epsilon))
    }
    return PretrainedTransformer(plan)
  }

  /// `videomae.` before the names of the base network.
  public static func parameterName(_ name: String) -> String? { name.withoutPrefix("videomae.") }

  private static func names(_ hasBias: Bool) -> LayerNames {
    var names = PictureDescription.names(hasBias: false)
    guard hasBias else { return names }
    names.projection = .biases(
      query: "attention.attention.query", key: "attention.attention.key",
      value: "attention.attention.value", queryBias: "attention.attention.q_bias",
      valueBias: "attention.attention.v_bias")
    return names
  }
}

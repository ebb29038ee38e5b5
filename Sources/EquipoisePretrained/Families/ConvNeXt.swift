// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseModels
internal import EquipoiseTorch

/// ConvNeXt (Liu et al., 2022) of `timm`, `torchvision` and `transformers`, each under its own names.
///
/// ```
/// stem    conv 4×4 stride 4 → norm
/// stage   (norm → conv 2×2 stride 2), then blocks  x + γ W₂ gelu(W₁ norm(conv 7×7 of each channel))
/// feature norm(mean over height and width)
/// ```
/// Sizes are read from the weights. All normalise over channels.
public enum ConvNeXt: PretrainedFamily {
  /// `convnext`
  public static let name = "convnext"
  /// One line for lists.
  public static let summary = "ConvNeXt of timm, torchvision and transformers"
  /// What a sample is.
  public static let input = VisionTransformer.input
  /// Starts of `architecture`, or `model_type`.
  public static let kinds = ["convnext"]

  /// By the start of `architecture`, or `model_type`.
  public static func recognises(_ description: ModelDescription) -> Bool {
    if let name = description.text("architecture") {
      return name.hasPrefix("convnext_") || name == "convnext"
    }
    return description.text("model_type") == "convnext"
  }

  /// A picture of the usual size.
  public static func trainedShape(_ folder: PretrainedFolder) throws -> [Int] {
    let shapes = try folder.shapes()
    let weight = Names.all.compactMap { shapes[$0.stem.0 + ".weight"] }.first
    return [weight?[1] ?? 3, 224, 224]
  }

  /// What the parts are called.
  struct Names: Sendable {
    var stem: (String, String)
    /// Of a stage, behind the first: normalisation and convolution.
    var between: @Sendable (Int) -> (String, String)
    var block: @Sendable (_ stage: Int, _ place: Int) -> String
    /// In a block.
    var scale: String
    var filter: String
    var norm: String
    var maps: (String, String)
    var last: String
    /// Of the last normalisation.
    var lastEpsilon = ConvNeXt.epsilon

    static let all = [timm, torchvision, transformers]

    private static let timm = Names(
      stem: ("stem.0", "stem.1"),
      between: { ("stages.\($0).downsample.0", "stages.\($0).downsample.1") },
      block: { "stages.\($0).blocks.\($1)." }, scale: "gamma", filter: "conv_dw", norm: "norm",
      maps: ("mlp.fc1", "mlp.fc2"), last: "head.norm")

    private static let torchvision = Names(
      stem: ("features.0.0", "features.0.1"),
      between: { ("features.\(2 * $0).0", "features.\(2 * $0).1") },
      block: { "features.\(2 * $0 + 1).\($1)." }, scale: "layer_scale", filter: "block.0",
      norm: "block.2", maps: ("block.3", "block.5"), last: "classifier.0")

    private static let transformers = Names(
      stem: ("embeddings.patch_embeddings", "embeddings.layernorm"),
      between: {
        (
          "encoder.stages.\($0).downsampling_layer.0", "encoder.stages.\($0).downsampling_layer.1"
        )
      }, block: { "encoder.stages.\($0).layers.\($1)." }, scale: "layer_scale_parameter",
      filter: "dwconv", norm: "layernorm", maps: ("pwconv1", "pwconv2"), last: "layernorm",
      lastEpsilon: 1e-12)
  }

  /// The encoder of a folder's weights.
  public static func makeEncoder(
    of folder: PretrainedFolder, for request: NetworkRequest
  ) throws -> any PretrainedEncoder {
    var shapes: [String: [Int]] = [:]
    for (name, shape) in try folder.shapes() { shapes[parameterName(name) ?? name] = shape }
    let given = try request.picture()
    guard let names = Names.all.first(where: { shapes[$0.stem.0 + ".weight"]?.count == 4 }),
      let first = shapes[names.stem.0 + ".weight"]
    else {
      throw EquipoiseError(
        .configuration,
        "the weights are not those of a ConvNeXt under the names of a known library",
        at: folder.path, fix: "use those of timm, torchvision or transformers")
    }
    var stem = Parts()
    let filter = stem.add(
      names.stem.0,
      Conv2d(
        given.channels, first[0], kernel: first[2], stride: first[2], initializer: .zeros,
        from: Generator(seed: 0)))
    let norm = stem.norm(names.stem.1, first[0], epsilon)
    let count = (0...).prefix { shapes[names.block($0, 0) + names.filter + ".weight"] != nil }.count
    let stages = (0..<count).map { ConvNeXtStage($0, names, shapes) }
    let width = stages.last?.width ?? first[0]
    var last = Parts()
    return PretrainedConvNet(
      .init(
        stem: stem, enter: { overChannels(filter($0, $1), norm) },
        stages: stages.map { stage in (stage.parts, { stage($0, $1) }) },
        groups: try request.groups(of: count),
        lastNorm: shapes[names.last + ".weight"] == nil
          ? nil : (names.last, last.norm(names.last, width, names.lastEpsilon)), width: width,
        channels: given.channels, halvings: 1 + count, firstWeight: names.stem.0 + ".weight",
        title: folder.description.text("architecture") ?? name))
  }

  /// `convnext.` before the names of `transformers`' base network.
  public static func parameterName(_ name: String) -> String? { name.withoutPrefix("convnext.") }

  static let epsilon = 1e-6

  /// Normalises each place over its channels: [B, C, h, w].
  static func overChannels(_ x: Tensor, _ norm: LayerNorm) -> Tensor {
    norm(x.permuted([0, 2, 3, 1]), .evaluation).permuted([0, 3, 1, 2])
  }
}

/// A stage of ConvNeXt.
private final class ConvNeXtStage {
  private struct Block {
    let filter: Parameter
    let bias: Parameter
    let norm: LayerNorm
    let maps: (Linear, Linear)
    let scale: Parameter?
  }

  let parts: Parts
  let width: Int
  private let between: (LayerNorm, Conv2d)?
  private let blocks: [Block]

  init(_ index: Int, _ names: ConvNeXt.Names, _ shapes: [String: [Int]]) {
    var parts = Parts()
    let (norm, filter) = names.between(index)
    // Of the first stage the stem has made it.
    between = (index == 0 ? nil : shapes[filter + ".weight"]).map { shape in
      (
        parts.norm(norm, shape[1], ConvNeXt.epsilon),
        parts.add(
          filter,
          Conv2d(
            shape[1], shape[0], kernel: shape[2], stride: shape[2], initializer: .zeros,
            from: Generator(seed: 0)))
      )
    }
    let first = shapes[names.block(index, 0) + names.filter + ".weight"] ?? [1, 1, 7, 7]
    width = first[0]
    let count = (0...).prefix { shapes[names.block(index, $0) + names.filter + ".weight"] != nil }
      .count
    blocks = (0..<count).map { [width] place in
      let name = names.block(index, place)
      let hidden = shapes[name + names.maps.0 + ".weight"]?[0] ?? 4 * width
      return Block(
        filter: parts.parameter(name + names.filter + ".weight", [width, 1] + first.suffix(2)),
        bias: parts.parameter(name + names.filter + ".bias", [width]),
        norm: parts.norm(name + names.norm, width, ConvNeXt.epsilon),
        maps: (
          parts.linear(name + names.maps.0, width, hidden),
          parts.linear(name + names.maps.1, hidden, width)
        ), scale: shapes[name + names.scale].map { parts.parameter(name + names.scale, $0) })
    }
    self.parts = parts
  }

  /// [B, C, h, w] → [B, C′, h′, w′].
  func callAsFunction(_ input: Tensor, _ mode: ForwardMode) -> Tensor {
    var x = between.map { $0.1(ConvNeXt.overChannels(input, $0.0), mode) } ?? input
    for block in blocks {
      let side = block.filter.leaf.size(2)
      let filtered = x.conv2d(
        weight: block.filter.value, bias: block.bias.value, padding: [side / 2, side / 2],
        groups: width)
      let places = block.norm(filtered.permuted([0, 2, 3, 1]), mode)
      var change = block.maps.1(block.maps.0(places).gelu())
      if let scale = block.scale { change = change * scale.value.reshaped([-1]) }
      x = x + change.permuted([0, 3, 1, 2])
    }
    return x
  }
}

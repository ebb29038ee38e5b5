// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseModels
internal import EquipoiseTorch

/// ViT (Dosovitskiy et al., 2021) of `timm` (`vit_small_patch16_224`, `deit_…`) and `torchvision` (`vit_b_16`), under their
/// names: `blocks.0.attn.qkv.weight`, `encoder.layers.encoder_layer_0.self_attention.in_proj_weight`, ….
///
/// Sizes are read from the weights; the number of heads is `model_args.num_heads`, or the published one of the width.
public enum ImageLibraryViT: PretrainedFamily {
  /// `timm-vit`
  public static let name = "timm-vit"
  /// One line for lists.
  public static let summary = "ViT of timm and torchvision"
  /// What a sample is.
  public static let input = VisionTransformer.input
  /// Starts of `architecture`.
  public static let kinds = ["vit_*", "deit_*"]

  /// By the start of `architecture`.
  public static func recognises(_ description: ModelDescription) -> Bool {
    description.text("architecture").map { $0.hasPrefix("vit_") || $0.hasPrefix("deit_") } ?? false
  }

  /// A picture of the weights' size.
  public static func trainedShape(_ folder: PretrainedFolder) throws -> [Int] {
    let sizes = try Sizes(folder)
    return [sizes.channels] + sizes.size
  }

  /// The encoder of a folder's weights.
  public static func makeEncoder(
    of folder: PretrainedFolder, for request: NetworkRequest
  ) throws -> any PretrainedEncoder {
    let sizes = try Sizes(folder)
    let given = try request.picture()
    let form = LayerForm(
      width: sizes.width, heads: sizes.heads, hidden: sizes.hidden, epsilon: 1e-6,
      dropout: request.rate(0))
    try form.check(folder.description)
    let names = sizes.names
    let entry = PatchEntry(
      .init(
        channels: given.channels, size: given.size, trainedSize: sizes.size, patch: sizes.patch,
        stride: sizes.patch, width: sizes.width, patches: names.patches,
        patchesHaveBias: sizes.has(names.patches + ".bias"),
        tokens: [(names.token, [1, 1, sizes.width])], places: names.places))
    guard entry.form.grid.allSatisfy({ $0 > 0 }) else {
      throw request.misfit("pictures of at least \(sizes.patch[0])×\(sizes.patch[1]), a patch")
    }
    var layer = names.layer
    if !sizes.has(names.layerName(0) + ".ls1.gamma") { layer.scales = nil }
    var plan = PretrainedTransformer.Plan(
      entry: entry, layerName: names.layerName,
      layers: (0..<sizes.layers).map { _ in NetworkLayer(layer, form) }, form: form,
      groups: try request.groups(of: sizes.layers),
      pooling: try .read(
        request, own: sizes.has(names.last + ".weight") ? .first : .mean(from: 1), prefix: 1,
        hasClass: true), title: folder.description.text("architecture") ?? name)
    var last = Parts()
    // `fc_norm` is of networks whose feature is the mean, behind which it stands there.
    if sizes.has(names.last + ".weight") {
      plan.lastNorm = (names.last, last.norm(names.last, sizes.width, form.epsilon))
    }
    return PretrainedSequenceTransformer(plan)
  }

  /// As they are; `mlp.linear_1` and `mlp.linear_2` of torchvision's older files.
  public static func parameterName(_ name: String) -> String? {
    name.replacing("mlp.linear_1.", with: "mlp.0.").replacing("mlp.linear_2.", with: "mlp.3.")
  }

  /// What the parts are called.
  struct Names: Sendable {
    var patches: String
    var token: String
    var places: String
    var layerName: @Sendable (Int) -> String
    var last: String
    /// The parts of a layer.
    var layer: LayerNames
  }

  private static let timm = Names(
    patches: "patch_embed.proj", token: "cls_token", places: "pos_embed",
    layerName: { "blocks.\($0)" }, last: "norm",
    layer: LayerNames(
      projection: .joint(weight: "attn.qkv.weight", bias: "attn.qkv.bias"), output: "attn.proj",
      norms: ("norm1", "norm2"), maps: ("mlp.fc1", "mlp.fc2"), scales: ("ls1.gamma", "ls2.gamma")))

  private static let torchvision = Names(
    patches: "conv_proj", token: "class_token", places: "encoder.pos_embedding",
    layerName: { "encoder.layers.encoder_layer_\($0)" }, last: "encoder.ln",
    layer: LayerNames(
      projection: .joint(
        weight: "self_attention.in_proj_weight", bias: "self_attention.in_proj_bias"),
      output: "self_attention.out_proj", norms: ("ln_1", "ln_2"), maps: ("mlp.0", "mlp.3")))

  /// What the shapes of the weights say.
  private struct Sizes {
    let names: Names
    let channels: Int
    let size: [Int]
    let patch: [Int]
    let width: Int
    let hidden: Int
    let layers: Int
    let heads: Int
    private let shapes: [String: [Int]]

    init(_ folder: PretrainedFolder) throws {
      var found: [String: [Int]] = [:]
      for (name, shape) in try folder.shapes() { found[parameterName(name) ?? name] = shape }
      let shapes = found
      guard
        let names = [timm, torchvision].first(where: { shapes[$0.patches + ".weight"]?.count == 4 }
        ),
        let patches = shapes[names.patches + ".weight"], let places = shapes[names.places],
        places.count == 3, shapes[names.token] != nil,
        let hidden = shapes[names.layerName(0) + "." + names.layer.maps.0 + ".weight"]?[0]
      else {
        throw EquipoiseError(
          .configuration,
          "the weights are not those of a ViT with a class token under the names of a known library",
          at: folder.path, fix: "use those of timm or torchvision")
      }
      let side = Int(Double(places[1] - 1).squareRoot())
      guard side * side == places[1] - 1 else {
        throw EquipoiseError(
          .configuration, "\(places[1] - 1) places of patches are no square", at: folder.path,
          fix: "use a ViT of square pictures whose class token has a place")
      }
      (self.names, self.shapes, self.hidden) = (names, shapes, hidden)
      (width, channels) = (patches[0], patches[1])
      patch = Array(patches.suffix(2))
      size = [side * patch[0], side * patch[1]]
      layers =
        (0...).prefix {
          shapes[names.layerName($0) + "." + names.layer.maps.0 + ".weight"] != nil
        }.count
      let published = [768: 12, 1024: 16, 1280: 16, 1408: 16]
      let usual = published[width] ?? max(1, width / 64)
      heads = try folder.description.part("model_args")?.size("num_heads", else: usual) ?? usual
    }

    func has(_ name: String) -> Bool { shapes[name] != nil }
  }
}

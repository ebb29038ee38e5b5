// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseSettings
public import EquipoiseTorch

/// The encoder that suits the samples: an MLP for vectors [C], a transformer for texts [L] and sequences [L, C],
/// ResNet-18 for images [C, H, W] and video [T, C, H, W].
public struct AutoEncoder: WeightCounting {
  /// `auto`.
  public static let name = "auto"
  /// One line for lists.
  public static let summary = "by the shape of the modality's samples"

  /// Channels of the first stage (residual networks) or of every layer; nil takes the
  /// architecture's own.
  public var width: Int?
  /// Whether a residual network starts with a 3×3 convolution of stride 1 and no pooling, for
  /// images of few pixels.
  public var smallImageStem = false
  /// Layers of a transformer or MLP; nil takes the architecture's own.
  public var depth: Int?
  /// Attention heads of a transformer; nil takes the architecture's own.
  public var heads: Int?
  /// Hidden width of a transformer's feed-forward layers; nil takes four times the width.
  public var hidden: Int?
  /// The probability of dropping a value between layers.
  public var dropout = 0.0

  /// The defaults.
  public init() {}

  /// The encoder of the chosen architecture.
  public func makeEncoder(
    for input: EncoderInput, from generator: Generator
  ) throws -> any ModalityEncoder {
    try chosen(for: input).makeEncoder(for: input, from: generator)
  }

  /// Of the architecture that the shape chooses; 0 where there is none, which ``makeEncoder(for:from:)`` says.
  public func leastWeights(for input: EncoderInput) -> Double {
    ((try? chosen(for: input)) as? any WeightCounting)?.leastWeights(for: input) ?? 0
  }

  /// The settings of the architecture that the shape chooses.
  private func chosen(for input: EncoderInput) throws -> any EncoderConfiguration {
    switch input.vocabulary == nil ? input.shape.count : 2 {
    case 1:
      try refuse(but: ["depth", "dropout"], of: "an MLP", input)
      return MLPEncoder.Configuration(width: width, depth: depth, dropout: dropout)
    case 2:
      try refuse(but: ["depth", "heads", "hidden", "dropout"], of: "a transformer", input)
      return TransformerEncoder.Configuration(
        width: width, depth: depth, heads: heads, hidden: hidden, dropout: dropout)
    case 3, 4:
      try refuse(but: ["smallImageStem"], of: "a residual network", input)
      return ResNet18Configuration(width: width, smallImageStem: smallImageStem)
    default:
      throw EquipoiseError(
        .configuration,
        "modality '\(input.modality)': no encoder takes samples of shape \(input.shape)",
        fix: "prepare it as a vector [C], sequence [L, C], image [C, H, W] or video [T, C, H, W]")
    }
  }

  /// A setting that the architecture does not have is a mistake, not something to ignore.
  private func refuse(
    but known: Set<String>, of architecture: String, _ input: EncoderInput
  ) throws {
    let settings: [(name: String, given: Bool)] = [
      ("depth", depth != nil), ("heads", heads != nil), ("hidden", hidden != nil),
      ("dropout", dropout != 0), ("smallImageStem", smallImageStem),
    ]
    guard let foreign = settings.first(where: { $0.given && !known.contains($0.name) }) else {
      return
    }
    throw EquipoiseError(
      .configuration, "\(architecture) has no '\(foreign.name)'",
      at: "model.encoders.\(input.modality).\(foreign.name)",
      fix: "remove it or choose another type")
  }
}

extension AutoEncoder: RangeChecking {
  /// Throws for the first value out of its range.
  public func check(at path: ConfigPath) throws {
    try path.check("width", width, .encoderWidth)
    try path.check("depth", depth, .encoderDepth)
    try path.check("heads", heads, .encoderWidth)
    try path.check("hidden", hidden, .hiddenWidth)
    try path.check("dropout", dropout, .dropout)
  }
}

extension AllowedRange<Int> {
  static var encoderWidth: Self { .atLeast(1, to: 65_536) }
  static var encoderDepth: Self { .atLeast(1, to: 1000) }
  static var hiddenWidth: Self { .atLeast(1, to: 1_048_576) }
}

extension AllowedRange<Double> {
  static var dropout: Self { .from(0..<1) }
}

extension EncoderSection {
  /// The encoder that suits the shape; nil takes the architecture's own.
  public static func auto(
    width: Int? = nil, depth: Int? = nil, heads: Int? = nil, hidden: Int? = nil,
    dropout: Double = 0, smallImageStem: Bool = false
  ) -> EncoderSection {
    var settings = AutoEncoder()
    (settings.width, settings.depth, settings.heads) = (width, depth, heads)
    (settings.hidden, settings.dropout) = (hidden, dropout)
    settings.smallImageStem = smallImageStem
    return EncoderSection(settings)
  }
}

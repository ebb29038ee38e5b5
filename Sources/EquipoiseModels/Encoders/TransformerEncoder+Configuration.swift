// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseSettings
public import EquipoiseTorch

extension TransformerEncoder {
  /// The settings of `type: transformer`.
  public struct Configuration: EncoderConfiguration {
    /// `transformer`.
    public static let name = "transformer"
    /// One line for lists.
    public static let summary = "self-attention layers, for sequences [L, C] and texts [L]"

    /// Features of a position inside.
    public var width = TransformerEncoder.defaultWidth
    /// Layers.
    public var depth = TransformerEncoder.defaultDepth
    /// Attention heads; they divide the width.
    public var heads = TransformerEncoder.defaultHeads
    /// Width of the feed-forward networks; nil takes four times `width`.
    public var hidden: Int?
    /// The probability of dropping a value.
    public var dropout = 0.0

    /// The defaults.
    public init() {}

    init(width: Int?, depth: Int?, heads: Int?, hidden: Int?, dropout: Double) {
      self.width = width ?? self.width
      self.depth = depth ?? self.depth
      self.heads = heads ?? self.heads
      (self.hidden, self.dropout) = (hidden, dropout)
    }
  }
}

extension TransformerEncoder.Configuration: WeightCounting, RangeChecking {
  /// A transformer over the input's positions.
  public func makeEncoder(
    for input: EncoderInput, from generator: Generator
  ) throws -> any ModalityEncoder {
    try TransformerEncoder(
      length: input.shape.first ?? 0, channels: input.last, vocabulary: input.vocabulary,
      width: width, heads: heads,
      hidden: hidden, depth: depth, dropout: dropout, from: generator)
  }

  /// Of its layers and its table.
  public func leastWeights(for input: EncoderInput) -> Double {
    let width = Double(width)
    return Double(input.vocabulary ?? 0) * width + Double(depth)
      * (4 * width * width + 2 * width * (hidden.map(Double.init) ?? 4 * width))
  }

  /// Throws for the first value out of its range.
  public func check(at path: ConfigPath) throws {
    try path.check("width", width, .encoderWidth)
    try path.check("depth", depth, .encoderDepth)
    try path.check("heads", heads, .encoderWidth)
    try path.check("hidden", hidden, .hiddenWidth)
    try path.check("dropout", dropout, .dropout)
  }
}

extension EncoderSection {
  /// A transformer.
  public static func transformer(
    width: Int? = nil, depth: Int? = nil, heads: Int? = nil, hidden: Int? = nil,
    dropout: Double = 0
  ) -> EncoderSection {
    EncoderSection(
      TransformerEncoder.Configuration(
        width: width, depth: depth, heads: heads, hidden: hidden, dropout: dropout))
  }
}

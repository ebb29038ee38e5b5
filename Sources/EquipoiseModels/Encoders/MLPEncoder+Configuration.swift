// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseSettings
public import EquipoiseTorch

extension MLPEncoder {
  /// The settings of `type: mlp`.
  public struct Configuration: EncoderConfiguration {
    /// `mlp`.
    public static let name = "mlp"
    /// One line for lists.
    public static let summary = "linear layers, for vectors [C]"

    /// Units of every layer.
    public var width = MLPEncoder.defaultWidth
    /// Layers.
    public var depth = MLPEncoder.defaultDepth
    /// The probability of dropping a value after each layer.
    public var dropout = 0.0

    /// The defaults.
    public init() {}

    init(width: Int?, depth: Int?, dropout: Double) {
      self.width = width ?? self.width
      self.depth = depth ?? self.depth
      self.dropout = dropout
    }
  }
}

extension MLPEncoder.Configuration: WeightCounting, RangeChecking {
  /// An MLP for vectors of the input's size.
  public func makeEncoder(
    for input: EncoderInput, from generator: Generator
  ) throws -> any ModalityEncoder {
    MLPEncoder(
      channels: input.last, width: width, depth: depth, dropout: dropout, from: generator)
  }

  /// Of its linear layers.
  public func leastWeights(for input: EncoderInput) -> Double {
    let width = Double(width)
    return Double(input.last) * width + Double(depth - 1) * width * width
  }

  /// Throws for the first value out of its range.
  public func check(at path: ConfigPath) throws {
    try path.check("width", width, .encoderWidth)
    try path.check("depth", depth, .encoderDepth)
    try path.check("dropout", dropout, .dropout)
  }
}

extension EncoderSection {
  /// An MLP.
  public static func mlp(
    width: Int? = nil, depth: Int? = nil, dropout: Double = 0
  ) -> EncoderSection {
    EncoderSection(MLPEncoder.Configuration(width: width, depth: depth, dropout: dropout))
  }
}

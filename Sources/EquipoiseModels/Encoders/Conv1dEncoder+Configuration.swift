// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseSettings
public import EquipoiseTorch

extension Conv1dEncoder {
  /// The settings of `type: conv1d`.
  public struct Configuration: EncoderConfiguration {
    /// `conv1d`.
    public static let name = "conv1d"
    /// One line for lists.
    public static let summary = "1-D convolutions, for sensor series [L, C]"

    /// Channels of every layer.
    public var width = Conv1dEncoder.defaultWidth
    /// Layers.
    public var depth = Conv1dEncoder.defaultDepth
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

extension Conv1dEncoder.Configuration: WeightCounting, RangeChecking {
  /// Convolutions over the input's positions.
  public func makeEncoder(
    for input: EncoderInput, from generator: Generator
  ) throws -> any ModalityEncoder {
    Conv1dEncoder(
      channels: input.last, width: width, depth: depth, dropout: dropout, from: generator)
  }

  /// Of all layers but the first, one number of each window.
  public func leastWeights(for input: EncoderInput) -> Double {
    Double(depth - 1) * Double(width) * Double(width)
  }

  /// Throws for the first value out of its range.
  public func check(at path: ConfigPath) throws {
    try path.check("width", width, .encoderWidth)
    try path.check("depth", depth, .encoderDepth)
    try path.check("dropout", dropout, .dropout)
  }
}

extension EncoderSection {
  /// 1-D convolutions.
  public static func conv1d(
    width: Int? = nil, depth: Int? = nil, dropout: Double = 0
  ) -> EncoderSection {
    EncoderSection(Conv1dEncoder.Configuration(width: width, depth: depth, dropout: dropout))
  }
}

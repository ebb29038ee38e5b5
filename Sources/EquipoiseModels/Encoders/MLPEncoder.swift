// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseTorch

/// Linear layers for vectors [C]: each block is linear → normalisation → ReLU → dropout.
public final class MLPEncoder: ModalityEncoder {
  /// What follows a linear layer.
  public enum Normalization: String, Sendable {
    /// Over the batch, which then needs more than one sample.
    case batch
    /// Over the features of a sample.
    case layer
    /// Nothing.
    case none
  }

  /// Units of every layer.
  public static let defaultWidth = 128
  /// Layers.
  public static let defaultDepth = 3

  private let layers: [MLPBlock]
  private let channels: Int
  private let width: Int

  /// A multi-layer perceptron with random weights.
  ///
  /// - Parameters:
  ///   - channels: the size of a vector.
  ///   - width: units of every layer.
  ///   - depth: the number of layers.
  ///   - normalization: what follows a linear layer.
  ///   - dropout: the probability of dropping a value after each layer.
  ///   - generator: the stream to draw the weights from.
  public init(
    channels: Int, width: Int = MLPEncoder.defaultWidth,
    depth: Int = MLPEncoder.defaultDepth, normalization: Normalization = .layer,
    dropout: Double = 0, from generator: Generator
  ) {
    precondition(depth >= 1, "an MLP of depth \(depth)")
    (self.channels, self.width) = (channels, width)
    layers = (0..<depth).map { index in
      MLPBlock(index == 0 ? channels : width, width, normalization, dropout, generator)
    }
  }

  /// The layers.
  public var blocks: [EncoderBlock] {
    layers.enumerated().map { EncoderBlock("layers.\($0)", $1) }
  }

  /// The width of the layers.
  public var featureWidth: Int { width }

  /// [B, width].
  public var channelAxis: Int { 1 }

  /// Layers and width.
  public var summary: String { "MLP, \(layers.count) layer(s), width \(width)" }

  /// [B, C] as it is.
  public func prepare(_ input: Tensor) -> Tensor { input }

  /// [B, width] as it is.
  public func pool(_ last: Tensor, samples: Int) -> Tensor { last }

  /// Accepts [C] as given at the start.
  ///
  /// - Parameters:
  ///   - shape: of one sample.
  ///   - modality: its name.
  /// - Throws: ``EquipoiseError`` for another shape.
  public func validate(shape: [Int], of modality: String) throws {
    guard shape.count == 1 else {
      throw EquipoiseError(
        .configuration,
        "modality '\(modality)': the encoder 'mlp' takes vectors [C], "
          + "but its samples have shape \(shape)",
        fix: "use 'resnet18' for images, spectrograms and video, 'transformer' for sequences")
    }
    guard shape[0] == channels else {
      throw EquipoiseError(
        .configuration,
        "modality '\(modality)' has vectors of \(shape[0]), but its encoder takes \(channels)",
        fix: "make the encoder for the data's size")
    }
  }
}

/// [B, in] → [B, out].
private final class MLPBlock: Layer {
  private let linear: Linear
  private let norm: (any Layer)?
  private let dropout: Dropout

  init(
    _ inFeatures: Int, _ outFeatures: Int, _ normalization: MLPEncoder.Normalization,
    _ rate: Double, _ generator: Generator
  ) {
    linear = Linear(inFeatures, outFeatures, from: generator)
    norm =
      switch normalization {
      case .batch: BatchNorm(outFeatures)
      case .layer: LayerNorm(outFeatures)
      case .none: nil
      }
    dropout = Dropout(rate)
  }

  func callAsFunction(_ input: Tensor, _ mode: ForwardMode) -> Tensor {
    let projected = linear(input)
    return dropout((norm?(projected, mode) ?? projected).relu(), mode)
  }
}

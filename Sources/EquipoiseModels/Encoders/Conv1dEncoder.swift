// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseTorch

/// 1-D convolutions for sensor series [L, C], such as six inertial channels: each block is
/// convolution → batch normalisation → ReLU → max-pool of 2 → dropout, and halves the length. Where samples have lengths
/// of their own, so does each of these; one step stays one.
public final class Conv1dEncoder: StepMasking {
  /// Channels of every layer.
  public static let defaultWidth = 64
  /// Layers.
  public static let defaultDepth = 3

  private let layers: [Conv1dBlock]
  private let channels: Int
  private let width: Int

  /// A convolutional encoder with random weights.
  ///
  /// - Parameters:
  ///   - channels: values at a point in time, C.
  ///   - width: channels of every layer.
  ///   - depth: the number of layers.
  ///   - kernel: the window's length, odd.
  ///   - dropout: the probability of dropping a value after each layer.
  ///   - generator: the stream to draw the weights from.
  public init(
    channels: Int, width: Int = Conv1dEncoder.defaultWidth,
    depth: Int = Conv1dEncoder.defaultDepth, kernel: Int = 5, dropout: Double = 0,
    from generator: Generator
  ) {
    precondition(depth >= 1, "a 1-D convolutional encoder of depth \(depth)")
    precondition(kernel % 2 == 1, "a window of even length \(kernel) has no middle")
    (self.channels, self.width) = (channels, width)
    layers = (0..<depth).map { index in
      Conv1dBlock(index == 0 ? channels : width, width, kernel, dropout, generator)
    }
  }

  /// The layers.
  public var blocks: [EncoderBlock] {
    layers.enumerated().map { index, layer in
      let name = "layers.\(index)"
      return EncoderBlock(name, parts: [(name, layer)]) { input, mode, steps in
        layer(input, mode, steps?.lengths)
      }
    }
  }

  /// The channels of the layers.
  public var featureWidth: Int { width }

  /// [B, width, L′].
  public var channelAxis: Int { 1 }

  /// Layers and width.
  public var summary: String { "1-D convolutions, \(layers.count) layer(s), width \(width)" }

  /// [B, L, C] → [B, C, L].
  public func prepare(_ input: Tensor) -> Tensor { input.transposed(1, 2) }

  /// In the last dimension.
  public func steps(of lengths: StepLengths) -> StepLayout { .positions(lengths, axis: 2) }

  /// Half of the steps, and at least one.
  public func steps(after depth: Int, of steps: StepLayout) -> StepLayout {
    .positions(steps.lengths.halved, axis: 2)
  }

  /// [B, width, L′] → means over time, [B, width].
  public func pool(_ last: Tensor, samples: Int) -> Tensor { last.mean(over: [2]) }

  /// Accepts [L, C] that every layer can still halve.
  ///
  /// - Parameters:
  ///   - shape: of one sample.
  ///   - modality: its name.
  /// - Throws: ``EquipoiseError`` for another rank, other channels, or too short a series.
  public func validate(shape: [Int], of modality: String) throws {
    try SequenceShape.check(shape, modality, encoder: "conv1d", channels: channels)
    guard shape[0] >> layers.count >= 1 else {
      throw EquipoiseError(
        .configuration,
        "modality '\(modality)': \(shape[0]) points in time cannot be halved "
          + "\(layers.count) times",
        fix: "lower the encoder's depth")
    }
  }
}

/// [B, in, L] → [B, out, ⌊L/2⌋].
private final class Conv1dBlock: Layer {
  private let conv: Conv1d
  private let bn: BatchNorm
  private let pool = MaxPool1d(kernel: 2)
  private let dropout: Dropout

  init(
    _ inChannels: Int, _ outChannels: Int, _ kernel: Int, _ rate: Double, _ generator: Generator
  ) {
    conv = Conv1d(
      inChannels, outChannels, kernel: kernel, padding: kernel / 2, bias: false, from: generator)
    bn = BatchNorm(outChannels)
    dropout = Dropout(rate)
  }

  func callAsFunction(_ input: Tensor, _ mode: ForwardMode) -> Tensor {
    callAsFunction(input, mode, nil)
  }

  func callAsFunction(_ input: Tensor, _ mode: ForwardMode, _ lengths: StepLengths?) -> Tensor {
    guard let lengths else { return dropout(pool(bn(conv(input, mode), mode).relu(), mode), mode) }
    let filtered = conv(input, mode)
    var kept = bn(filtered, mode, lengths: lengths).relu()
    // A window reaches from a valid step to one that is not where there is a single one.
    if lengths.host?.contains(1) ?? true {
      kept = kept * lengths.mask(kept.size(2), dtype: kept.dtype).unsqueezed(1)
    }
    let pooled = pool(Self.filledToTwo(kept), mode)
    return dropout(
      pooled * lengths.halved.mask(pooled.size(2), dtype: pooled.dtype).unsqueezed(1), mode)
  }

  /// A single step with a zero behind it, which a window of two leaves as it is: it is not negative.
  private static func filledToTwo(_ x: Tensor) -> Tensor {
    x.size(2) > 1 ? x : .concatenated([x, x.zerosLike()], dimension: 2)
  }
}

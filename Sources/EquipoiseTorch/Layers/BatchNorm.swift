// SPDX-License-Identifier: Apache-2.0
/// Normalises each channel over the batch and all positions: [B, C, …] → the same shape
/// (Ioffe and Szegedy, 2015). One class for vectors, sequences, images and video.
public final class BatchNorm: Layer {
  /// Scale per channel [C], 1 at first.
  public let weight: Parameter
  /// Shift per channel [C], 0 at first.
  public let bias: Parameter
  /// Running mean per channel [C].
  public let runningMean: Buffer
  /// Running variance per channel [C], with Bessel's correction as in PyTorch.
  public let runningVar: Buffer
  /// How many batches the running statistics have seen, `int64` of rank 0.
  public let numBatchesTracked: Buffer
  private let momentum: Double
  private let epsilon: Double

  /// Batch normalisation.
  ///
  /// - Parameters:
  ///   - channels: the size of the input's dimension 1.
  ///   - momentum: the share of a batch in the running statistics.
  ///   - epsilon: added to the variance.
  public init(_ channels: Int, momentum: Double = 0.1, epsilon: Double = 1e-5) {
    weight = Parameter(.ones([channels]))
    bias = Parameter(.zeros([channels]))
    runningMean = Buffer(.zeros([channels]))
    runningVar = Buffer(.ones([channels]))
    numBatchesTracked = Buffer(.zeros([], dtype: .int64))
    self.momentum = momentum
    self.epsilon = epsilon
  }

  /// [B, C, …] → the same shape. Batch statistics need more than one value per channel.
  public func callAsFunction(_ input: Tensor, _ mode: ForwardMode) -> Tensor {
    switch mode.statistics {
    case .running: return normalized(input, runningMean, runningVar, training: false)
    case .batchOnly:
      checkBatch(input)
      return normalized(input, nil, nil, training: true)
    case .updatingRunning:
      checkBatch(input)
      numBatchesTracked.increment()
      return normalized(input, runningMean, runningVar, training: true)
    }
  }

  /// The same where only part of the input is valid: statistics are over that alone.
  ///
  /// ```
  /// mean = Σ m x / Σ m,   var = Σ m (x − mean)² / Σ m
  /// ```
  /// What is not valid is 0 before scale and shift.
  ///
  /// - Parameters:
  ///   - input: [B, C, …].
  ///   - mode: how statistics behave.
  ///   - mask: 1 where the input is valid, else 0, with a dimension of 1 in place of the channels: [B, 1, …].
  /// - Returns: the input's shape.
  public func callAsFunction(
    _ input: Tensor, _ mode: ForwardMode, valid mask: Tensor
  ) -> Tensor {
    guard mode.statistics != .running else { return callAsFunction(input, mode) }
    let x = input.inFullPrecision()
    let mask = mask.to(x.dtype)
    let others = (0..<x.rank).filter { $0 != 1 }
    let count = mask.sum()
    let channels = (0..<x.rank).map { $0 == 1 ? x.size(1) : 1 }
    let mean = (x * mask).sum(over: others, keeping: true) / count
    let centred = (x - mean) * mask
    let variance = (centred * centred).sum(over: others, keeping: true) / count
    if mode.statistics == .updatingRunning {
      numBatchesTracked.increment()
      withoutGradient {
        // Bessel's correction; a single valid value has no variance, and leaves a zero.
        let unbiased = variance * (count / (count - 1).clamped(low: 1))
        move(runningMean, towards: mean.reshaped([-1]))
        move(runningVar, towards: unbiased.reshaped([-1]))
      }
    }
    let scale = weight.value.to(x.dtype).reshaped(channels) * (variance + epsilon).power(-0.5)
    return (centred * scale + bias.value.to(x.dtype).reshaped(channels)).to(input.dtype)
  }

  private func move(_ running: Buffer, towards statistic: Tensor) {
    let old = running.value
    running.assign(old * (1 - momentum) + statistic.detached().to(old.dtype) * momentum)
  }

  private func normalized(
    _ input: Tensor, _ mean: Buffer?, _ variance: Buffer?, training: Bool
  ) -> Tensor {
    input.batchNormalized(
      weight: weight.value, bias: bias.value, mean: mean?.value, variance: variance?.value,
      training: training, momentum: momentum, epsilon: epsilon)
  }

  /// One value has no variance; libtorch would quietly put NaN into the running one.
  private func checkBatch(_ input: Tensor) {
    let values = input.count / max(1, input.size(1))
    precondition(
      values > 1, "batch_norm in training needs more than one value per channel: \(input.shape)")
  }
}

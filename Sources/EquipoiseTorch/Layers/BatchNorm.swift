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
  /// The share of a batch in the running statistics.
  package var momentum: Double
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

  /// [B, C, …] → the same shape. Batch statistics need more than one value per channel. With frozen parameters the
  /// running statistics are used, as in evaluation.
  public func callAsFunction(_ input: Tensor, _ mode: ForwardMode) -> Tensor {
    let statistics = statistics(mode)
    if statistics != .running, let workers = WorkerGroup.statistics {
      return normalized(
        input, mode, over: workers, weights: accompanyingWeights(input, mode, of: workers))
    }
    switch statistics {
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

  /// The same of sequences of which only some steps are valid: statistics are over these alone.
  ///
  /// ```
  /// mean = Σ m x / n,   var = Σ m (x − mean)² / n,   n = Σ m
  /// ```
  /// Filled with that mean where it is not valid, the input has this mean, and n/N of this variance over all N values: with
  /// n/N of ε and √(n/N) of the scale libtorch's own kernel does the rest.
  ///
  /// - Parameters:
  ///   - input: [B, C, L].
  ///   - mode: how statistics behave.
  ///   - lengths: of the sequences, which the host knows.
  /// - Returns: the input's shape; behind the valid steps what comes out means nothing.
  public func callAsFunction(
    _ input: Tensor, _ mode: ForwardMode, lengths: StepLengths
  ) -> Tensor {
    guard statistics(mode) != .running else { return callAsFunction(input, mode) }
    if let workers = WorkerGroup.statistics {
      let valid = lengths.mask(input.size(2), dtype: input.inFullPrecision().dtype).unsqueezed(1)
      let weights = accompanyingWeights(input, mode, of: workers).map { valid * $0 } ?? valid
      return normalized(input, mode, over: workers, weights: weights)
    }
    guard let host = lengths.host else {
      preconditionFailure("batch_norm in training of lengths that the host does not know")
    }
    let (valid, steps) = (Double(host.reduce(0, +)), input.size(2))
    let share = valid / Double(input.size(0) * steps)
    let x = input.inFullPrecision()
    let positions = lengths.positions(steps)
    let mask = positions.to(x.dtype)
    // Products of half precision would round the sums.
    let sums =
      x.dtype == input.dtype
      ? x.matmul(mask.unsqueezed(2)).sum(over: [0, 2])
      : (x * mask.unsqueezed(1)).sum(over: [0, 2])
    let mean = sums / valid
    let filled = x.selected(
      where: positions.unsqueezed(1), else: mean.reshaped([1, -1, 1]))
    let found = filled.batchNormalizedWithStatistics(
      weight: weight.value.to(x.dtype) * share.squareRoot(), bias: bias.value.to(x.dtype),
      epsilon: epsilon * share)
    if mode.statistics == .updatingRunning {
      numBatchesTracked.increment()
      withoutGradient {
        let variance = found.inverseDeviation.power(-2) / share - epsilon
        // Bessel's correction; a single valid value has no variance, and leaves a zero.
        let unbiased = variance.clamped(low: 0) * (valid / max(1, valid - 1))
        move(runningMean, towards: mean)
        move(runningVar, towards: unbiased)
      }
    }
    return found.output.to(input.dtype)
  }

  /// Where its parameters are frozen the running statistics, whatever the mode.
  private func statistics(_ mode: ForwardMode) -> ForwardMode.Statistics {
    weight.isFrozen && bias.isFrozen ? .running : mode.statistics
  }

  /// What each row counts for where some rows are there on every worker, [B, 1…]; nil where none is.
  private func accompanyingWeights(
    _ input: Tensor, _ mode: ForwardMode, of workers: WorkerGroup
  ) -> Tensor? {
    guard mode.accompanying > 0 else { return nil }
    let shape = input.shape.dropFirst().map { _ in 1 }
    let dtype = input.inFullPrecision().dtype
    func rows(_ count: Int, _ weight: Double) -> Tensor {
      .full([count] + shape, weight, dtype: dtype, device: input.device)
    }
    return .concatenated(
      [
        rows(input.size(0) - mode.accompanying, 1),
        rows(mode.accompanying, 1 / Double(workers.count)),
      ], dimension: 0)
  }

  /// By the statistics of all workers' rows.
  private func normalized(
    _ input: Tensor, _ mode: ForwardMode, over workers: WorkerGroup, weights: Tensor?
  ) -> Tensor {
    let moves = mode.statistics == .updatingRunning
    if moves { numBatchesTracked.increment() }
    return input.batchNormalized(
      over: workers, weights: weights, weight: weight.value, bias: bias.value,
      mean: moves ? runningMean.value : nil, variance: moves ? runningVar.value : nil,
      momentum: momentum, epsilon: epsilon)
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

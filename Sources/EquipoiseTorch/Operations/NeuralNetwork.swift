// SPDX-License-Identifier: Apache-2.0
extension Tensor {
  /// The matrix product, batched over leading dimensions.
  public func matmul(_ other: Tensor) -> Tensor {
    MultiplyAdds.add { count * other.size(-1) }
    return Operator.matmul(.tensor(self), .tensor(other))
  }

  /// x Wᵀ + b: [*, in], weight [out, in], bias [out] → [*, out].
  public func linear(weight: Tensor, bias: Tensor?) -> Tensor {
    MultiplyAdds.add { count * weight.size(0) }
    return Operator.linear(.tensor(self), .tensor(weight), .optional(bias))
  }

  /// Cross-correlation of [B, C, H, W] with a weight [O, C / groups, kH, kW].
  public func conv2d(
    weight: Tensor, bias: Tensor? = nil, stride: [Int] = [1, 1], padding: [Int] = [0, 0],
    dilation: [Int] = [1, 1], groups: Int = 1
  ) -> Tensor {
    let output = Operator.conv2d(
      .tensor(self), .tensor(weight), .optional(bias), .ints(stride), .ints(padding),
      .ints(dilation), .int(groups))
    MultiplyAdds.add { output.count * weight.count / weight.size(0) }
    return output
  }

  /// Cross-correlation of [B, C, L] with a weight [O, C / groups, k].
  public func conv1d(
    weight: Tensor, bias: Tensor? = nil, stride: Int = 1, padding: Int = 0, dilation: Int = 1,
    groups: Int = 1
  ) -> Tensor {
    let output = Operator.conv1d(
      .tensor(self), .tensor(weight), .optional(bias), .ints([stride]), .ints([padding]),
      .ints([dilation]), .int(groups))
    MultiplyAdds.add { output.count * weight.count / weight.size(0) }
    return output
  }

  /// Largest value in each window of [B, C, H, W].
  public func maxPool2d(kernel: Int, stride: Int, padding: Int = 0) -> Tensor {
    Operator.maxPool2d(
      .tensor(self), .ints([kernel, kernel]), .ints([stride, stride]), .ints([padding, padding]))
  }

  /// Mean of each window of [B, C, H, W].
  public func averagePool2d(kernel: Int, stride: Int, padding: Int = 0) -> Tensor {
    Operator.avgPool2d(
      .tensor(self), .ints([kernel, kernel]), .ints([stride, stride]), .ints([padding, padding]))
  }

  /// Largest value in each window of [B, C, L].
  public func maxPool1d(kernel: Int, stride: Int, padding: Int = 0) -> Tensor {
    Operator.maxPool1d(.tensor(self), .ints([kernel]), .ints([stride]), .ints([padding]))
  }

  /// Means over windows so that the result is [B, C, size…].
  public func adaptiveAveragePool2d(_ size: [Int]) -> Tensor {
    Operator.adaptiveAvgPool2d(.tensor(self), .ints(size))
  }

  /// Normalises each channel (dimension 1).
  ///
  /// - Parameters:
  ///   - weight: scale per channel.
  ///   - bias: shift per channel.
  ///   - mean: running mean, used when `training` is false, else updated in place when given.
  ///   - variance: running variance, likewise.
  ///   - training: uses the batch's own statistics.
  ///   - momentum: the share of the batch in the running statistics.
  ///   - epsilon: added to the variance.
  /// - Returns: the normalised tensor.
  public func batchNormalized(
    weight: Tensor?, bias: Tensor?, mean: Tensor?, variance: Tensor?, training: Bool,
    momentum: Double, epsilon: Double
  ) -> Tensor {
    Operator.batchNorm(
      .tensor(self), .optional(weight), .optional(bias), .optional(mean), .optional(variance),
      .bool(training), .double(momentum), .double(epsilon), .bool(true))
  }

  /// Normalises each channel by the batch's own statistics, and says 1/√(variance + epsilon) of each, [C].
  func batchNormalizedWithStatistics(
    weight: Tensor, bias: Tensor, epsilon: Double
  ) -> (output: Tensor, inverseDeviation: Tensor) {
    let results = Operator.nativeBatchNorm.results(
      3, .tensor(self), .tensor(weight), .tensor(bias), .none, .none, .bool(true), .double(0),
      .double(epsilon))
    return (results[0], results[2])
  }

  /// Normalises over the last dimensions, given by `shape`.
  public func layerNormalized(_ shape: [Int], weight: Tensor?, bias: Tensor?, epsilon: Double)
    -> Tensor
  {
    Operator.layerNorm(
      .tensor(self), .ints(shape), .optional(weight), .optional(bias), .double(epsilon))
  }

  /// softmax(Q Kᵀ / √d) V: [B, heads, L, d] each → [B, heads, L, d]; with `keys`, [B, 1, 1, L], added to the scores of
  /// each query where they are given.
  public static func attention(
    query: Tensor, key: Tensor, value: Tensor, keys: Tensor? = nil
  ) -> Tensor {
    MultiplyAdds.add { 2 * query.count * key.size(-2) }
    guard let keys else { return Operator.attention(.tensor(query), .tensor(key), .tensor(value)) }
    // libtorch's fast kernels want a row for each query; these are one in memory. Truth values they would copy out.
    return Operator.attention(
      .tensor(query), .tensor(key), .tensor(value),
      .tensor(keys.expanded([-1, -1, query.size(-2), -1])))
  }

  /// Rows of `weight` [V, C] by integer indices: [*] → [*, C].
  public static func embedding(weight: Tensor, indices: Tensor) -> Tensor {
    Operator.embedding(.tensor(weight), .tensor(indices))
  }

  /// Mean cross-entropy of logits [B, K] and labels [B]: −mean log softmax(logits)[label].
  public func crossEntropy(_ labels: Tensor) -> Tensor {
    Operator.crossEntropy(.tensor(self), .tensor(labels))
  }

  /// Cross-entropy of each sample: logits [B, K], labels [B] → [B].
  public func crossEntropyPerSample(_ labels: Tensor) -> Tensor {
    Operator.crossEntropy(.tensor(self), .tensor(labels), .none, .int(0))
  }

  /// Cross-entropy of logits [B, K] and labels [B] with a weight for each class and smoothed labels, as PyTorch's:
  /// Σ w_y l / Σ w_y, where the answer is (1 − smoothing) one-hot + smoothing / K.
  public func crossEntropy(_ labels: Tensor, weights: Tensor?, smoothing: Double) -> Tensor {
    Operator.crossEntropy(
      .tensor(self), .tensor(labels), .optional(weights.map { $0.to(dtype) }), .int(1), .int(-100),
      .double(smoothing))
  }

  /// Binary cross-entropy of each logit with its answer in [0, 1], both of one shape; a positive answer counts
  /// `positiveWeights` times, one number for each column.
  public func binaryCrossEntropies(_ answers: Tensor, positiveWeights: Tensor? = nil) -> Tensor {
    Operator.binaryCrossEntropy(
      .tensor(self), .tensor(answers), .none, .optional(positiveWeights.map { $0.to(dtype) }),
      .int(0))
  }

  /// (x − y)² of each element.
  public func squaredErrors(_ targets: Tensor) -> Tensor {
    Operator.squaredError(.tensor(self), .tensor(targets), .int(0))
  }

  /// Huber's loss of each element: ½ d² up to |d| = δ, δ (|d| − ½ δ) beyond.
  public func huberErrors(_ targets: Tensor, delta: Double) -> Tensor {
    Operator.huber(.tensor(self), .tensor(targets), .int(0), .double(delta))
  }

  /// Each element kept with probability 1 − rate and scaled by 1 / (1 − rate), else 0.
  public func droppedOut(rate: Double, from generator: Generator) -> Tensor {
    let keep = Operator.bernoulli(
      .tensor(Operator.emptyLike(.tensor(self))), .double(1 - rate), .generator(generator))
    return self * (keep / (1 - rate))
  }
}

extension Operator {
  fileprivate static let matmul = Operator("aten::matmul")
  fileprivate static let linear = Operator("aten::linear")
  fileprivate static let conv2d = Operator("aten::conv2d")
  fileprivate static let conv1d = Operator("aten::conv1d")
  fileprivate static let maxPool2d = Operator("aten::max_pool2d")
  fileprivate static let maxPool1d = Operator("aten::max_pool1d")
  fileprivate static let avgPool2d = Operator("aten::avg_pool2d")
  fileprivate static let adaptiveAvgPool2d = Operator("aten::adaptive_avg_pool2d")
  fileprivate static let batchNorm = Operator("aten::batch_norm")
  fileprivate static let layerNorm = Operator("aten::layer_norm")
  fileprivate static let nativeBatchNorm = Operator("aten::native_batch_norm")
  fileprivate static let attention = Operator("aten::scaled_dot_product_attention")
  fileprivate static let embedding = Operator("aten::embedding")
  fileprivate static let crossEntropy = Operator("aten::cross_entropy_loss")
  fileprivate static let binaryCrossEntropy = Operator("aten::binary_cross_entropy_with_logits")
  fileprivate static let squaredError = Operator("aten::mse_loss")
  fileprivate static let huber = Operator("aten::huber_loss")
  fileprivate static let bernoulli = Operator("aten::bernoulli", "p")
  fileprivate static let emptyLike = Operator("aten::empty_like")
}

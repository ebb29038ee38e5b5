// SPDX-License-Identifier: Apache-2.0
internal import CEquipoiseTorch

extension Tensor {
  /// Batch normalisation of [B, C, …] by the statistics of all workers' values, differentiable.
  ///
  /// - Parameters:
  ///   - workers: Who.
  ///   - weights: What each value counts for in the statistics, broadcast over the input; nil for 1. A value that every
  ///     worker has counts 1/N on each.
  ///   - weight: Scale of each channel.
  ///   - bias: Shift of each channel.
  ///   - mean: The running mean, which moves; nil without.
  ///   - variance: The running variance, likewise.
  ///   - momentum: The share of this batch in the running statistics.
  ///   - epsilon: Added to the variance.
  /// - Returns: The input's shape and type.
  func batchNormalized(
    over workers: WorkerGroup, weights: Tensor?, weight: Tensor, bias: Tensor, mean: Tensor?,
    variance: Tensor?, momentum: Double, epsilon: Double
  ) -> Tensor {
    var result = CTTensor()
    let none = CTTensor()
    let status = ct_batch_norm_over(
      workers.raw, raw, weight.raw, bias.raw, weights?.raw ?? none, mean?.raw ?? none,
      variance?.raw ?? none, momentum, epsilon, &result)
    withExtendedLifetime((self, weights, weight, bias, mean, variance)) {}
    check(status, "batch normalisation over workers")
    return Tensor(owning: result)
  }
}

// SPDX-License-Identifier: Apache-2.0
public import EquipoiseTorch

/// What a regression's outputs are measured in: a target's training mean is 0 and its training standard deviation 1,
/// so that no setting depends on the target's unit.
public struct TargetScale {
  /// The training mean of each target, in its own unit.
  public let means: [Double]
  /// The training standard deviation of each target, in its own unit; above 0.
  public let deviations: [Double]
  private let mean: Tensor
  private let deviation: Tensor

  /// The scale of targets.
  ///
  /// - Parameters:
  ///   - columns: the training numbers of each target, at least two of them different.
  ///   - device: where the model runs.
  ///   - dtype: the type of its outputs.
  public init(of columns: [[Float]], device: Device, dtype: DType = .float32) {
    let means = columns.map { $0.reduce(0) { $0 + Double($1) } / Double(max(1, $0.count)) }
    let deviations = zip(columns, means).map { column, mean in
      let squares = column.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
      return (squares / Double(max(1, column.count))).squareRoot()
    }
    self.init(means: means, deviations: deviations, device: device, dtype: dtype)
  }

  /// A scale of known numbers, one of each for every target.
  public init(means: [Double], deviations: [Double], device: Device, dtype: DType = .float32) {
    precondition(
      means.count == deviations.count && deviations.allSatisfy { $0 > 0 && $0.isFinite },
      "a scale of \(means) and \(deviations)")
    (self.means, self.deviations) = (means, deviations)
    mean = Tensor(means, shape: [means.count]).to(dtype).to(device)
    deviation = Tensor(deviations, shape: [means.count]).to(dtype).to(device)
  }

  /// Numbers in their own unit as the outputs have them, [B, T].
  public func standardised(_ targets: Tensor) -> Tensor { (targets - mean) / deviation }

  /// Outputs as numbers in their own unit, [B, T].
  public func restored(_ outputs: Tensor) -> Tensor { outputs * deviation + mean }
}

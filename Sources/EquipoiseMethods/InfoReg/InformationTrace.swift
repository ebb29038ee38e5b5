// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
import EquipoiseTorch

/// How much each encoder still takes in: ``InfoReg``'s estimate of the Fisher information's trace, epoch by epoch.
///
/// ```
/// Tr_e = Σ over tensors of the mean entry of Σ_batches g²
/// k_e  = (T̄_e − T̄_{e−1}) / T̄_e,   T̄_e: mean of the last ten of 0, … 0, Tr_0, … Tr_{e−1}
/// ```
struct InformationTrace {
  private static let span = 10

  /// The last eleven traces of each modality, oldest first; zeros at first.
  private(set) var history: [[Double]]
  /// Σ so far in this epoch, of rank 0 for each modality.
  private var sums: [Tensor]
  private let device: Device

  init(modalities: Int, device: Device) {
    history = Array(repeating: Array(repeating: 0, count: Self.span + 1), count: modalities)
    sums = (0..<modalities).map { _ in Tensor.zeros([], device: device) }
    self.device = device
  }

  /// Adds a batch's gradients.
  mutating func add(_ gradients: ModelGradients) {
    withoutGradient {
      for (modality, range) in gradients.encoders.enumerated() {
        let parts = gradients.entries[range].compactMap { $0.gradient }.map {
          ($0 * $0).mean().to(.float32)
        }
        guard !parts.isEmpty else { continue }
        sums[modality] = sums[modality] + Tensor.sum(of: parts)
      }
    }
  }

  /// Ends an epoch.
  mutating func closeEpoch() {
    let found = Tensor.stacked(sums).to(.cpu).to(.float64).array(of: Double.self)
    add(found)
    sums = sums.map { $0.zerosLike() }
  }

  /// Adds an epoch's traces.
  mutating func add(_ traces: [Double]) {
    for (modality, trace) in traces.enumerated() {
      history[modality] = Array(history[modality].dropFirst()) + [trace]
    }
  }

  /// k of a modality; 1 in the first epoch, before which there is no trace, and 0 for traces of 0.
  func growth(_ modality: Int, epoch: Int) -> Double {
    guard epoch > 0 else { return 1 }
    let now = history[modality].dropFirst().reduce(0, +)
    let before = history[modality].dropLast().reduce(0, +)
    return now > 0 ? (now - before) / now : 0
  }

  /// The traces and sums.
  var state: [NamedTensor] {
    [
      ("traces", Tensor(history.flatMap(\.self), shape: [history.count, Self.span + 1])),
      ("sums", Tensor.stacked(sums)),
    ]
  }

  /// Continues from saved ones.
  mutating func restore(_ saved: SavedState) throws {
    let shape = [history.count, Self.span + 1]
    let numbers = try saved.tensor("traces", shape: shape).to(.float64).array(of: Double.self)
    history = history.indices.map {
      Array(numbers[($0 * (Self.span + 1))..<(($0 + 1) * (Self.span + 1))])
    }
    sums = try saved.tensor("sums", shape: [history.count]).to(device).unbound()
  }
}

// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseFormats
public import EquipoiseTorch

/// Turns stored numbers into normalised float32 on the device: (x − mean) / std per channel, where
/// uint8 is first scaled to [0, 1]. Ids of a text's tokens stay as they are: float32 has each of them. Behind the valid steps of a sample, and where it lacks a modality, the result is 0.
public struct InputNormalizer {
  /// What one modality needs.
  private struct Rule {
    /// What the stored numbers are multiplied by, shaped to broadcast over a batch; nil for 1.
    let scale: Tensor?
    /// What is added then; nil for 0.
    let shift: Tensor?
    let kind: ModalityKind
  }

  private let rules: [Rule]
  private let device: Device
  private let channelsLast: Bool
  private let workers: WorkerGroup?

  /// A normaliser.
  ///
  /// - Parameters:
  ///   - modalities: The modalities in the order of a batch's inputs.
  ///   - device: Where the results go.
  ///   - channelsLast: Whether images, spectrograms and frames lie with their channels innermost.
  ///   - workers: Who takes batches in parts, if several do.
  public init(
    _ modalities: [DatasetModality], device: Device, channelsLast: Bool = false,
    workers: WorkerGroup? = nil
  ) {
    self.workers = workers
    rules = modalities.map { Self.rule($0.description, device) }
    self.device = device
    self.channelsLast = channelsLast
  }

  /// The batch on the device.
  public func callAsFunction(_ batch: HostBatch) -> Batch {
    let lengths = batch.lengths.map { $0.map { StepLengths($0, device: device) } }
    let present = batch.present.map { $0.map { RowPresence($0, device: device) } }
    let inputs = normalized(batch.inputs.map { Tensor($0) })
    let share = batch.parts.flatMap { parts in workers.map { BatchShare(parts, of: $0) } }
    return Batch(
      inputs: inputs.indices.map { index in
        let own = share.map { $0.having(present[index]).ownPresence } ?? present[index]
        return Self.zeroed(RaggedBatch(inputs[index], lengths: lengths[index], presence: own))
          .tensor
      }, labels: moved(Tensor(batch.labels)), indices: batch.indices, lengths: lengths,
      present: present, share: share)
  }

  /// The batch with zeros for what is not there, whatever was in its place.
  package static func zeroed(_ batch: RaggedBatch) -> RaggedBatch {
    var tensor = batch.tensor
    func keep(_ mask: Tensor) {
      tensor = tensor.selected(
        where: mask, else: .zeros([], dtype: tensor.dtype, device: tensor.device))
    }
    if let lengths = batch.lengths {
      keep(lengths.mask(tensor.size(1), dtype: .bool, trailing: tensor.rank - 2))
    }
    if let presence = batch.presence { keep(presence.mask(rank: tensor.rank)) }
    return batch.with(tensor)
  }

  /// The inputs on the device.
  package func normalized(_ inputs: [Tensor]) -> [Tensor] {
    zip(inputs, rules).map { normalized(moved(arranged($0, $1.kind)), $1) }
  }

  private func moved(_ tensor: Tensor) -> Tensor { tensor.sent(to: device) }

  /// Multiplying by float32 converts smaller types on the way, in one pass over memory.
  private func normalized(_ input: Tensor, _ rule: Rule) -> Tensor {
    let scaled = rule.scale.map { (input.dtype == .float64 ? input.to(.float32) : input) * $0 }
    let numbers = scaled ?? input.to(.float32)
    return rule.shift.map { numbers + $0 } ?? numbers
  }

  /// In the layout wanted, while the numbers are still as small as they are stored.
  private func arranged(_ input: Tensor, _ kind: ModalityKind) -> Tensor {
    guard channelsLast else { return input }
    switch kind {
    case .image, .spectrogram: return input.contiguous(.channelsLast)
    case .video:
      let shape = input.shape
      let frames = input.reshaped([shape[0] * shape[1]] + shape[2...])
      return frames.contiguous(.channelsLast).reshaped(shape)
    case .sequence, .vector, .text: return input
    }
  }

  private static func rule(_ modality: ModalityDescription, _ device: Device) -> Rule {
    let unit = modality.type == .uint8 ? 1 / 255.0 : 1
    let trailing =
      switch modality.kind {
      case .image, .spectrogram, .video: [1, 1]
      case .sequence, .vector, .text: [Int]()
      }
    func tensor(_ values: [Double]) -> Tensor {
      Tensor(values.map(Float.init), shape: [values.count] + trailing).to(device)
    }
    let std = modality.std ?? [Double](repeating: 1, count: modality.channels)
    let scales = std.map { unit / $0 }
    let shifts = zip(modality.mean ?? [], std).map { -$0 / $1 }
    return Rule(
      scale: scales.allSatisfy { $0 == 1 } ? nil : tensor(scales),
      shift: shifts.allSatisfy { $0 == 0 } ? nil : tensor(shifts), kind: modality.kind)
  }
}

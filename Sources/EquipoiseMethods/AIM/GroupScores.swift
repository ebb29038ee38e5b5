// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseModels
import EquipoiseTorch

/// s of every group of prototypes, such as a label, at every depth of every modality: the mean over an epoch's steps.
final class GroupScores {
  private let modalities: [String]
  /// [D, G] of each modality.
  private let sums: [Buffer]
  private let steps: Buffer

  /// Sums of no step.
  init(_ model: MultimodalModel, groups: Int) {
    modalities = model.modalities
    let sample = model.fusion.parameters[0].leaf
    func zeros(_ shape: [Int]) -> Buffer {
      Buffer(.zeros(shape, dtype: sample.dtype, device: sample.device))
    }
    sums = model.encoders.modules.map { zeros([$0.depth, groups]) }
    steps = zeros([])
  }

  /// A new epoch.
  func reset() { for buffer in sums + [steps] { buffer.assign(buffer.value.zerosLike()) } }

  /// Another step's scores, by modality and depth.
  func add(_ scores: [[Tensor]]) {
    for (sum, scores) in zip(sums, scores) { sum.assign(sum.value + Tensor.stacked(scores)) }
    steps.assign(steps.value + 1)
  }

  /// The measurement `groupScores` of each modality; none before a step.
  var means: [(name: MetricName, tensor: Tensor)] {
    guard steps.value.item() > 0 else { return [] }
    return zip(modalities, sums).map {
      (MetricName.measurement("groupScores", modality: $0), $1.value / steps.value)
    }
  }

  private var named: [(name: String, buffer: Buffer)] {
    zip(modalities, sums).map { (name: "groupScores.\($0)", buffer: $1) }
      + [(name: "groupScoreSteps", buffer: steps)]
  }

  var state: [NamedTensor] { named.map { ($0.name, $0.buffer.value) } }

  func restore(_ saved: SavedState) throws {
    for (name, buffer) in named {
      buffer.assign(try saved.tensor(name, shape: buffer.value.shape))
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseModels
import EquipoiseTorch

/// s of every group of prototypes, such as a label, at every depth of every modality: the mean over an epoch's steps, or,
/// where samples lack modalities, over the samples that each step's is of.
final class GroupScores {
  private let modalities: [String]
  /// [D, G] of each modality.
  private let sums: [Buffer]
  /// The steps or samples of each modality, [M].
  private let counts: Buffer

  /// Sums of no step.
  init(_ model: MultimodalModel, groups: Int) {
    modalities = model.modalities
    let sample = model.fusion.parameters[0].leaf
    func zeros(_ shape: [Int]) -> Buffer {
      Buffer(.zeros(shape, dtype: sample.dtype, device: sample.device))
    }
    sums = model.encoders.modules.map { zeros([$0.depth, groups]) }
    counts = zeros([sums.count])
  }

  /// A new epoch.
  func reset() { for buffer in sums + [counts] { buffer.assign(buffer.value.zerosLike()) } }

  /// Another step's scores, by modality and depth; none of a modality that was not modulated.
  ///
  /// - Parameters:
  ///   - scores: of the step.
  ///   - weights: how many samples they are of, by modality; nil lets every step count the same.
  func add(_ scores: [[Tensor]], weights: [Int]? = nil) {
    let weights = scores.indices.map { scores[$0].isEmpty ? 0 : Double(weights?[$0] ?? 1) }
    for (index, scores) in scores.enumerated() where !scores.isEmpty {
      let own = Tensor.stacked(scores)
      sums[index].assign(sums[index].value + (weights[index] == 1 ? own : own * weights[index]))
    }
    let sample = counts.value
    counts.assign(sample + Tensor(weights).to(sample.dtype).sent(to: sample.device))
  }

  /// The measurement `groupScores` of each modality; none before a step.
  var means: [(name: MetricName, tensor: Tensor)] {
    let counts = counts.value.array(of: Double.self)
    return zip(modalities, zip(sums, counts)).compactMap { name, entry in
      entry.1 > 0
        ? (MetricName.measurement("groupScores", modality: name), entry.0.value / entry.1) : nil
    }
  }

  private var named: [(name: String, buffer: Buffer)] {
    zip(modalities, sums).map { (name: "groupScores.\($0)", buffer: $1) }
  }

  var state: [NamedTensor] {
    named.map { ($0.name, $0.buffer.value) } + [("groupScoreCounts", counts.value)]
  }

  func restore(_ saved: SavedState) throws {
    for (name, buffer) in named {
      buffer.assign(try saved.tensor(name, shape: buffer.value.shape))
    }
    // Once every step counted for all modalities.
    let isFormer = saved.has("groupScoreSteps")
    counts.assign(
      isFormer
        ? try saved.tensor("groupScoreSteps", shape: []).expanded([sums.count]).cloned()
        : try saved.tensor("groupScoreCounts", shape: [sums.count]))
  }
}

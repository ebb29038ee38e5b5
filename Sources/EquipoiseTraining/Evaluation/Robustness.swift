// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseMetrics
internal import EquipoiseData
internal import EquipoiseKit
internal import EquipoiseModels
import EquipoiseTorch

/// How a model's score falls while one modality is missing from more and more samples, or carries more and more noise:
/// the curves of MultiBench (Liang et al., NeurIPS 2021, Datasets and Benchmarks).
///
/// Draws belong to a sample: a sample that lacks a modality at one rate lacks it at every higher one, and its noise is
/// the same at every strength but for the factor. They depend neither on batches nor on the device.
struct Robustness {
  /// The shares of samples that lack a modality.
  static let rates = [0, 0.2, 0.4, 0.6, 0.8, 1]
  /// The deviations of the normal noise that is added to an input that is normalised.
  static let strengths = [0, 0.5, 1, 1.5, 2]

  let inference: Inference
  let scoring: SplitScoring
  let seed: UInt64

  private var model: MultimodalModel { inference.model }

  /// The curves of a split.
  ///
  /// - Parameter forEachBatch: visits its batches, in any order.
  /// - Returns: a curve for each modality; none of missing rates for a model of one modality.
  /// - Throws: what the visits throw.
  func report(_ forEachBatch: ((Batch) throws -> Void) throws -> Void) throws -> RobustnessReport {
    let modalities = model.modalities.indices
    let isMultimodal = modalities.count > 1
    var missing = modalities.map { _ in isMultimodal ? Self.rates.map { _ in SplitOutputs() } : [] }
    // Words are not numbers that a little could be added to: of texts there is no curve.
    let isNoisy = model.encoders.modules.map { !($0 is any TokenReading) }
    var noisy = modalities.map { isNoisy[$0] ? Self.strengths.map { _ in SplitOutputs() } : [] }
    var answers = SplitAnswers()
    try withoutGradient {
      try forEachBatch { batch in
        answers.append(batch.labels, of: scoring.task)
        // At 0 all curves begin with the batch as it is.
        let plain = scoring.kept(try inference.answer(to: batch.ragged).fused)
        for modality in modalities {
          let draws = isMultimodal ? draws(modality, batch) : []
          for (place, rate) in Self.rates.enumerated() where isMultimodal {
            let outputs = try rate == 0 ? plain : kept(lacking(modality, rate, draws, batch))
            missing[modality][place].append(outputs)
          }
          guard isNoisy[modality] else { continue }
          let noise = noise(modality, batch)
          for (place, strength) in Self.strengths.enumerated() {
            noisy[modality][place].append(
              try strength == 0 ? plain : kept(batch.ragged, modality, noise * strength))
          }
        }
      }
    }
    func curves(_ outputs: [[SplitOutputs]], _ levels: [Double]) -> [String: RobustnessCurve] {
      Dictionary(
        uniqueKeysWithValues: zip(model.modalities, outputs).filter { !$1.isEmpty }.map {
          ($0, RobustnessCurve(levels, $1.map { scoring.brief($0, answers).measure }))
        })
    }
    return RobustnessReport(
      score: scoring.measure.name, seed: Int(seed), missing: curves(missing, Self.rates),
      noise: curves(noisy, Self.strengths))
  }

  private func kept(_ inputs: [RaggedBatch]) throws -> SplitOutputs {
    scoring.kept(try inference.answer(to: inputs).fused)
  }

  private func kept(
    _ inputs: [RaggedBatch], _ modality: Int, _ noise: Tensor
  ) throws -> SplitOutputs {
    var inputs = inputs
    inputs[modality] = InputNormalizer.zeroed(
      inputs[modality].with(inputs[modality].tensor + noise))
    return try kept(inputs)
  }

  /// For each sample of a batch the least rate above which it lacks a modality: one that has it not has none to lose, and
  /// one that has no other keeps it.
  private func draws(_ modality: Int, _ batch: Batch) -> [Double] {
    let sets = RowPresence.sets(batch.present, of: batch.count)
    let own = 1 << modality
    return zip(batch.indices, sets).map { sample, set in
      guard set & own != 0 else { return -.infinity }
      guard set != own else { return .infinity }
      var stream = RandomStream(
        seed: seed, "robustness", "missing", model.modalities[modality], "sample \(sample)")
      return stream.uniform()
    }
  }

  /// The batch without a modality in a share of its samples.
  private func lacking(
    _ modality: Int, _ rate: Double, _ draws: [Double], _ batch: Batch
  ) -> [RaggedBatch] {
    var inputs = batch.ragged
    let left = draws.map { $0 >= rate }
    inputs[modality] = RaggedBatch(
      inputs[modality].tensor, lengths: inputs[modality].lengths,
      presence: left.allSatisfy(\.self) ? nil : RowPresence(left, device: inference.device))
    return inputs
  }

  /// Standard normal numbers for the inputs of a modality, drawn sample by sample.
  private func noise(_ modality: Int, _ batch: Batch) -> Tensor {
    let input = batch.inputs[modality]
    // Of the shape as prepared: a batch may be cut to its longest sample.
    let shape = model.inputShapes[model.modalities[modality]] ?? []
    let rows = batch.indices.map { sample in
      var seeds = RandomStream(
        seed: seed, "robustness", "noise", model.modalities[modality], "sample \(sample)")
      return Tensor.normal(shape, from: Generator(seed: seeds.next()))
    }
    let noise = Tensor.stacked(rows)
    let steps = input.size(1)
    return (noise.size(1) == steps ? noise : noise.slice(0..<steps, dimension: 1))
      .to(inference.device, dtype: input.dtype)
  }
}

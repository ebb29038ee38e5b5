internal import EquipoiseMethods
internal import EquipoiseModels
internal import EquipoiseKit
internal import EquipoiseData
package import EquipoiseTraining
import Torch

/// The class probabilities of some samples; one row for each sample, one number for each class.
package struct PredictedBatch {
  /// The samples' positions in their source.
  package let indices: [Int]
  /// By the fused logits.
  package let fused: [[Float]]
  /// By each modality that is present, in the order of the model's.
  package let modalities: [(name: String, probabilities: [[Float]])]
}

/// Turns samples into class probabilities, as `equipoise evaluate` scores them.
package struct Predictor {
  private let parts: RunParts
  private let source: any PredictionSource
  private let batchSize: Int

  /// A predictor.
  ///
  /// - Parameters:
  ///   - run: a trained run.
  ///   - source: the samples; the features of a modality that it lacks are zero.
  ///   - batchSize: samples at a time; `nil` takes the run's.
  package init(_ run: RunParts, _ source: any PredictionSource, batchSize: Int? = nil) {
    parts = run
    self.source = source
    let configuration = run.configuration
    self.batchSize =
      batchSize ?? configuration.evaluation.batchSize ?? configuration.training.batchSize
  }

  /// The names of the classes.
  package var classes: [String] { parts.dataset.description.classes }

  /// The names of the modalities that are present, in the order of the model's.
  package var present: [String] { source.modalities.map(\.name) }

  /// The names of those that are missing.
  package var missing: [String] { parts.model.modalities.filter { !present.contains($0) } }

  /// What the modalities' own probabilities are made of.
  package var basis: ClassScores.Basis { scores.basis }

  private var scores: ClassScores { ClassScores(of: parts, present: present) }

  /// Predicts every sample in order; only one batch is held in memory.
  ///
  /// - Parameter body: takes each batch's probabilities.
  /// - Throws: `EquipoiseError` about a sample that cannot be used or logits that are not finite, and
  ///   what `body` throws.
  package func forEachBatch(_ body: (PredictedBatch) throws -> Void) throws {
    let normalizer = InputNormalizer(
      source.modalities, device: parts.device,
      channelsLast: parts.configuration.training.channelsLast)
    try source.forEachBatch(of: batchSize) { host in
      try body(withoutGradient { try predict(normalizer(host)) })
    }
  }

  private func predict(_ batch: Batch) throws -> PredictedBatch {
    let scores = try scores.probabilities(batch.inputs)
    return PredictedBatch(
      indices: batch.indices, fused: try rows(scores.fused),
      modalities: try scores.modalities.map {
        (name: $0.name, probabilities: try rows($0.probabilities))
      })
  }

  /// [B, K] → B rows of K probabilities.
  private func rows(_ probabilities: Tensor) throws -> [[Float]] {
    let values = probabilities.floats()
    guard values.allSatisfy(\.isFinite) else {
      throw EquipoiseError(
        .data, "the model's logits are not finite", fix: "check the inputs' range and the weights")
    }
    let width = parts.model.classes
    return stride(from: 0, to: values.count, by: width).map { Array(values[$0..<$0 + width]) }
  }
}

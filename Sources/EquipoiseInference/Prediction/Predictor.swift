// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseMethods
internal import EquipoiseMetrics
internal import EquipoiseModels
package import EquipoiseKit
internal import EquipoiseData
internal import EquipoiseFormats
package import EquipoiseTraining
import EquipoiseTorch

/// A number for each class, label or target, in single precision.
package struct ClassProbabilities {
  /// The probabilities by class or label, or the targets' numbers.
  package let values: [Float]
  /// The first class with the largest of them.
  package let best: Int

  init(_ values: [Float]) {
    self.values = values
    best = Softmax.best(ofRows: values, classes: values.count)[0]
  }

  /// The largest of them.
  package var largest: Float { values[best] }
}

/// The class probabilities of one sample.
package struct PredictedSample {
  /// What the source calls it.
  package let name: String
  /// Its true class; `nil` where it is unknown.
  package let label: Int?
  /// Its true labels, 1 or 0 each, or numbers; `nil` where they are unknown.
  package let targets: [Float]?
  /// By the fused logits.
  package let fused: ClassProbabilities
  /// By each modality that is present, in the order of the model's.
  package let modalities: [(name: String, probabilities: ClassProbabilities)]
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

  /// What is learned.
  package var task: LearningTask { parts.objective.task }

  /// The names of the classes, labels or targets.
  package var classes: [String] { parts.dataset.description.outputs }

  /// What a sample is taken for: a class, labels with `|` between them, or numbers likewise.
  package func answer(_ outputs: ClassProbabilities) -> String {
    switch task {
    case .classification: classes[outputs.best]
    case .multilabel: named(outputs.values.map { $0 > 0.5 })
    case .regression: Self.numbers(outputs.values)
    }
  }

  /// What is right for a sample, in the same words; `nil` where it is unknown.
  package func truth(_ sample: PredictedSample) -> String? {
    switch task {
    case .classification: sample.label.map { classes[$0] }
    case .multilabel: sample.targets.map { named($0.map { $0 == 1 }) }
    case .regression: sample.targets.map(Self.numbers)
    }
  }

  private func named(_ isThere: [Bool]) -> String {
    zip(classes, isThere).filter(\.1).map(\.0).joined(separator: "|")
  }

  private static func numbers(_ values: [Float]) -> String {
    values.map { "\($0)" }.joined(separator: "|")
  }

  /// The names of the modalities that are present, in the order of the model's.
  package var present: [String] { source.modalities.map(\.name) }

  /// The names of those that are missing.
  package var missing: [String] { parts.model.modalities.filter { !present.contains($0) } }

  /// Whether the model has learned what takes the place of a missing modality's features; else zeros do.
  package func hasLearned(_ modality: String) -> Bool { parts.model.missing[modality] != nil }

  /// The names of those that a sample lacks.
  package func missing(of sample: PredictedSample) -> [String] {
    let own = Set(sample.modalities.map(\.name))
    return parts.model.modalities.filter { !own.contains($0) }
  }

  /// What the modalities' own probabilities are made of.
  package var basis: ClassScores.Basis { scores.basis }

  private var scores: ClassScores { ClassScores(of: parts, present: present) }

  /// Predicts every sample in order; only one batch is held in memory.
  ///
  /// - Parameter body: takes each sample's probabilities.
  /// - Throws: `EquipoiseError` about a sample that cannot be used or logits that are not finite, and
  ///   what `body` throws.
  package func forEachSample(_ body: (PredictedSample) throws -> Void) throws {
    let normalizer = InputNormalizer(
      source.modalities, device: parts.device,
      channelsLast: parts.configuration.training.channelsLast)
    try source.forEachBatch(of: batchSize) { host in
      let varying = zip(source.modalities, host.lengths).filter { $1 != nil }.map(\.0.name)
      if !varying.isEmpty { try parts.model.checkLengths(of: Set(varying)) }
      try checkTokens(host)
      for sample in try withoutGradient({ try predict(normalizer(host)) }) { try body(sample) }
    }
  }

  /// Throws for an id that the run's encoder has no vector for.
  private func checkTokens(_ host: HostBatch) throws {
    for (place, modality) in source.modalities.enumerated() {
      guard let tokens = parts.dataset.description.modalities[modality.name]?.tokens else {
        continue
      }
      for row in host.indices.indices where host.present[place]?[row] ?? true {
        let ids = host.inputs[place].row(row)
        let own = ids.slice(rows: 0..<(host.lengths[place]?[row] ?? ids.shape[0]))
        guard let token = TokenIds.first(of: own, outside: tokens.vocabulary) else { continue }
        throw EquipoiseError(
          .data,
          "sample '\(source.name(of: host.indices[row]))' has the token \(token) in '\(modality.name)', and "
            + "the run's vocabulary has \(tokens.vocabulary)",
          fix: "make the ids with the tokeniser of the run's dataset")
      }
    }
  }

  private func predict(_ batch: Batch) throws -> [PredictedSample] {
    let scores = try scores.probabilities(batch.ragged)
    let fused = try rows(scores.fused)
    let modalities = try scores.modalities.enumerated().map { place, own in
      let isPresent = batch.present[place].map { Set($0.rows) }
      return (own.name, try rows(own.probabilities), isPresent)
    }
    return batch.indices.enumerated().map { row, index in
      PredictedSample(
        name: source.name(of: index), label: source.label(of: index),
        targets: source.targets(of: index), fused: fused[row],
        modalities: modalities.filter { $0.2?.contains(row) ?? true }
          .map { (name: $0.0, probabilities: $0.1[row]) })
    }
  }

  /// [B, K] → B rows of K probabilities.
  private func rows(_ probabilities: Tensor) throws -> [ClassProbabilities] {
    let values = probabilities.floats()
    guard values.allSatisfy(\.isFinite) else {
      throw EquipoiseError(
        .data, "the model's logits are not finite", fix: "check the inputs' range and the weights")
    }
    let width = parts.model.classes
    return stride(from: 0, to: values.count, by: width).map {
      ClassProbabilities(Array(values[$0..<$0 + width]))
    }
  }
}

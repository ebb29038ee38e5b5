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
  /// What a modality's own probabilities are made of.
  package enum Basis: String, Sendable {
    /// Its part of the fused logits.
    case slice
    /// The fused logits with the other modalities' features at zero, for fusions without such parts.
    case zeroOut = "zero-out"
  }

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
  package var basis: Basis {
    let zeros = parts.model.fusion.featureWidths.map {
      Tensor.zeros([1, $0], device: parts.device)
    }
    return withoutGradient { parts.model.fusion.slices(zeros) } == nil ? .zeroOut : .slice
  }

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
    let given = Dictionary(uniqueKeysWithValues: zip(present, batch.inputs))
    let model = parts.model
    let inputs = model.modalities.map { name in
      given[name]
        ?? Tensor.zeros([batch.count] + (model.inputShapes[name] ?? []), device: parts.device)
    }
    let precision = parts.configuration.training.precision
    let forward = withAutocast(to: precision == .bf16 ? .bfloat16 : nil, on: parts.device) {
      model.forward(inputs, .evaluation)
    }
    let features = zip(model.modalities, forward.features).map { name, feature in
      given[name] == nil ? feature.to(.float32).zerosLike() : feature.to(.float32)
    }
    let isPlain = missing.isEmpty && !(parts.method is any InferenceFusing)
    let fused = isPlain ? forward.logits : try logits(features)
    let own =
      try model.fusion.slices(features)
      ?? features.indices.map { kept in
        try logits(features.enumerated().map { $0 == kept ? $1 : $1.zerosLike() })
      }
    return PredictedBatch(
      indices: batch.indices, fused: try probabilities(fused),
      modalities: try zip(model.modalities, own).filter { given[$0.0] != nil }.map {
        (name: $0, probabilities: try probabilities($1))
      })
  }

  /// The fused logits of features, by the method's way where it has one.
  private func logits(_ features: [Tensor]) throws -> Tensor {
    try (parts.method as? any InferenceFusing)?.fusedLogits(of: features, with: parts.model)
      ?? parts.model.fusion.logits(features)
  }

  /// Logits [B, K] → B rows of K probabilities.
  private func probabilities(_ logits: Tensor) throws -> [[Float]] {
    let values = logits.to(.float32).softmax(1).floats()
    guard values.allSatisfy(\.isFinite) else {
      throw EquipoiseError(
        .data, "the model's logits are not finite", fix: "check the inputs' range and the weights")
    }
    let width = parts.model.classes
    return stride(from: 0, to: values.count, by: width).map { Array(values[$0..<$0 + width]) }
  }
}

// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseModels
internal import EquipoiseData
import EquipoiseTorch

/// What a head achieves at one point of training.
struct HeadLosses: Equatable {
  /// L^T, over the training split.
  let training: Double
  /// L^V, over the validation split.
  let validation: Double

  /// G: by how much the validation loss fell.
  func gain(from before: HeadLosses) -> Double { before.validation - validation }

  /// O: by how much the gap between validation and training grew.
  func overfitting(from before: HeadLosses) -> Double {
    (validation - training) - (before.validation - before.training)
  }
}

/// Measures what each head gains by training alone: the unimodal heads by modality, then the fused.
final class HeadEstimator {
  /// One linear head for each modality.
  let heads: ModuleDictionary<Linear>
  private let measure: GradientBlending.Measure
  private let objective: Objective
  private let seed: UInt64
  private let device: Device

  init(_ setting: MethodSetting, measure: GradientBlending.Measure) {
    let model = setting.model
    let dtype = model.parameters.first?.leaf.dtype ?? .float32
    heads = ModuleDictionary(
      model.encoders.entries.map { modality, encoder in
        let generator = ModelFactory.stream(setting.seed, "gradient blending", modality)
        let head = Linear(encoder.featureWidth, setting.classes, from: generator)
        head.move(to: setting.device, dtype: dtype)
        return (modality, head)
      })
    self.measure = measure
    (seed, objective) = (setting.seed, setting.objective)
    device = setting.device
  }

  private var fused: Int { heads.names.count }

  /// Trains every head alone over some epochs.
  ///
  /// - Parameters:
  ///   - epochs: of the run.
  ///   - engine: which puts everything back.
  /// - Returns: each head's losses before, and after its own training.
  /// - Throws: what reading the data throws.
  func measure(_ epochs: Range<Int>, with engine: any StepEngine) throws -> (
    before: [HeadLosses], after: [HeadLosses]
  ) {
    let before = try losses(Array(0...fused), engine)
    let after = try (0...fused).map { head in
      let stream = dropout(head, epochs.lowerBound)
      var step = 0
      return try engine.rehearse(epochs: epochs) { batch in
        // Workers that take the batch in parts draw for their own rows.
        let own = batch.share.map {
          WorkerStreams.dropout(
            "gradient blending epoch \(epochs.lowerBound) head \(head)", step: step, of: $0,
            seed: seed, device)
        }
        step += 1
        let mode = ForwardMode.training(dropout: own ?? stream)
        guard let logits = logits([head], batch, mode, engine)[0] else { return }
        let loss = objective.loss(logits, labels(of: head, batch))
        try engine.apply(engine.gradients(of: loss))
      } result: {
        try losses([head], engine)[0]
      }
    }
    return (before, after)
  }

  /// A trial's own stream, so that the run's is where it would be without.
  private func dropout(_ head: Int, _ epoch: Int) -> Generator {
    var stream = RandomStream(
      seed: seed, "gradient blending", "dropout", "epoch \(epoch)", "head \(head)")
    return Generator(seed: stream.next(), device: device)
  }

  private func losses(_ heads: [Int], _ engine: any StepEngine) throws -> [HeadLosses] {
    let training = try means(heads, engine, engine.forEachTrainingBatch)
    let validation = try means(heads, engine, engine.forEachValidationBatch)
    return zip(training, validation).map { HeadLosses(training: $0, validation: $1) }
  }

  /// The measure's mean over the samples of a split, for each head.
  private func means(
    _ heads: [Int], _ engine: any StepEngine,
    _ forEachBatch: ((Batch) throws -> Void) throws -> Void
  ) throws -> [Double] {
    var sums = heads.map { _ in [Tensor]() }
    var samples = heads.map { _ in 0 }
    try withoutGradient {
      try forEachBatch { batch in
        for (index, logits) in logits(heads, batch, .evaluation, engine).enumerated() {
          guard let logits else { continue }
          samples[index] += logits.size(0)
          sums[index].append(total(logits, labels(of: heads[index], batch)))
        }
      }
    }
    return zip(sums, samples).map { parts, samples in
      guard !parts.isEmpty else { return 0 }
      let numbers = Tensor.stacked(parts).to(.cpu).to(.float64).array(of: Double.self)
      return numbers.reduce(0, +) / Double(samples)
    }
  }

  private func total(_ logits: Tensor, _ labels: Tensor) -> Tensor {
    switch measure {
    case .loss: objective.total(logits, labels)
    case .error: Double(logits.size(0)) - right(logits, labels)
    }
  }

  /// How many samples are right; of several labels each sample counts by the balanced share of its right ones.
  private func right(_ logits: Tensor, _ labels: Tensor) -> Tensor {
    guard objective.task == .multilabel else { return logits.argmax(1).equal(labels).sum() }
    // A logit far beyond 0 makes a certain σ of a decision.
    let decided = (logits.greater(than: 0).to(.float32) - 0.5) * 1e3
    return Objective.rightness(decided, labels).sum()
  }

  /// What is right for the samples that a head has logits of.
  private func labels(of head: Int, _ batch: Batch) -> Tensor {
    head == fused ? batch.labels : batch.present[head].rows(of: batch.labels)
  }

  /// Logits of some heads, of the samples that have their modality and nil without any; only the encoders that they need
  /// are run.
  private func logits(
    _ wanted: [Int], _ batch: Batch, _ mode: ForwardMode, _ engine: any StepEngine
  ) -> [Tensor?] {
    let model = engine.model
    let heads = heads.modules
    guard wanted.contains(fused) || model.isCoupled else {
      return wanted.map { index in
        let feature = engine.inRunPrecision {
          model.ownFeatures(index, batch.ragged[index], mode)
        }
        return feature.map { heads[index]($0.inFullPrecision()) }
      }
    }
    let forward = engine.inRunPrecision {
      model.forward(batch.ragged, mode)
    }
    return wanted.map { index in
      if index == fused { return forward.logits.inFullPrecision() }
      let presence = batch.present[index]
      return presence.hasRows
        ? heads[index](presence.rows(of: forward.features[index].inFullPrecision())) : nil
    }
  }
}

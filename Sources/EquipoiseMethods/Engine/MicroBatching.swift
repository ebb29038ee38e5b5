// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseData
internal import EquipoiseModels
internal import EquipoiseSettings
internal import EquipoiseTorch

/// A step in which the encoders see a batch in parts, and everything else sees it whole (Gao et al., 2021).
///
/// ```
/// z  = encoders(x), part by part, without a graph
/// L  = loss(fusion(z)) of the whole batch;  ∂L/∂z, and the gradients of fusion and method
/// then part by part again, with a graph:  ∂L/∂θ += (∂z/∂θ)ᵀ ∂L/∂z
/// ```
/// Whatever the loss and the method are, the gradients are those of the whole batch, but for batch normalisation, which
/// sees the parts alone, and dropout, which draws for each part in turn. Where several workers take the batch each cuts
/// what it has of it.
package enum MicroBatching {
  /// Throws where a method cannot do without a whole batch.
  package static func check(
    _ training: TrainingConfiguration, _ method: any BalancingMethod
  ) throws {
    guard training.microBatchSize != nil, method is any StepDefining else { return }
    let name = type(of: method).name
    throw EquipoiseError(
      .configuration,
      "the method '\(name)' takes several passes over a step's batch and looks into the encoders, which have to see "
        + "it whole", at: "training.microBatchSize",
      fix: "set it to null and training.batchSize to what fits, or choose another method")
  }

  /// As many parts as are needed, of sizes that differ by one at most and are at least two.
  static func parts(of count: Int, atMost size: Int) -> [Range<Int>] {
    let parts = max(1, min((count + size - 1) / size, count / 2))
    return (0..<parts).map { $0 * count / parts..<($0 + 1) * count / parts }
  }
}

/// The encoders' part of a step in micro-batches.
struct MicroBatches {
  private let engine: TrainingEngine
  private let context: StepContext
  private let parts: [Batch]
  /// Where dropout's stream stands before each part.
  private var streams: [Tensor?] = []
  /// z of the whole batch: leaves, one for each modality.
  private(set) var features: [Tensor] = []

  /// Runs the encoders without a graph.
  init(_ engine: TrainingEngine, _ context: StepContext, size: Int) {
    (self.engine, self.context) = (engine, context)
    parts = MicroBatching.parts(of: context.batch.ownCount, atMost: size)
      .map(context.batch.ownRows)
    var mode = context.mode
    // The second pass moves the running statistics.
    if mode.statistics == .updatingRunning { mode.statistics = .batchOnly }
    var found: [[Tensor]] = []
    for part in parts {
      streams.append(mode.dropout?.state)
      found.append(
        withoutGradient { engine.inRunPrecision { engine.model.features(part.ragged, mode) } })
    }
    features = context.batch.inputs.indices.map { modality in
      let own = Tensor.concatenated(found.map { $0[modality] }, dimension: 0)
      return withoutGradient { context.batch.share.gathered(own) }.asLeaf()
    }
  }

  /// Adds the encoders' gradients, given those of the features; where several workers take the batch, what this one
  /// gives to their mean.
  func addGradients(of features: [Tensor?], to sum: inout ModelGradients) {
    let share = context.batch.share
    var start = share?.own.lowerBound ?? 0
    for (part, stream) in zip(parts, streams) {
      if let stream { context.mode.dropout?.state = stream }
      let rows = start..<start + part.count
      start += part.count
      let own = engine.inRunPrecision { engine.model.features(part.ragged, context.mode) }
      // A modality that no sample of the part has leads nowhere.
      let roots = own.indices.filter { features[$0] != nil && own[$0].requiresGrad }
      let seeds = roots.compactMap { root in
        features[root].map {
          let seed = $0.slice(rows).to(own[root].dtype)
          return share.map { seed * Double($0.workers.count) } ?? seed
        }
      }
      sum.add(engine.ownGradients(of: roots.map { own[$0] }, seeds: seeds))
    }
  }
}

extension ModelGradients {
  /// Adds other gradients of the same parameters.
  mutating func add(_ others: ModelGradients) {
    for (index, other) in others.entries.enumerated() {
      guard let gradient = other.gradient else { continue }
      entries[index].gradient = entries[index].gradient.map { $0 + gradient } ?? gradient
    }
  }
}

extension Batch {
  /// Consecutive samples of those that this worker has, as a batch of their own.
  func ownRows(_ range: Range<Int>) -> Batch {
    let first = share?.own.lowerBound ?? 0
    let places = first + range.lowerBound..<first + range.upperBound
    return Batch(
      inputs: inputs.map { $0.slice(range) }, labels: labels.slice(places),
      indices: Array(indices[places]), lengths: lengths.map { $0?.slice(range) },
      present: present.map { presence in
        guard let presence else { return nil }
        let own = presence.rows.filter(places.contains).map { $0 - places.lowerBound }
        return own.count == range.count
          ? nil : RowPresence(rows: own, of: range.count, device: labels.device)
      })
  }
}

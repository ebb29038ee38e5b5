// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseModels
internal import EquipoiseData
internal import EquipoiseKit
import EquipoiseTorch

/// The class prototypes of ``PMR``.
///
/// ```
/// c_k^m ← ε c_k^m + (1 − ε) mean of z_m over samples of class k         updated(_:with:…)
/// ```
/// The first mean of a class is taken whole.
struct PMRPrototypes {
  private let modalities: [String]
  private let classes: Int
  /// c, [K, w_m] for each modality.
  private var prototypes: [Tensor]
  /// 1 for a class that has a prototype, else 0, of each modality; [K].
  private var known: [Tensor]

  init(_ setting: MethodSetting) {
    modalities = setting.model.modalities
    classes = setting.classes
    prototypes = setting.model.fusion.featureWidths.map {
      .zeros([setting.classes, $0], device: setting.device)
    }
    known = modalities.map { _ in .zeros([setting.classes], device: setting.device) }
  }

  /// −D of each modality, [B, K]; next to −∞ for a class without a prototype.
  func logits(_ features: [Tensor]) -> [Tensor] {
    zip(features, zip(prototypes, known)).map { features, own in
      let distances = PMR.distances(features, to: own.0.to(features.dtype))
      // Finite, because 0 · ∞ in the entropy would not be a number.
      let far = Tensor.full([], -1e30, dtype: features.dtype, device: features.device)
      return (-distances).selected(where: own.1.greater(than: 0), else: far)
    }
  }

  /// Recomputes the prototypes from a part of the training samples.
  mutating func update(
    with engine: any StepEngine, momentum: Double, in subset: TrainingSubset
  ) throws {
    try withoutGradient {
      var found = try ClassSums(engine, classes, in: subset)
      if known[0].sum().item() == 0,
        Tensor.stacked(found.counts).minimum(over: [0, 1]).item() == 0
      {
        found = try ClassSums(engine, classes, in: nil)
      }
      prototypes = prototypes.indices.map {
        Self.updated(
          prototypes[$0], with: found.sums[$0], found.counts[$0], known: known[$0],
          momentum: momentum)
      }
      known = zip(known, found.counts).map { known, counts in
        Tensor.stacked([known.to(counts.dtype), counts]).maximum(over: [0]).clamped(high: 1)
      }
    }
  }

  /// The prototypes of one modality after new samples.
  ///
  /// - Parameters:
  ///   - old: c, [K, w].
  ///   - sums: of features by class, [K, w].
  ///   - counts: samples by class, [K]; a class without any keeps its prototype.
  ///   - known: 1 for a class that has a prototype, else 0; [K].
  ///   - momentum: ε.
  /// - Returns: the new c.
  static func updated(
    _ old: Tensor, with sums: Tensor, _ counts: Tensor, known: Tensor, momentum: Double
  ) -> Tensor {
    let means = sums / counts.clamped(low: 1).unsqueezed(1)
    let kept = (known.to(sums.dtype) * momentum).unsqueezed(1)
    let mixed = old.to(sums.dtype) * kept + means * (1 - kept)
    return mixed.selected(
      where: counts.greater(than: 0).unsqueezed(1), else: old.to(sums.dtype))
  }

  var state: [NamedTensor] {
    let prototypes = zip(modalities, prototypes).map { (name: "prototypes.\($0)", tensor: $1) }
    return prototypes + knownState
  }

  /// One tensor where all modalities know the same classes, as they do of complete samples and did in former versions.
  private var knownState: [NamedTensor] {
    let first = known[0].floats()
    return known.allSatisfy { $0.floats() == first }
      ? [("known", known[0])] : zip(modalities, known).map { ("known.\($0)", $1) }
  }

  mutating func restore(_ saved: SavedState) throws {
    prototypes = try zip(modalities, prototypes).map {
      try saved.tensor("prototypes.\($0)", like: $1)
    }
    known = try zip(modalities, known).map { modality, known in
      try saved.tensor(saved.has("known") ? "known" : "known.\(modality)", like: known)
    }
  }
}

/// Features of training samples, summed by class.
private struct ClassSums {
  /// [K, w_m] for each modality.
  private(set) var sums: [Tensor] = []
  /// Samples that have the modality, [K] for each.
  private(set) var counts: [Tensor] = []

  init(_ engine: any StepEngine, _ classes: Int, in subset: TrainingSubset?) throws {
    var (sums, counts): ([Tensor], [Tensor]) = ([], [])
    try engine.forEachTrainingBatch(in: subset) { batch in
      let features = engine.model.features(
        batch.ragged, .evaluation)
      let labels = features.indices.map { batch.present[$0].rows(of: batch.labels) }
      let found = features.enumerated().map {
        batch.present[$0].rows(of: $1).sumsByLabel(labels[$0], classes: classes)
      }
      sums = sums.isEmpty ? found : zip(sums, found).map { $0 + $1 }
      let numbers = labels.map {
        $0.oneHot(classes, dtype: features[0].dtype).sum(over: [0])
      }
      counts = counts.isEmpty ? numbers : zip(counts, numbers).map { $0 + $1 }
    }
    (self.sums, self.counts) = (sums, counts)
  }
}

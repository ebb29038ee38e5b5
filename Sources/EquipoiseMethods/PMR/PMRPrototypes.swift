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
  /// 1 for a class that has a prototype, else 0; [K].
  private var known: Tensor

  init(_ setting: MethodSetting) {
    modalities = setting.model.modalities
    classes = setting.classes
    prototypes = setting.model.fusion.featureWidths.map {
      .zeros([setting.classes, $0], device: setting.device)
    }
    known = .zeros([setting.classes], device: setting.device)
  }

  /// −D of each modality, [B, K]; next to −∞ for a class without a prototype.
  func logits(_ features: [Tensor]) -> [Tensor] {
    let isKnown = known.greater(than: 0)
    return zip(features, prototypes).map { features, prototypes in
      let distances = PMR.distances(features, to: prototypes.to(features.dtype))
      // Finite, because 0 · ∞ in the entropy would not be a number.
      let far = Tensor.full([], -1e30, dtype: features.dtype, device: features.device)
      return (-distances).selected(where: isKnown, else: far)
    }
  }

  /// Recomputes the prototypes from a part of the training samples.
  mutating func update(
    with engine: any StepEngine, momentum: Double, in subset: TrainingSubset
  ) throws {
    try withoutGradient {
      var found = try ClassSums(engine, classes, in: subset)
      let isFirst = known.sum().item() == 0
      if isFirst, found.counts.minimum(over: [0]).item() == 0 {
        found = try ClassSums(engine, classes, in: nil)
      }
      prototypes = zip(prototypes, found.sums).map {
        Self.updated($0, with: $1, found.counts, known: known, momentum: momentum)
      }
      known = Tensor.stacked([known.to(found.counts.dtype), found.counts])
        .maximum(over: [0]).clamped(high: 1)
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
    zip(modalities, prototypes).map { ("prototypes.\($0)", $1) } + [("known", known)]
  }

  mutating func restore(_ saved: SavedState) throws {
    prototypes = try zip(modalities, prototypes).map {
      try saved.tensor("prototypes.\($0)", like: $1)
    }
    known = try saved.tensor("known", like: known)
  }
}

/// Features of training samples, summed by class.
private struct ClassSums {
  /// [K, w_m] for each modality.
  private(set) var sums: [Tensor] = []
  /// [K].
  private(set) var counts: Tensor

  init(_ engine: any StepEngine, _ classes: Int, in subset: TrainingSubset?) throws {
    var (sums, counts): ([Tensor], Tensor?) = ([], nil)
    try engine.forEachTrainingBatch(in: subset) { batch in
      let features = engine.model.features(batch.ragged, .evaluation)
      let found = features.map { $0.sumsByLabel(batch.labels, classes: classes) }
      sums = sums.isEmpty ? found : zip(sums, found).map { $0 + $1 }
      let number = batch.labels.oneHot(classes, dtype: features[0].dtype).sum(over: [0])
      counts = counts.map { $0 + number } ?? number
    }
    self.sums = sums
    self.counts = counts ?? .zeros([classes])
  }
}

// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseModels
internal import EquipoiseData
import EquipoiseTorch

/// How much each branch of a coupled model gets from the others: the conditional utilisation rate of Wu
/// et al., ICML 2022.
///
/// ```
/// CUR_m = (acc(ℓ_m) − acc(ℓ_m | the others' squeezes at their training means)) / acc(ℓ_m)
/// ```
/// With two modalities CUR_0 is the paper's u(m_1|m_0).
struct ConditionalUtilisation {
  private let model: MultimodalModel

  /// The measure of a model.
  ///
  /// - Parameter model: coupled, with logits of each modality's own.
  init(_ model: MultimodalModel) { self.model = model }

  /// Whether a model has gates to cut and logits of each branch to score.
  static func refusal(
    of model: MultimodalModel, _ task: LearningTask = .classification
  ) -> EquipoiseError? {
    guard task == .classification else {
      return EquipoiseError(
        .configuration,
        "conditional utilisation counts right classes, and the task is \(task.rawValue)",
        at: "evaluation.utilisation", fix: "leave it out")
    }
    guard !model.isCoupled || !(model.fusion is SumFusion) else { return nil }
    return EquipoiseError(
      .configuration,
      "conditional utilisation is that of branches which MMTM couples and which have classifiers of "
        + "their own", at: "evaluation.utilisation",
      fix: "set model.coupling=mmtm and model.fusion=sum, or leave it out")
  }

  /// The rates.
  ///
  /// - Parameters:
  ///   - training: visits the training split, which the means are those of.
  ///   - test: visits the split to score on.
  /// - Returns: one for each modality; `nil` for a branch that predicts nothing correctly.
  /// - Throws: what the visits throw.
  func rates(
    training: ((Batch) throws -> Void) throws -> Void,
    test: ((Batch) throws -> Void) throws -> Void
  ) throws -> [String: Double?] {
    try withoutGradient {
      let means = try means(training)
      var live = model.modalities.map { _ in 0 }
      var cut = live
      try test { batch in
        let logits = logits(batch) { $1 }
        for branch in model.modalities.indices {
          live[branch] += Self.correct(logits[branch], branch, batch)
          let alone = self.logits(batch) { depth, squeezes in
            squeezes.indices.map { other in
              guard other != branch, let mean = means[depth]?[other] else { return squeezes[other] }
              // What a sample lacks stays 0.
              let all = mean.expanded(squeezes[other].shape)
              return batch.present[other].map { all * $0.mask.to(all.dtype).unsqueezed(1) } ?? all
            }
          }
          cut[branch] += Self.correct(alone[branch], branch, batch)
        }
      }
      let rates = zip(live, cut).map { Self.rate(live: $0, cut: $1) }
      return Dictionary(uniqueKeysWithValues: zip(model.modalities, rates))
    }
  }

  /// CUR of correct predictions with and without the others.
  static func rate(live: Int, cut: Int) -> Double? {
    live == 0 ? nil : Double(live - cut) / Double(live)
  }

  /// The mean squeeze [1, C_m] of every modality over the samples that have it, by depth.
  private func means(
    _ training: ((Batch) throws -> Void) throws -> Void
  ) throws -> [Int: [Tensor]] {
    var sums: [Int: [Tensor]] = [:]
    var counts = model.modalities.map { _ in 0 }
    try training { batch in
      _ = model.coupledTrace(
        batch.ragged, .evaluation,
        squeezing: { depth, squeezes in
          let totals = squeezes.map { $0.sum(over: [0], keeping: true) }
          sums[depth] = sums[depth].map { zip($0, totals).map(+) } ?? totals
          return squeezes
        })
      for index in counts.indices {
        counts[index] += batch.present[index].count(of: batch.count)
      }
    }
    return sums.mapValues { zip($0, counts).map { $0 / Double(max($1, 1)) } }
  }

  private func logits(_ batch: Batch, squeezing: Squeezing) -> [Tensor] {
    let traces = model.coupledTrace(
      batch.ragged, .evaluation, squeezing: squeezing)
    return traces.indices.compactMap { model.fusion.ownLogits($0, of: traces[$0].features) }
  }

  /// How many of the samples that have the branch's modality it is right about.
  private static func correct(_ logits: Tensor, _ branch: Int, _ batch: Batch) -> Int {
    guard logits.size(0) > 0 else { return 0 }
    let labels = batch.present[branch].rows(of: batch.labels)
    let predicted = logits.argmax(1).array(of: Int.self)
    return zip(predicted, labels.array(of: Int.self)).count { $0 == $1 }
  }
}

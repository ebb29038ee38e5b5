// SPDX-License-Identifier: Apache-2.0
internal import Equipoise

/// Runs that share everything but the seed, and what they reach together.
struct ReportGroup: Encodable {
  /// A modality of the group's models, trained alone.
  struct Reference: Encodable {
    /// The task's measure: of classification the accuracy.
    let score: SampleSummary?
    /// The same on the validation split over epochs.
    let curve: ReportCurve
  }

  let name: String
  let method: String
  let modalities: [String]
  /// Places in the report's runs.
  let runs: [Int]
  /// How many of them are finished.
  let finished: Int
  /// By the names of scores.
  let scores: [String: SampleSummary]
  /// What each modality reaches inside the model: its slice, or zero-out where there is none.
  let inside: [String: SampleSummary]
  let imbalance: SampleSummary?
  let seconds: SampleSummary?
  /// Multiply-adds of a training step for each sample.
  let multiplyAdds: Double?
  let curves: [ReportCurve]
  private(set) var alone: [String: Reference]
  let matrices: ReportMatrices?
  /// What its modalities are told apart by.
  let measure: ReportData.ShownScore

  /// A group.
  ///
  /// - Parameters:
  ///   - name: the group's.
  ///   - places: of its runs in the report's; at least one.
  ///   - runs: the same runs.
  ///   - references: the runs of each modality alone.
  ///   - matrices: what one of the runs measured.
  init(
    _ name: String, _ places: [Int], _ runs: [ReportRun], references: [String: [ReportRun]],
    _ matrices: ReportMatrices?
  ) {
    let done = runs.filter(\.isFinished)
    func summary(_ value: (EvaluationReport) -> Double?) -> SampleSummary? {
      SampleSummary(done.compactMap { $0.report.flatMap(value) })
    }
    self.name = name
    self.matrices = matrices
    method = runs[0].method
    measure = ReportData.ShownScore(runs[0].measure)
    modalities = Set(runs.flatMap(\.modalities)).sorted()
    self.runs = places
    finished = done.count
    scores = Score.all.reduce(into: [:]) { scores, score in
      scores[score.name] = summary { $0[score] }
    }
    inside = Dictionary(
      uniqueKeysWithValues: modalities.compactMap { modality in
        summary { report in
          report.modalities[modality].map { $0.slice ?? $0.zeroOut }
        }.map { (modality, $0) }
      })
    imbalance = summary { $0.shapley?.imbalance }
    seconds = SampleSummary(done.compactMap(\.seconds))
    multiplyAdds =
      SampleSummary(done.compactMap { $0.records.last?[.run("multiplyAddsPerSample")] })?.mean
    curves = ReportCurve.all(of: runs)
    alone = references.mapValues(Self.reference)
  }

  /// Takes runs of one modality alone as reference.
  mutating func add(_ modality: String, alone runs: [ReportRun]) {
    alone[modality] = Self.reference(runs)
  }

  private static func reference(_ runs: [ReportRun]) -> Reference {
    let measure = runs.first?.measure ?? .accuracy
    return Reference(
      score: SampleSummary(runs.compactMap { $0.report?[measure] }),
      curve: ReportCurve(.validation(measure.name), of: runs))
  }
}

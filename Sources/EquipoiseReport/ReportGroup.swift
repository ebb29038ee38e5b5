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

  /// What is achieved on the samples that have the same modalities.
  struct Pattern: Encodable {
    /// The modalities, joined by `+`.
    let name: String
    /// The number of samples.
    let samples: Int
    /// The task's measure.
    let score: SampleSummary
  }

  /// A score over levels of one disturbance of a modality.
  struct Disturbance: Encodable {
    /// One level.
    struct Point: Encodable {
      let level: Double
      let score: SampleSummary
    }

    /// `missing` or `noise`.
    let kind: String
    let modality: String
    let points: [Point]

    init?(_ kind: String, _ modality: String, _ curves: [RobustnessCurve]) {
      guard let levels = curves.first?.levels, curves.allSatisfy({ $0.levels == levels }) else {
        return nil
      }
      (self.kind, self.modality) = (kind, modality)
      points = levels.indices.compactMap { place in
        SampleSummary(curves.map { $0.scores[place] }).map {
          Point(level: levels[place], score: $0)
        }
      }
    }
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
  /// What is achieved on the samples of each set of modalities; empty where no sample lacks anything.
  let patterns: [Pattern]
  /// What the score is while a modality is missing or noisy; empty where it was not measured.
  let robustness: [Disturbance]
  private(set) var alone: [String: Reference]
  /// What the group's models make of each modality; `nil` while none is finished and for models of one modality.
  private(set) var verdict: ReportVerdict?
  let matrices: ReportMatrices?
  /// What its modalities are told apart by.
  let measure: ReportData.ShownScore

  /// The comparison's, where the group is an entry of one with references.
  private var known: Verdict?
  /// The finished runs of the group and of its modalities alone, of which the verdict is made else.
  private let trainings: [Verdict.Training]
  private var trainingsAlone: [String: [Verdict.Training]]
  private let confusion: ConfusionMatrix?

  private enum CodingKeys: String, CodingKey {
    case name, method, modalities, runs, finished, scores, inside, imbalance, seconds, multiplyAdds
    case curves, patterns, robustness, alone, verdict, matrices, measure
  }

  /// A group.
  ///
  /// - Parameters:
  ///   - name: the group's.
  ///   - places: of its runs in the report's; at least one.
  ///   - runs: the same runs.
  ///   - references: the runs of each modality alone.
  ///   - matrices: what one of the runs measured.
  ///   - verdict: the comparison's, of an entry.
  init(
    _ name: String, _ places: [Int], _ runs: [ReportRun], references: [String: [ReportRun]],
    _ matrices: ReportMatrices?, verdict: Verdict? = nil
  ) {
    known = verdict
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
    trainings = done.compactMap(\.training)
    trainingsAlone = references.mapValues { $0.compactMap(\.training) }
    confusion = done.first?.confusion
    let found = done.compactMap(\.report)
    patterns = Set(found.flatMap(\.patterns.keys)).sorted().compactMap { name in
      let own = found.compactMap { $0.patterns[name] }
      return SampleSummary(own.compactMap { $0[runs[0].measure] }).map {
        Pattern(name: name, samples: own[0].samples, score: $0)
      }
    }
    let measured = done.compactMap { $0.report?.robustness }
    // A text has no noisy curve, and a modality alone no missing one.
    let names = Set(measured.flatMap { Array($0.missing.keys) + $0.noise.keys }).sorted()
    robustness = names.flatMap { name in
      [
        Disturbance("missing", name, measured.compactMap { $0.missing[name] }),
        Disturbance("noise", name, measured.compactMap { $0.noise[name] }),
      ].compactMap(\.self)
    }
  }

  /// Takes runs of one modality alone as reference.
  mutating func add(_ modality: String, alone runs: [ReportRun]) {
    alone[modality] = Self.reference(runs)
    trainingsAlone[modality] = runs.compactMap(\.training)
    known = nil
  }

  /// Judges the group, when all references are there.
  mutating func judge() {
    verdict = (known ?? ownVerdict).map { ReportVerdict($0) }
  }

  private var ownVerdict: Verdict? {
    // A run by itself has fold 0.
    let folds = Set(trainings.map(\.repetition.fold)).count
    return Verdict(
      trainings, alone: trainingsAlone, folds: folds > 1 ? folds : nil,
      isBalanced: method != Joint.name, confusion: confusion)
  }

  /// Says what other groups of the same data give back of what this one neglects.
  mutating func compare(with others: [ReportGroup]) {
    for other in others where other.name != name {
      guard let found = other.verdict?.verdict else { continue }
      verdict?.addGain(of: found, named: other.name)
    }
  }

  private static func reference(_ runs: [ReportRun]) -> Reference {
    let measure = runs.first?.measure ?? .accuracy
    return Reference(
      score: SampleSummary(runs.compactMap { $0.report?[measure] }),
      curve: ReportCurve(.validation(measure.name), of: runs))
  }
}

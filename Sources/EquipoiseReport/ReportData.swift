// SPDX-License-Identifier: Apache-2.0
internal import Equipoise
internal import Foundation

/// Everything that a page shows.
struct ReportData: Encodable {
  /// A comparison's tests against its baseline.
  struct Comparison: Encodable {
    let folder: String
    let baseline: String
    let entries: [Entry]

    struct Entry: Encodable {
      let name: String
      /// By the names of scores.
      let differences: [String: PairedDifference]
      /// What a search chose in each fold, each `KEY=VALUE`; nil where none did.
      let chosen: [[String]]?
    }
  }

  /// What a page needs to know of a score.
  struct ShownScore: Encodable {
    let name: String
    let title: String
    let unit: Score.Unit
    let isLargerBetter: Bool
    let isLeading: Bool

    init(_ score: Score) {
      (name, title, unit) = (score.name, score.title, score.unit)
      (isLargerBetter, isLeading) = (score.isLargerBetter, score.isLeading)
    }
  }

  /// What AIM reaches that modulates from an epoch on.
  struct Start: Encodable {
    let epoch: Double
    /// The task's measure.
    let score: SampleSummary
    let measure: ShownScore
  }

  let version = Version.current
  let made: String
  /// Those that any run has.
  let scores: [ShownScore]
  private(set) var runs: [ReportRun] = []
  private(set) var groups: [ReportGroup] = []
  /// By the epoch; empty unless there are several.
  let starts: [Start]
  let comparisons: [Comparison]
  /// By name, each once.
  let datasets: [ReportDataset]
  /// What searches tried.
  let searches: [ReportSearch]
  /// Pictures of files of features.
  let features: [ReportFeatures]

  /// Reads what was found.
  ///
  /// - Throws: `EquipoiseError` or `FormatError` for damaged files.
  init(_ collection: ReportCollection, made: Date) throws {
    self.made = made.formatted(.iso8601)
    let compared = try collection.comparisons.map {
      try ComparisonReport($0.saved, in: $0.folder)
    }
    comparisons = zip(collection.comparisons, compared).map { comparison, report in
      Comparison(
        folder: comparison.folder, baseline: report.stamp.baseline,
        entries: report.entries.map {
          .init(name: $0.name, differences: $0.differences, chosen: $0.chosen)
        })
    }
    var runs: [ReportRun] = []
    var places: [String: Int] = [:]
    func indices(_ folders: [RunFolder]) throws -> [Int] {
      try folders.map { folder in
        if let place = places[folder.path] { return place }
        runs.append(try ReportRun(folder))
        places[folder.path] = runs.count - 1
        return runs.count - 1
      }
    }
    var groups: [ReportGroup] = []
    for group in collection.groups {
      let own = try indices(group.runs)
      let references = try group.references.mapValues { try indices($0).map { runs[$0] } }
      let matrices = try group.runs.lazy.compactMap { try ReportMatrices($0) }.first
      groups.append(
        ReportGroup(
          group.name, own, own.map { runs[$0] }, references: references, matrices,
          verdict: group.entry.flatMap { compared[$0.comparison].entries[$0.place].verdict }))
    }
    scores = Score.found { score in
      runs.contains {
        $0.report?[score] != nil
          || $0.records.contains { $0[.validation(score.name)] != nil }
      }
    }.map(ShownScore.init)
    starts = Self.starts(groups.flatMap { $0.runs.map { runs[$0] } })
    datasets = ReportDataset.all(of: runs.compactMap(\.description))
    searches = try collection.searches.map { try ReportSearch($0) }
    features = try collection.features.map { try ReportFeatures($0) }
    (self.runs, self.groups) = (runs, groups)
    referToRunsAlone()
    judge()
  }

  private mutating func judge() {
    for index in groups.indices { groups[index].judge() }
    let datasets = groups.map { runs[$0.runs[0]].dataset }
    for index in groups.indices {
      groups[index].compare(
        with: groups.indices.filter { datasets[$0] == datasets[index] }.map { groups[$0] })
    }
  }

  /// Runs of one modality alone serve as references of groups that have none.
  private mutating func referToRunsAlone() {
    func dataset(_ group: ReportGroup) -> String { runs[group.runs[0]].dataset }
    let alone = groups.filter { $0.method == Unimodal.name && $0.modalities.count == 1 }
    for index in groups.indices where groups[index].method != Unimodal.name {
      guard groups[index].alone.isEmpty else { continue }
      for other in alone where dataset(other) == dataset(groups[index]) {
        let modality = other.modalities[0]
        guard groups[index].modalities.contains(modality) else { continue }
        groups[index].add(modality, alone: other.runs.map { runs[$0] })
      }
    }
  }

  private static func starts(_ runs: [ReportRun]) -> [Start] {
    var byEpoch: [Double: [Double]] = [:]
    // Of several tasks those of the first: one picture has one axis.
    let runs = runs.filter { $0.measure == runs[0].measure }
    for run in runs where run.method == AIM.name && run.setting("method.preset") != "observe" {
      guard let report = run.report,
        let epoch = run.setting("method.startEpoch").flatMap(Double.init)
      else { continue }
      byEpoch[epoch, default: []].append(report[run.measure] ?? .nan)
    }
    guard byEpoch.count > 1, let measure = runs.first?.measure else { return [] }
    return byEpoch.sorted { $0.key < $1.key }.compactMap { epoch, values in
      SampleSummary(values).map {
        Start(epoch: epoch, score: $0, measure: ShownScore(measure))
      }
    }
  }
}

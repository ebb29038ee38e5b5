internal import Equipoise
internal import Foundation

/// Everything that a page shows.
struct ReportData: Encodable {
  /// Runs that share everything but the seed.
  struct Group: Encodable {
    let name: String
    /// Places in `runs`.
    let runs: [Int]
    /// The same of each modality trained alone.
    let references: [String: [Int]]
    let matrices: ReportMatrices?
  }

  /// A comparison's tests against its baseline.
  struct Comparison: Encodable {
    let folder: String
    let baseline: String
    let entries: [Entry]

    struct Entry: Encodable {
      let name: String
      let accuracy: PairedDifference?
      let macroF1: PairedDifference?
    }
  }

  let version = Version.current
  let made: String
  private(set) var runs: [ReportRun] = []
  private(set) var groups: [Group] = []
  let comparisons: [Comparison]

  /// Reads what was found.
  ///
  /// - Throws: `EquipoiseError` or `FormatError` for damaged files.
  init(_ collection: ReportCollection, made: Date) throws {
    self.made = made.formatted(.iso8601)
    comparisons = try collection.comparisons.map { comparison in
      let report = try ComparisonReport(comparison.saved, in: comparison.folder)
      return Comparison(
        folder: comparison.folder, baseline: report.stamp.baseline,
        entries: report.entries.map {
          .init(name: $0.name, accuracy: $0.accuracyDifference, macroF1: $0.macroF1Difference)
        })
    }
    var places: [String: Int] = [:]
    func indices(_ folders: [RunFolder]) throws -> [Int] {
      try folders.map { folder in
        if let place = places[folder.path] { return place }
        runs.append(try ReportRun(folder))
        places[folder.path] = runs.count - 1
        return runs.count - 1
      }
    }
    for group in collection.groups {
      groups.append(
        Group(
          name: group.name, runs: try indices(group.runs),
          references: try group.references.mapValues(indices),
          matrices: try group.runs.lazy.compactMap { try ReportMatrices($0) }.first))
    }
  }
}

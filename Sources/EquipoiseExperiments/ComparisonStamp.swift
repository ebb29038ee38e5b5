// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseTraining
internal import EquipoiseKit
internal import EquipoiseData

/// What a comparison's numbers are: on which data, chosen how, made with what. Where runs differ, every
/// value is given.
public struct ComparisonStamp: Codable, Equatable, Sendable {
  /// The splits that were scored: `test`, or `validation` where the data has no test split.
  public let splits: [String]
  /// The validation metrics that chose the epochs.
  public let selectedBy: [String]
  /// The seeds of every entry.
  public let seeds: [Int]
  /// The number of folds of a cross-validation; nil without one.
  public let folds: Int?
  /// The entry that the others are tested against.
  public let baseline: String
  /// The identities of the prepared data.
  public let datasets: [String]
  /// The commits that the program was built from.
  public let commits: [String]
  /// libtorch's versions.
  public let libtorch: [String]
  /// Threads of one operation.
  public let threads: [Int]
  /// Where the runs computed.
  public let devices: [String]
  /// The processors' names.
  public let processors: [String]

  init(_ comparison: SavedComparison, runs: [RunScores]) {
    func all<Value: Hashable & Comparable>(_ value: (RunScores) -> Value) -> [Value] {
      Set(runs.map(value)).sorted()
    }
    splits = all { $0.isTest ? Split.test.rawValue : Split.validation.rawValue }
    selectedBy = all { $0.selectedBy }
    (seeds, folds) = (comparison.seeds, comparison.folds)
    baseline = comparison.baseline
    datasets = all { $0.environment.dataset }
    commits = all { $0.environment.commit ?? "unknown" }
    libtorch = all { $0.environment.libtorch }
    threads = all { $0.environment.threads }
    devices = all { $0.environment.device }
    processors = all { $0.environment.processor }
  }
}

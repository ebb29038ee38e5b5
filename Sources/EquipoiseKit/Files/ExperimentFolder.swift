// SPDX-License-Identifier: Apache-2.0
import EquipoiseFormats
import Foundation

/// The files of a comparison or a search. Nothing else knows their names.
///
/// ```
/// OUT/comparison.json, processes.jsonl, curves.csv      a comparison
/// OUT/ENTRY/                                            a group of runs, or of folds
/// OUT/ENTRY/fold-N/                                     a group of runs
/// OUT/../references/MODALITY-KEY/                       a group of runs, or of folds
/// OUT/trials.csv, processes.jsonl                       a search
/// OUT/METHOD/best.yaml
/// OUT/METHOD/trial-NNN/                                 a group of runs
/// OUT/comparison.json, processes.jsonl                  a search in every fold: a comparison of the winners
/// OUT/searches/fold-N/                                  a search
/// ```
public struct ExperimentFolder: Sendable {
  /// The folder's path.
  public let path: String

  /// The experiment at `path`, which need not exist yet.
  public init(_ path: String) { self.path = path }

  /// What the processes of the runs took, a JSON object for each.
  public var processes: String { path + "/processes.jsonl" }

  // MARK: Comparisons

  package static let comparisonName = "comparison.json"

  /// What a comparison consists of.
  public var comparison: String { path + "/" + Self.comparisonName }
  /// Whether the folder holds a comparison.
  public var isComparison: Bool { FileManager.default.fileExists(atPath: comparison) }
  /// What a figure of a paper plots.
  public var curves: String { path + "/curves.csv" }
  /// The runs of an entry.
  public func entry(_ name: String) -> RunGroupFolder { RunGroupFolder("\(path)/\(name)") }
  /// The folder of references for all comparisons beside each other, unless another is asked for.
  package var references: String {
    URL(fileURLWithPath: path).deletingLastPathComponent().appendingPathComponent("references").path
  }

  /// The runs of a modality alone.
  ///
  /// - Parameters:
  ///   - modality: its name.
  ///   - key: what tells apart the references of a modality.
  ///   - references: the folder of all references.
  /// - Returns: the group.
  package static func reference(
    _ modality: String, key: String, in references: String
  ) -> RunGroupFolder {
    RunGroupFolder("\(references)/\(modality)-\(key)")
  }

  /// How `comparison.json` says where a reference is: relative to this folder if it lies in it or beside it, so that
  /// both can be moved together.
  package func written(reference path: String) -> String {
    let place = URL(fileURLWithPath: path).standardizedFileURL.path
    let folder = URL(fileURLWithPath: self.path).standardizedFileURL
    if place.hasPrefix(folder.path + "/") { return String(place.dropFirst(folder.path.count + 1)) }
    let parent = folder.deletingLastPathComponent().path
    let start = parent == "/" ? "/" : parent + "/"
    return place.hasPrefix(start) ? "../" + place.dropFirst(start.count) : place
  }

  /// Where a reference is.
  ///
  /// - Parameter written: as ``written(reference:)`` gives it.
  /// - Returns: the group.
  package func reference(_ written: String) -> RunGroupFolder {
    guard !written.hasPrefix("/") else { return RunGroupFolder(written) }
    return RunGroupFolder(
      URL(fileURLWithPath: path + "/" + written).standardizedFileURL.path)
  }

  /// Where a reference is that a former version wrote: as a whole path, or one relative to the folder that the
  /// command was given in. Where nothing is there both were moved together.
  package func formerReference(_ written: String) -> RunGroupFolder {
    let name = (written as NSString).lastPathComponent
    let moved = RunGroupFolder(references + "/" + name)
    return !FileSystem.isFolder(written) && FileSystem.isFolder(moved.path)
      ? moved : RunGroupFolder(written)
  }

  // MARK: Searches

  /// Every trial of a search, written when all have ended.
  public var trials: String { path + "/trials.csv" }
  /// How a search in parts was set up, and which parts it has begun.
  public var search: String { path + "/" + Self.searchName }
  package static let searchName = "search.json"
  /// Whether the folder holds a search.
  public var isSearch: Bool { FileManager.default.fileExists(atPath: trials) }
  /// The configuration of a method's best trial.
  public func best(of method: String) -> String { "\(path)/\(method)/best.yaml" }
  /// The runs of a trial.
  ///
  /// - Parameter name: such as `aim/trial-007`.
  /// - Returns: the group.
  public func trial(_ name: String) -> RunGroupFolder { RunGroupFolder("\(path)/\(name)") }
  /// The search in a fold of a cross-validation.
  package func search(fold: Int) -> ExperimentFolder {
    ExperimentFolder("\(path)/\(Self.searchesName)/fold-\(fold)")
  }
  package static let searchesName = "searches"
  /// A trial, for people and its folder: `aim/trial-007`.
  package static func trialName(_ method: String, _ index: Int) -> String {
    let number = String(index)
    return "\(method)/trial-" + String(repeating: "0", count: max(0, 3 - number.count)) + number
  }
}

/// The folder of runs that differ only in their seed: of an entry, a reference or a trial. Nothing else knows
/// their names.
public struct RunGroupFolder: Sendable {
  /// The folder's path.
  public let path: String

  /// The group at `path`, which need not exist yet.
  public init(_ path: String) { self.path = path }

  /// The group that a run's folder belongs to; `nil` for a run by itself.
  public init?(of run: RunFolder) {
    guard (run.path as NSString).lastPathComponent.wholeMatch(of: /seed-\d+/) != nil else {
      return nil
    }
    path = FileSystem.folder(of: run.path)
  }

  /// The run with a seed.
  public func run(seed: Int) -> RunFolder { RunFolder("\(path)/seed-\(seed)") }
  /// What the process of the run with a seed writes to its terminal.
  package func log(seed: Int) -> String { "\(path)/seed-\(seed).log" }
  /// The runs of one fold of a cross-validation; of none the group itself.
  package func fold(_ index: Int?) -> RunGroupFolder {
    index.map { RunGroupFolder("\(path)/fold-\($0)") } ?? self
  }
  /// The configuration that the runs share.
  package var configuration: String { path + "/run.yaml" }
}

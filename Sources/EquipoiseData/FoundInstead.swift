// SPDX-License-Identifier: Apache-2.0
package import EquipoiseKit
import EquipoiseFormats
import Foundation

/// What is at a path where a run or a dataset was expected: most often the other of the two.
package enum FoundInstead {
  /// What the path should have named.
  package enum Wanted {
    /// The folder of a run.
    case run
    /// The folder of a prepared dataset.
    case dataset
  }

  /// The error for a path that is not what was `wanted`.
  package static func error(_ wanted: Wanted, at path: String) -> EquipoiseError {
    guard !isForbidden(path) else {
      return .system("read the folder", path, code: EACCES)
    }
    let missing =
      FileManager.default.fileExists(atPath: path) ? nil : "there is nothing at this path"
    let found = found(at: path)
    switch wanted {
    case .run:
      let what = missing ?? found.map { "\($0), not a run" } ?? "the folder holds no run"
      return EquipoiseError(.usage, what, at: path, fix: runRemedy(path))
    case .dataset:
      let what =
        missing ?? found.map { "\($0), not a prepared dataset" }
        ?? "there is no \(DatasetDescription.fileName) in this folder"
      return EquipoiseError(.data, what, at: path, fix: datasetRemedy(path))
    }
  }

  /// Whether this user may not look.
  private static func isForbidden(_ path: String) -> Bool {
    if FileSystem.isFolder(path) { return access(path, R_OK | X_OK) != 0 && errno == EACCES }
    var status = stat()
    return stat(path, &status) != 0 && errno == EACCES
  }

  private static func found(at path: String) -> String? {
    let exists = FileManager.default.fileExists(atPath:)
    guard FileSystem.isFolder(path) else { return "this is a file" }
    if ExperimentFolder(path).isComparison { return "this is a comparison" }
    if ExperimentFolder(path).isSearch { return "this is a search" }
    if RunFolder(path).isBegun { return "this is a run" }
    return exists(path + "/" + DatasetDescription.fileName) ? "this is a prepared dataset" : nil
  }

  private static func runRemedy(_ path: String) -> String {
    // Spelt as it was given.
    let inside = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    if !FileSystem.isFolder(path), RunFolder(inside).isBegun { return "name its folder, \(inside)" }
    if let run = firstRun(below: path, depth: 3) { return "name one of its runs, such as \(run)" }
    return "name \(.runFolder)"
  }

  private static func datasetRemedy(_ path: String) -> String {
    let lists = ["manifest.csv", "manifest.jsonl"].map { path + "/" + $0 }
    if lists.contains(where: FileManager.default.fileExists) {
      return "prepare it first with \(.recipe("manifest", input: path))"
    }
    return "give \(.datasetFolder)"
  }

  private static func firstRun(below path: String, depth: Int) -> String? {
    if RunFolder(path).isBegun { return path }
    guard depth > 0, FileSystem.isFolder(path) else { return nil }
    let names = (try? FileSystem.names(in: path)) ?? []
    return names.prefix(100).lazy.compactMap { firstRun(below: path + "/" + $0, depth: depth - 1) }
      .first
  }
}

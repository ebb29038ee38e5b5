// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseData
internal import EquipoiseFormats
internal import Foundation

/// Whether the files of a run, dataset, comparison, or a folder of these, or an exported file, are what was
/// written.
package struct FolderCheck: Encodable {
  /// What was found, file by file.
  package private(set) var files: [FileFinding] = []

  /// The files that need attention.
  package var bad: [FileFinding] { files.filter(\.isBad) }

  /// Folders of folders are searched as deep as comparisons and searches lay them.
  private static let deepest = 5

  /// Checks a folder or file.
  ///
  /// - Parameter path: of a run, a dataset, a comparison, a search, a folder of these, or an exported file.
  /// - Throws: `EquipoiseError` when nothing of this is there.
  package init(_ path: String) throws {
    let path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    if FileManager.default.fileExists(atPath: path), !FileSystem.isFolder(path) {
      files = [FileCheck.finding(path)]
    } else {
      add(path, depth: 0)
    }
    guard !files.isEmpty else {
      throw EquipoiseError(
        .usage, "there is no run, dataset or comparison here", at: path,
        fix: "name a folder that 'train', 'prepare', 'compare' or 'sweep' wrote")
    }
  }

  private mutating func add(_ path: String, depth: Int) {
    func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path + "/" + name) }
    if has(DatasetDescription.fileName) {
      files += DatasetCheck(path).findings
    } else if has(RunFolder.configurationName) || has("checkpoints") || has(RunFolder.resultName) {
      files += RunCheck(RunFolder(path)).findings
    } else if depth < Self.deepest, let names = try? FileSystem.names(in: path) {
      if ExperimentFolder(path).isComparison || has(Checksums.fileName) { addComparison(path) }
      for name in names where !name.hasPrefix(".") && FileSystem.isFolder(path + "/" + name) {
        add(path + "/" + name, depth: depth + 1)
      }
    }
  }

  private mutating func addComparison(_ path: String) {
    let listed = ListedFiles(in: path) { _ in
      "\(.repeating("comparison")), which writes it again"
    }
    files += listed.findings
    guard !listed.names.contains(ExperimentFolder.comparisonName) else { return }
    let file = ExperimentFolder(path).comparison
    do {
      _ = try SavedComparison(in: path)
      files.append(.unverified(file))
    } catch {
      files.append(
        .damaged(file, "\(error)", fix: "\(.repeating("comparison")), which writes it again"))
    }
  }
}

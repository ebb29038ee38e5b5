// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseData
internal import EquipoiseFormats
internal import Foundation

/// Whether every file of a prepared dataset is what was written.
struct DatasetCheck {
  private(set) var findings: [FileFinding] = []

  private static let again = "prepare the dataset again, or restore the file from a copy"

  /// Reads every file of a dataset.
  init(_ folder: String) {
    let listed = ListedFiles(in: folder) { _ in Self.again }
    findings = listed.findings
    let path = folder + "/" + DatasetDescription.fileName
    do {
      let description = try DatasetDescription.read(folder: folder)
      if !listed.names.contains(DatasetDescription.fileName) { findings.append(.unverified(path)) }
      for split in Split.allCases {
        for shard in description.splits[split] ?? [] { findings.append(Self.check(shard, folder)) }
      }
    } catch {
      findings.removeAll { $0.path == path }
      findings.append(.damaged(path, "\(error)", fix: Self.again))
    }
  }

  private static func check(_ shard: ShardDescription, _ folder: String) -> FileFinding {
    let path = folder + "/" + shard.file
    guard FileManager.default.fileExists(atPath: path) else { return .missing(path, fix: again) }
    do {
      let file = try SafetensorsFile(path: path)
      guard let digests = shard.sha256 else { return .unverified(path) }
      if let name = try shard.changedTensor(in: file) {
        return .damaged(
          path, "tensor '\(name)' is not what \(DatasetDescription.fileName) says of it",
          fix: again)
      }
      // Digests are of the numbers; names and shapes are the header's.
      let unnamed = file.names.filter { digests[$0] == nil }
      return unnamed.isEmpty
        ? .whole(path)
        : .damaged(path, "tensor '\(unnamed[0])' was not there when it was written", fix: again)
    } catch {
      return .damaged(path, "\(error)", fix: again)
    }
  }
}

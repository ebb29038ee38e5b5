// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseFormats
internal import Foundation

/// The files that a folder's `SHA256SUMS` lists.
struct ListedFiles {
  let findings: [FileFinding]
  /// Their paths within the folder.
  let names: Set<String>

  /// Compares every listed file.
  ///
  /// - Parameters:
  ///   - folder: with or without a list.
  ///   - remedy: what helps a file of this name.
  init(in folder: String, remedy: (String) -> String) {
    let list: Checksums
    do {
      list = try Checksums(folder: folder)
    } catch {
      names = []
      findings = [
        .damaged(
          folder + "/" + Checksums.fileName, "the list of checksums cannot be read",
          fix: "remove it, if all other files are whole")
      ]
      return
    }
    let path = folder + "/" + Checksums.fileName
    if list.digests.isEmpty, FileManager.default.fileExists(atPath: path) {
      names = []
      findings = [
        .damaged(
          path, "it lists nothing: it was cut", fix: "remove it, if all other files are whole")
      ]
      return
    }
    names = Set(list.digests.keys)
    findings = list.digests.sorted { $0.key < $1.key }.map { name, digests in
      let path = folder + "/" + name
      guard FileManager.default.fileExists(atPath: path) else {
        return .missing(
          path,
          fix: remedy(name) + "; if there never was such a file, correct \(Checksums.fileName)")
      }
      guard let digest = try? Digest.sha256Hex(ofFile: path) else {
        return .damaged(path, "the file cannot be read", fix: remedy(name))
      }
      return digests.contains(digest)
        ? .whole(path)
        : .damaged(path, "its checksum is not the one in \(Checksums.fileName)", fix: remedy(name))
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseFormats
internal import Foundation

/// Whether a single file that was exported is what was written: by the checksum in its header, or by the
/// list beside it, which `sha256sum -c FILE.sha256` reads too.
package enum FileCheck {
  /// The list's path.
  package static func list(of path: String) -> String { path + ".sha256" }

  /// Writes the list.
  ///
  /// Throws `FormatError` when the disk refuses.
  package static func writeList(of path: String, _ digest: String) throws {
    let name = (path as NSString).lastPathComponent
    try AtomicFile.write(data: Data("\(digest)  \(name)\n".utf8), to: list(of: path))
  }

  /// What can be said of a file.
  static func finding(_ path: String) -> FileFinding {
    let again = "export it again, or restore it from a copy"
    do {
      if FileManager.default.fileExists(atPath: list(of: path)) {
        let line = try FileSystem.text(of: list(of: path))
        let name = (path as NSString).lastPathComponent
        return line == "\(try Digest.sha256Hex(ofFile: path))  \(name)\n"
          ? .whole(path)
          : .damaged(path, "its checksum is not the one in \(name).sha256", fix: again)
      }
      guard path.hasSuffix(".safetensors") || path.hasSuffix(".equipoise") else {
        return .unverified(path)
      }
      return .tensors(path, fix: again)
    } catch {
      return .damaged(path, "\(error)", fix: again)
    }
  }
}

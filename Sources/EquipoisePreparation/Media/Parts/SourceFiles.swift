// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseFeatures
internal import EquipoiseKit
internal import EquipoiseFormats

/// What tells that the files of a sample are not those that its arrays were made from.
enum SourceFiles {
  /// By size and times, quickly: of the images in it where `path` is a folder of frames.
  static func state(of path: String) -> String {
    guard FileSystem.isFolder(path) else { return FileSystem.stamp(of: path) }
    let names = (try? ImageFolder.names(in: path)) ?? []
    return names.map { "\($0) \(FileSystem.stamp(of: path + "/" + $0))" }.joined(separator: "\t")
  }

  /// By content: the SHA-256 of all files of some samples. What cannot be read is told when it is decoded.
  static func digest(of samples: some Sequence<[String]>) -> String {
    var text = ""
    for path in samples.joined() {
      let isFolder = FileSystem.isFolder(path)
      let names = isFolder ? (try? ImageFolder.names(in: path)) ?? [] : [""]
      for name in names {
        let file = isFolder ? path + "/" + name : path
        text += "\(name)\t\((try? Digest.sha256Hex(ofFile: file)) ?? "unreadable")\n"
      }
    }
    return Digest.sha256Hex(of: Array(text.utf8))
  }
}

// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseFormats
internal import Foundation

/// A folder with the frames of a clip as images.
package enum ImageFolder {
  package static let extensions: Set<String> = [
    "jpg", "jpeg", "png", "webp", "bmp", "gif", "tif", "tiff",
  ]

  /// The images in a folder whose names begin with `prefix`, in natural order; nil if `path` is a file.
  /// Throws `EquipoiseError` for a folder without, `FormatError` for one that cannot be read.
  package static func images(in path: String, prefix: String = "") throws -> [String]? {
    guard FileSystem.isFolder(path) else { return nil }
    let folder = try MediaFolder(path)
    let images = try names(in: path).filter { $0.hasPrefix(prefix) }
    guard !images.isEmpty else {
      let what = prefix.isEmpty ? "images" : "images '\(prefix)*'"
      throw EquipoiseError(
        .data, "the folder has no \(what)", at: path, fix: "put frames as pictures into it")
    }
    return try images.map { try folder.resolve($0, namedIn: path + "/" + $0) }
  }
  /// The names of the images in a folder, `frame2` before `frame10`. Throws `FormatError`.
  package static func names(in path: String) throws -> [String] {
    try FileSystem.names(in: path).filter { name in
      !name.hasPrefix(".") && extensions.contains((name as NSString).pathExtension.lowercased())
    }.sorted(by: NaturalOrder.precedes)
  }
}

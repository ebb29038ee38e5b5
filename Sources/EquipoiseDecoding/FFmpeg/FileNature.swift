// SPDX-License-Identifier: Apache-2.0
import EquipoiseKit
import EquipoiseMedia
import Foundation

/// What a file is by its first bytes, whatever its name says.
enum FileNature {
  /// Named for people; nil when the bytes tell nothing.
  static func name(of file: String) -> String? {
    FileBytes(file).flatMap { name(of: $0.bytes(at: 0, 1024)) }
  }

  /// The same of a file's first bytes.
  static func name(of head: [UInt8]) -> String? {
    guard !head.isEmpty else { return nil }
    for (start, name) in signatures where head.starts(with: start) { return name }
    if head.dropFirst(4).starts(with: Array("ftyp".utf8)) {
      switch String(decoding: head.dropFirst(8).prefix(4), as: UTF8.self) {
      case "heic", "heix", "heim", "heis", "mif1": return "a HEIC picture"
      case "avif", "avis": return "an AVIF picture"
      default: return nil
      }
    }
    return textName(head)
  }

  /// Whether it is a WebP file with several frames.
  static func isAnimatedWebP(_ file: String) -> Bool {
    guard let head = FileBytes(file)?.bytes(at: 0, 21), head.count == 21 else { return false }
    return head.dropFirst(8).starts(with: Array("WEBPVP8X".utf8)) && head[20] & 2 != 0
  }

  private static let signatures: [([UInt8], String)] = [
    (Array("%PDF".utf8), "a PDF document"), (Array("PK\u{3}\u{4}".utf8), "a ZIP archive"),
    ([0x1F, 0x8B], "a gzip archive"), ([0x93] + Array("NUMPY".utf8), "a NumPy array"),
    (Array("version https://git-lfs".utf8), "a Git LFS pointer, not the file itself"),
    ([0x89] + Array("HDF".utf8), "an HDF5 file"), (Array("SQLite format".utf8), "a database"),
    ([0x7F] + Array("ELF".utf8), "a program"),
  ]

  private static func textName(_ head: [UInt8]) -> String? {
    guard head.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || [9, 10, 13].contains($0) }) else {
      return nil
    }
    let text = String(decoding: head, as: UTF8.self).lowercased()
      .trimmingCharacters(in: .whitespacesAndNewlines.union(["\u{FEFF}"]))
    if text.hasPrefix("<!doctype html") || text.contains("<html") { return "a web page (HTML)" }
    if text.contains("<svg") { return "an SVG drawing" }
    if text.hasPrefix("<?xml") { return "an XML document" }
    if text.hasPrefix("{") || text.hasPrefix("[") { return "a JSON document" }
    return "a text file"
  }
}

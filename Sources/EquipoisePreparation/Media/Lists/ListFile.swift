// SPDX-License-Identifier: Apache-2.0
package import EquipoiseKit
internal import EquipoiseFormats
internal import Foundation

/// The lines of a published list, cut at a separator; a byte-order mark, CR and empty lines are skipped.
package struct ListFile {
  let path: String
  /// Each line's fields and its place, such as `train.csv:7`.
  package let rows: [(fields: [String], place: String)]

  /// Throws `FormatError` for a file that cannot be read.
  package init(_ path: String, separator: Character) throws {
    self.path = path
    let bytes = try MappedFile(path: path).withBytes { Array($0) }
    guard var text = String(validating: bytes, as: UTF8.self) else {
      throw FormatError.malformed(
        path: path, reason: "is not UTF-8", remedy: "take the list as it was published")
    }
    if text.unicodeScalars.first == "\u{FEFF}" { text.unicodeScalars.removeFirst() }
    rows = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated()
      .compactMap { number, line in
        let fields = line.split(separator: separator).map {
          $0.trimmingCharacters(in: .whitespaces)
        }
        return fields.isEmpty ? nil : (fields, "\(path):\(number + 1)")
      }
  }

  /// The path of a list that is in one of some folders. Throws `EquipoiseError` that names them.
  package static func find(_ name: String, in input: String, _ folders: [String]) throws -> String {
    let candidates = folders.map { folder in
      folder.hasPrefix("/")
        ? folder + "/" + name : folder.isEmpty ? input + "/" + name : "\(input)/\(folder)/\(name)"
    }
    guard let path = candidates.first(where: FileManager.default.fileExists) else {
      throw EquipoiseError(
        .data, "the list '\(name)' is not there", at: input,
        fix: "put it to \(candidates.joined(separator: " or ")), or name its folder with "
          + "\(.setting("lists=DIR"))")
    }
    return path
  }

  /// What is wrong with a row.
  package static func malformed(_ place: String, _ expected: String) -> EquipoiseError {
    EquipoiseError(
      .data, "the line is not '\(expected)'", at: place, fix: "take the list as it was published")
  }
}

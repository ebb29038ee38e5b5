// SPDX-License-Identifier: Apache-2.0
import EquipoiseFormats
package import Foundation

/// JSON files that this program wrote and a person or a full disk may have changed since.
package enum JSONFile {
  /// Reads a file whole.
  ///
  /// - Parameters:
  ///   - type: what it holds.
  ///   - path: the file.
  ///   - remedy: what to do when it is damaged.
  /// - Returns: what it says.
  /// - Throws: `EquipoiseError` that names the file and what is wrong with it; `FormatError` when its folder
  ///   lists another checksum.
  package static func read<Value: Decodable>(
    _ type: Value.Type, from path: String, fix remedy: String
  ) throws -> Value {
    guard FileManager.default.fileExists(atPath: path) else {
      throw EquipoiseError(.checkpoint, "the file is missing", at: path, fix: remedy)
    }
    let content = try FileSystem.contents(of: path)
    let value = try decode(type, from: content, at: path, fix: remedy)
    // What cannot be understood says more than a checksum does; what can may still have changed.
    if (try? Checksums.verify(content, of: path)) != nil { return value }
    return try decode(type, from: Checksums.content(of: path), at: path, fix: remedy)
  }

  /// The same of content that was read from `path`.
  package static func decode<Value: Decodable>(
    _ type: Value.Type, from data: Data, at path: String, fix remedy: String
  ) throws -> Value {
    do {
      return try JSONDecoder().decode(type, from: data)
    } catch let error as DecodingError {
      throw EquipoiseError(
        .checkpoint, "the file is damaged: \(error.dataMessage)", at: path, fix: remedy)
    }
  }
}

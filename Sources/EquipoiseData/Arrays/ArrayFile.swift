// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
package import EquipoiseFormats
internal import Foundation

/// One array of a file: an npy file, or one of an npz file's arrays.
package struct ArrayFile: Hashable, Sendable {
  /// The endings of files of arrays.
  package static let extensions: Set<String> = ["npy", "npz"]

  package let path: String
  /// Its name in an npz file; nil for an npy file.
  package let key: String?

  private init(path: String, key: String?) { (self.path, self.key) = (path, key) }

  /// The name of the array to take from npz files, as the first of them tells.
  ///
  /// - Parameters:
  ///   - paths: npy or npz files.
  ///   - wanted: the name as set; nil takes the only array, or the one called `modality`.
  ///   - modality: what the array is for.
  ///   - setting: where the name is set, for the error.
  /// - Returns: the name, or nil for npy files and those of one array.
  /// - Throws: `EquipoiseError` naming the arrays to choose from, or `FormatError`.
  package static func key(
    in paths: [String], _ wanted: String?, for modality: String, setting: String
  ) throws -> String? {
    guard let path = paths.first(where: isArchive) else {
      guard wanted == nil else {
        throw EquipoiseError(
          .configuration, "npy files hold one array, which has no name", at: setting,
          fix: "leave the setting out, or give npz files")
      }
      return nil
    }
    let names = try NPZ(path: path).names
    guard wanted == nil, names.count != 1 else { return wanted }
    guard names.contains(modality) else {
      throw EquipoiseError(
        .configuration, "\(path) holds \(names.count) arrays", at: setting,
        fix: names.isEmpty
          ? "save arrays with numpy.savez"
          : "choose from \(names.prefix(8).joined(separator: ", "))")
    }
    return modality
  }

  /// An array whose name in an npz file is known; nil takes the only one there.
  package static func like(_ path: String, key: String?) throws -> ArrayFile {
    guard isArchive(path) else { return ArrayFile(path: path, key: nil) }
    if let key { return ArrayFile(path: path, key: key) }
    let names = try NPZ(path: path).names
    guard names.count == 1 else {
      throw EquipoiseError(
        .data, "it holds \(names.count) arrays where others hold one", at: path,
        fix: "save one array, or name the array with the setting 'key'")
    }
    return ArrayFile(path: path, key: names[0])
  }

  /// Whether a name is that of a file of arrays.
  package static func isArray(_ path: String) -> Bool {
    extensions.contains((path as NSString).pathExtension.lowercased())
  }

  /// Path and name, for errors.
  package var place: String { key.map { "\(path): \($0)" } ?? path }

  /// Type and shape, from the header alone. Throws `FormatError`.
  package func info() throws -> ArrayInfo {
    try key.map { try NPZ(path: path).info($0) } ?? NPY.info(path)
  }

  /// The array; that of an npy file is mapped. Throws `FormatError`.
  package func read() throws -> HostArray {
    try key.map { try NPZ(path: path).read($0) } ?? NPY.read(path)
  }

  /// The array of the same npz file whose name is this one's with an ending; nil where there is none. Throws `FormatError`.
  package func neighbour(_ ending: String) throws -> ArrayFile? {
    guard let name = key.map({ $0 + ending }), try NPZ(path: path).names.contains(name) else {
      return nil
    }
    return ArrayFile(path: path, key: name)
  }

  private static func isArchive(_ path: String) -> Bool {
    (path as NSString).pathExtension.lowercased() == "npz"
  }
}

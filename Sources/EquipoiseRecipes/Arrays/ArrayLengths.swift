// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseData
internal import EquipoiseFormats
internal import EquipoisePreparation
internal import Foundation

/// The lengths of an array's rows: `audio.length.npy` beside `audio.npy`, or the array `audio.length` beside `audio` in an
/// npz file. Whole numbers, one for each row.
enum ArrayLengths {
  private static let suffix = ".length"

  /// Whether a file of a folder holds lengths.
  static func areMeant(by file: String) -> Bool { file.hasSuffix(suffix + ".npy") }

  /// Reads the lengths.
  ///
  /// - Parameters:
  ///   - name: the modality's.
  ///   - path: the file of its array.
  ///   - key: the array's name in an npz file; nil for npy files and those of one array.
  ///   - description: of the modality.
  ///   - rows: the number of samples.
  ///   - present: for each sample whether it has the modality; nil where all have. Of one that lacks it any length will do.
  /// - Returns: one for each sample; nil where there are none.
  /// - Throws: `EquipoiseError` for lengths that do not fit, or `FormatError`.
  static func read(
    of name: String, beside path: String, _ key: String?, _ description: ModalityDescription,
    rows: Int, present: [Bool]?
  ) throws -> [Int]? {
    guard let (array, place) = try found(beside: path, key ?? name) else { return nil }
    guard description.kind.hasSteps else {
      throw EquipoiseError(
        .data,
        "there are lengths of '\(name)', which is of kind \(description.kind.rawValue) and has no "
          + "steps", at: place, fix: "remove them, or set kind=sequence or kind=video where it has")
    }
    guard array.shape == [rows] else {
      throw EquipoiseError(
        .data, "\(array) does not have one length for each of the table's \(rows) rows", at: place,
        fix: "give one whole number for each sample")
    }
    let lengths = try array.int64s(named: place).enumerated().map { row, length in
      present?[row] ?? true ? Int(length) : 1
    }
    let most = description.shape[0]
    if let row = lengths.firstIndex(where: { !(1...most).contains($0) }) {
      throw EquipoiseError(
        .data, "row \(row) has length \(lengths[row]), outside 1...\(most)", at: place,
        fix: "correct it, or leave the sample out of the table's splits")
    }
    return lengths
  }

  private static func found(
    beside path: String, _ key: String
  ) throws -> (array: HostArray, place: String)? {
    let isArchive = (path as NSString).pathExtension.lowercased() == "npz"
    if isArchive {
      let archive = try NPZ(path: path)
      guard archive.names.contains(key + suffix) else { return nil }
      return (try archive.read(key + suffix), "\(path): \(key + suffix)")
    }
    let file = (path as NSString).deletingPathExtension + suffix + ".npy"
    guard FileManager.default.fileExists(atPath: file) else { return nil }
    return (try NPY.read(file), file)
  }
}

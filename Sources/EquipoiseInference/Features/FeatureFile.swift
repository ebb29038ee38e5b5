// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseFormats
package import EquipoiseTorch
internal import Foundation

/// A file of features that ``FeatureTable`` wrote.
package struct FeatureFile {
  /// The file.
  package let path: String
  /// The names of the features' tensors, each [N, width].
  package let columns: [String]
  /// The class of each sample; nil where there is not one of each.
  package let labels: [Int]?
  /// What each sample is called.
  package let ids: [String]
  /// The names of the classes.
  package let classes: [String]
  private let file: SafetensorsFile

  /// Opens a file; nil where it is something else.
  ///
  /// - Parameter path: the file.
  /// - Throws: `FormatError` for a damaged file.
  package init?(_ path: String) throws {
    guard path.hasSuffix(".safetensors"), !FileSystem.isFolder(path),
      FileManager.default.fileExists(atPath: path)
    else { return nil }
    let file = try SafetensorsFile(path: path)
    guard file.metadata["format"] == FeatureTable.format else { return nil }
    try file.verifyChecksum()
    self.path = path
    self.file = file
    columns = file.names.filter { $0.hasPrefix("features.") }.sorted()
    let isClass = file.metadata["task"] == LearningTask.classification.rawValue
    labels =
      isClass && file.names.contains(FeatureTable.label)
      ? try file.array(FeatureTable.label).int64s().map { Int($0) } : nil
    classes = (file.metadata[FeatureTable.classesKey] ?? "").split(separator: "\n").map(String.init)
    let rows = try file.array(FeatureTable.id)
    ids = (0..<rows.shape[0]).map { row in
      let bytes = rows.row(row).withUnsafeBytes { Array($0) }
      return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
  }

  /// Some samples' features, [n, width] in double precision.
  ///
  /// - Parameters:
  ///   - column: one of ``columns``.
  ///   - samples: their places.
  /// - Returns: their rows, in this order.
  /// - Throws: `FormatError`.
  package func rows(_ column: String, of samples: [Int]) throws -> Tensor {
    Tensor(try file.array(column)).to(.float64)
      .gatheringRows(Tensor(samples, shape: [samples.count]))
  }
}

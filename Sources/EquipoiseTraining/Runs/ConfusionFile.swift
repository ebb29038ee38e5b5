// SPDX-License-Identifier: Apache-2.0
package import EquipoiseKit
package import EquipoiseData
package import EquipoiseMetrics
import EquipoiseFormats
import Foundation

/// How often samples of each class were taken for each class, by split: only the counts above 0, with their places,
/// as the coordinates and values of PyTorch's sparse tensors.
package enum ConfusionFile {
  private static let classesKey = "classes"

  /// Writes the matrices of a run; nothing where there are none.
  ///
  /// Throws `FormatError` when the disk refuses.
  static func write(_ matrices: [(split: Split, matrix: ConfusionMatrix)], in run: RunFolder) throws
  {
    guard let classes = matrices.first?.matrix.classes else { return }
    let tensors = matrices.flatMap { split, matrix in
      let (cells, count) = (matrix.cells, matrix.cells.count)
      let places = cells.map { Int64($0.label) } + cells.map { Int64($0.prediction) }
      return [
        (indices(split), HostArray(int64s: places, shape: [2, count])),
        (counts(split), HostArray(int64s: cells.map { Int64($0.count) }, shape: [count])),
      ]
    }
    try Safetensors.writeChecksummed(
      to: run.confusion, tensors: tensors, metadata: [classesKey: "\(classes)"])
  }

  /// The matrix of a split.
  ///
  /// - Parameters:
  ///   - split: what was predicted.
  ///   - run: the run's files.
  /// - Returns: the counts; `nil` where the run left none.
  /// - Throws: `EquipoiseError` for a damaged file.
  package static func read(_ split: Split, in run: RunFolder) throws -> ConfusionMatrix? {
    guard FileManager.default.fileExists(atPath: run.confusion) else { return nil }
    do {
      let file = try SafetensorsFile(verifying: run.confusion)
      guard file.names.contains(indices(split)) else { return nil }
      let (places, counts) = (try file.array(indices(split)), try file.array(counts(split)))
      guard places.shape == [2, counts.count],
        let classes = file.metadata[classesKey].flatMap(Int.init),
        let matrix = ConfusionMatrix(
          classes: classes, labels: try numbers(places.row(0)),
          predictions: try numbers(places.row(1)), counts: try numbers(counts))
      else { throw damage("holds no counts by label and prediction", run) }
      return matrix
    } catch let error as FormatError {
      throw damage(error.reason, run)
    }
  }

  private static func numbers(_ array: HostArray) throws -> [Int] {
    try array.int64s().map { Int($0) }
  }

  private static func damage(_ problem: String, _ run: RunFolder) -> EquipoiseError {
    EquipoiseError(
      .checkpoint, problem, at: run.confusion,
      fix: "remove \(RunFolder.resultName) and \(.repeating("run")), which writes both again")
  }

  private static func indices(_ split: Split) -> String { "\(split.rawValue).indices" }
  private static func counts(_ split: Split) -> String { "\(split.rawValue).counts" }
}

// SPDX-License-Identifier: Apache-2.0
internal import Equipoise
internal import EquipoiseFormats
internal import Foundation

/// Matrices that a run measured after its epochs, such as the orthogonality of AIM's prototypes (Fig. 4 of
/// its paper), small enough for a page.
struct ReportMatrices: Encodable {
  /// A matrix by rows; its values in hundredths.
  struct Matrix: Encodable {
    let name: String
    let modality: String?
    let depth: Int?
    let rows: Int
    let values: [Int]
  }

  let run: String
  let epochs: [Int]
  /// For each epoch, every matrix in the order of names.
  let matrices: [[Matrix]]

  /// At most so many epochs, evenly spaced and with the last, and so many rows.
  private static let (mostEpochs, mostRows) = (8, 40)

  /// What a run has; `nil` when it measured nothing.
  ///
  /// - Throws: `FormatError` for damaged files.
  init?(_ folder: RunFolder) throws {
    let all = try MetricsRecord.read(folder.metrics).map(\.epoch)
      .filter { FileManager.default.fileExists(atPath: folder.measurements(epoch: $0)) }
    guard let last = all.last else { return nil }
    let step = max(1, (all.count + Self.mostEpochs - 1) / Self.mostEpochs)
    let even = stride(from: 0, to: all.count - 1, by: step).map { all[$0] }
    epochs = even + [last]
    matrices = try epochs.map { epoch in
      let file = try SafetensorsFile(verifying: folder.measurements(epoch: epoch))
      return try file.names.sorted().compactMap { name in
        let array = try file.array(name)
        guard array.shape.count == 2, array.shape[0] == array.shape[1], array.shape[0] > 0 else {
          return nil
        }
        return Self.matrix(name, array.floats(), side: array.shape[0])
      }
    }
    guard matrices.contains(where: { !$0.isEmpty }) else { return nil }
    run = folder.path
  }

  private static func matrix(_ name: String, _ values: [Float], side: Int) -> Matrix {
    // Neighbouring classes are averaged where there are too many to see.
    let block = (side + mostRows - 1) / mostRows
    let rows = (side + block - 1) / block
    var means: [Int] = []
    for row in 0..<rows {
      for column in 0..<rows {
        var (sum, count) = (Float(0), Float(0))
        for y in row * block..<min(side, (row + 1) * block) {
          for x in column * block..<min(side, (column + 1) * block)
          where values[y * side + x].isFinite {
            sum += values[y * side + x]
            count += 1
          }
        }
        means.append(Int(saturating: Double((100 * sum / max(1, count)).rounded())))
      }
    }
    let parts = MetricName(.measurement, key: name)
    return Matrix(
      name: name, modality: parts.modality, depth: parts.depth, rows: rows, values: means)
  }
}

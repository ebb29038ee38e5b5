// SPDX-License-Identifier: Apache-2.0
internal import Equipoise
internal import EquipoiseKit
internal import EquipoiseTorch

/// A file of features as pictures: each modality's in the plane of its principal components, and as neighbours.
struct ReportFeatures: Encodable {
  /// A modality's features, or those of one of its depths.
  struct Panel: Encodable {
    let name: String
    /// The classes' numbers; none where they are not known.
    let labels: [Int]
    let ids: [String]
    /// Coordinates of each sample along the first two principal components.
    let principal: [[Double]]
    /// The shares of the variance that they have.
    let shares: [Double]
    /// The same by t-SNE.
    let neighbours: [[Double]]
  }

  /// More would hide one another, and a step of t-SNE takes the square of them.
  static let most = 1000

  let path: String
  let classes: [String]
  /// The samples in the file.
  let samples: Int
  let panels: [Panel]

  /// Reads a file and computes its pictures.
  ///
  /// - Throws: `FormatError` for a damaged file.
  init(_ file: FeatureFile) throws {
    path = file.path
    classes = file.classes
    samples = file.ids.count
    var stream = RandomStream(seed: 0, "features")
    let shown = Array(stream.permutation(of: file.ids.count).prefix(Self.most)).sorted()
    let labels = file.labels.map { all in shown.map { all[$0] } } ?? []
    panels =
      try shown.isEmpty
      ? []
      : file.columns.map { column in
        let rows = try file.rows(column, of: shown)
        let (points, shares) = Projection.principalComponents(of: rows)
        return Panel(
          name: String(column.dropFirst("features.".count)), labels: labels,
          ids: shown.map { file.ids[$0] }, principal: Self.pairs(points), shares: shares,
          neighbours: Self.pairs(Projection.neighbours(of: rows)))
      }
  }

  /// Four digits are more than can be seen.
  private static func pairs(_ points: Tensor) -> [[Double]] {
    let values = points.array(of: Double.self)
    let largest = values.reduce(0) { max($0, abs($1)) }
    let unit = largest > 0 ? largest / 10_000 : 1
    return stride(from: 0, to: values.count, by: 2).map { row in
      [values[row], values[row + 1]].map { ($0 / unit).rounded() * unit }
    }
  }
}

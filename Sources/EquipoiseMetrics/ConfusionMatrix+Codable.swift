// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit

/// Up to ``denseLimit`` classes `[[count]]`, as `confusion[label][prediction]`; with more of them an object
/// of three lists of one length, `labels`, `predictions` and `counts`, and the number of `classes`. Both are
/// read whatever the number of classes.
extension ConfusionMatrix: Codable {
  /// The most classes for which every count is written, also those that are 0: 160 000 of them.
  public static let denseLimit = 400

  private enum CodingKeys: String, CodingKey { case classes, labels, predictions, counts }

  /// Reads either form.
  public init(from decoder: any Decoder) throws {
    if let rows = try? decoder.singleValueContainer().decode([[Int]].self) {
      try self.init(rows, decoder)
      return
    }
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let classes = try container.decode(Int.self, forKey: .classes)
    let labels = try container.decode([Int].self, forKey: .labels)
    let predictions = try container.decode([Int].self, forKey: .predictions)
    let counts = try container.decode([Int].self, forKey: .counts)
    guard
      let matrix = Self(
        classes: classes, labels: labels, predictions: predictions, counts: counts)
    else { throw Self.damaged(decoder) }
    self = matrix
  }

  /// The matrix with counts as they are kept in files, one of each list for every count above 0; `nil` where the lists
  /// are not of one length, or say what cannot be.
  ///
  /// - Parameters:
  ///   - classes: the number of classes.
  ///   - labels: the true class of each count.
  ///   - predictions: its predicted class.
  ///   - counts: the samples.
  package init?(classes: Int, labels: [Int], predictions: [Int], counts: [Int]) {
    let range = 0..<max(0, classes)
    guard labels.count == predictions.count, labels.count == counts.count,
      labels.allSatisfy(range.contains), predictions.allSatisfy(range.contains),
      counts.allSatisfy(Self.isCount)
    else { return nil }
    self.init(
      classes: classes,
      cells: labels.indices.map {
        Cell(label: labels[$0], prediction: predictions[$0], count: counts[$0])
      })
  }

  private init(_ rows: [[Int]], _ decoder: any Decoder) throws {
    guard rows.allSatisfy({ $0.count == rows.count && $0.allSatisfy(Self.isCount) }) else {
      throw Self.damaged(decoder)
    }
    let cells = rows.enumerated().flatMap { label, row in
      row.enumerated().filter { $0.element > 0 }
        .map { Cell(label: label, prediction: $0.offset, count: $0.element) }
    }
    self.init(classes: rows.count, cells: cells)
  }

  /// Writes the form for the number of classes.
  public func encode(to encoder: any Encoder) throws {
    guard classes > Self.denseLimit else {
      var container = encoder.singleValueContainer()
      try container.encode(counts)
      return
    }
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(classes, forKey: .classes)
    try container.encode(cells.map(\.label), forKey: .labels)
    try container.encode(cells.map(\.prediction), forKey: .predictions)
    try container.encode(cells.map(\.count), forKey: .counts)
  }

  /// Sums of such counts stay numbers.
  private static func isCount(_ count: Int) -> Bool { (0...Int(Int32.max)).contains(count) }

  private static func damaged(_ decoder: any Decoder) -> DecodingError {
    .dataCorrupted(
      .init(codingPath: decoder.codingPath, debugDescription: "no counts by label and prediction"))
  }
}

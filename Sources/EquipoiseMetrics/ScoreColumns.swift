// SPDX-License-Identifier: Apache-2.0

/// Columns of rows of numbers, each of which is visited as an array.
enum ScoreColumns {
  /// How many neighbouring columns are taken out at once: one number of each of many long rows is a line of memory for
  /// each, of which the neighbours are then there, too.
  private static let block = 16

  /// What becomes of some columns.
  ///
  /// - Parameters:
  ///   - chosen: which, rising.
  ///   - rows: row by row, `width` numbers in each.
  ///   - width: the number of columns.
  ///   - visit: makes something of a column, by its place and its numbers.
  /// - Returns: what was made, in the same order.
  static func map<Result>(
    _ chosen: [Int], of rows: [Float], width: Int, _ visit: (Int, [Float]) -> Result
  ) -> [Result] {
    let height = width == 0 ? 0 : rows.count / width
    var columns = Array(repeating: [Float](repeating: 0, count: height), count: block)
    var results: [Result] = []
    var start = 0
    while start < chosen.count {
      let places = chosen[start..<min(start + block, chosen.count)]
      for row in 0..<height {
        for (column, place) in zip(0..., places) {
          columns[column][row] = rows[row * width + place]
        }
      }
      for (column, place) in zip(columns, places) { results.append(visit(place, column)) }
      start += block
    }
    return results
  }
}

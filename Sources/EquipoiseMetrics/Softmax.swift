// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
import Foundation

/// One row's softmax, in double precision.
package struct Softmax {
  private let shifted: [Double]
  private let logSum: Double
  /// The first of the largest logits.
  let best: Int

  init(_ row: ArraySlice<Float>) {
    best = Self.best(of: row)
    let maximum = Double(row[row.startIndex + best])
    shifted = row.map { Double($0) - maximum }
    logSum = log(shifted.reduce(0) { $0 + exp($1) })
  }

  func logProbability(_ label: Int) -> Double { shifted[label] - logSum }

  func probability(_ label: Int) -> Double { exp(logProbability(label)) }

  /// Where the first of the largest logits of a row is, from its start.
  static func best(of row: ArraySlice<Float>) -> Int {
    row.indices.reduce(row.startIndex) { row[$1] > row[$0] ? $1 : $0 } - row.startIndex
  }

  /// The same of every row of `classes` logits.
  package static func best(ofRows logits: [Float], classes: Int) -> [Int] {
    stride(from: 0, to: logits.count, by: classes).map { best(of: logits[$0..<$0 + classes]) }
  }
}

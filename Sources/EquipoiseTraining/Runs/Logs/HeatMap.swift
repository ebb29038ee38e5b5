// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
import EquipoiseFormats
import Foundation

/// A matrix of numbers from −1 to 1 as a picture: blue below zero, white at it, red above.
enum HeatMap {
  /// The picture as PNG, at least 128 pixels wide for few columns.
  ///
  /// - Parameters:
  ///   - values: row by row.
  ///   - columns: in a row.
  /// - Returns: the file's content with its size in pixels.
  static func png(_ values: [Float], columns: Int) -> (data: Data, width: Int, height: Int) {
    let side = max(1, (128 + columns - 1) / columns)
    let rows = values.count / columns
    var pixels: [UInt8] = []
    pixels.reserveCapacity(3 * side * side * values.count)
    for row in 0..<rows {
      let line = values[row * columns..<(row + 1) * columns].flatMap { value in
        (0..<side).flatMap { _ in colour(value) }
      }
      for _ in 0..<side { pixels += line }
    }
    return (PNG.encode(pixels, width: side * columns), side * columns, side * rows)
  }

  private static func colour(_ value: Float) -> [UInt8] {
    guard value.isFinite else { return [128, 128, 128] }
    let fading = UInt8(255 * (1 - min(1, abs(value))))
    return value < 0 ? [fading, fading, 255] : [255, fading, fading]
  }
}

// SPDX-License-Identifier: Apache-2.0
public import EquipoiseKit
internal import Foundation

/// A rectangle of an image, in pixels.
public struct Crop: Hashable, Sendable {
  /// The first row.
  public let top: Int
  /// The first column.
  public let left: Int
  /// The number of rows.
  public let height: Int
  /// The number of columns.
  public let width: Int

  /// A rectangle.
  public init(top: Int, left: Int, height: Int, width: Int) {
    (self.top, self.left, self.height, self.width) = (top, left, height, width)
  }

  /// The middle, halves rounded to even as torchvision does.
  ///
  /// - Parameters:
  ///   - height: rows of the crop, no more than the image has.
  ///   - width: columns of the crop, likewise.
  ///   - size: rows and columns of the image.
  /// - Returns: the crop.
  public static func centre(_ height: Int, _ width: Int, of size: (rows: Int, columns: Int)) -> Crop
  {
    precondition(
      height <= size.rows && width <= size.columns,
      "Crop: \(height) × \(width) out of \(size.rows) × \(size.columns)")
    func start(_ rest: Int) -> Int { Int((Double(rest) / 2).rounded(.toNearestOrEven)) }
    return Crop(
      top: start(size.rows - height), left: start(size.columns - width), height: height,
      width: width)
  }

  /// A crop of random area and proportions at a random place, drawn as torchvision's
  /// `RandomResizedCrop` does: ten tries, then the middle at the nearest allowed proportions.
  ///
  /// - Parameters:
  ///   - size: rows and columns of the image.
  ///   - scale: the crop's area as a share of the image's.
  ///   - ratio: width / height of the crop; its logarithm is uniform.
  ///   - stream: the random numbers.
  /// - Returns: the crop.
  public static func random(
    of size: (rows: Int, columns: Int), scale: ClosedRange<Double> = 0.08...1,
    ratio: ClosedRange<Double> = 0.75...4 / 3, _ stream: inout RandomStream
  ) -> Crop {
    precondition(
      size.rows >= 1 && size.columns >= 1 && scale.lowerBound > 0 && ratio.lowerBound > 0,
      "Crop of \(size.rows) × \(size.columns)")
    for _ in 0..<10 {
      let area = Double(size.rows * size.columns) * stream.uniform(in: scale)
      let proportion = exp(stream.uniform(in: log(ratio.lowerBound)...log(ratio.upperBound)))
      let width = rounded((area * proportion).squareRoot())
      let height = rounded((area / proportion).squareRoot())
      guard (1...size.columns).contains(width), (1...size.rows).contains(height) else { continue }
      return Crop(
        top: stream.integer(below: size.rows - height + 1),
        left: stream.integer(below: size.columns - width + 1), height: height, width: width)
    }
    let proportion = Double(size.columns) / Double(size.rows)
    var (height, width) = size
    if proportion < ratio.lowerBound {
      height = max(1, rounded(Double(width) / ratio.lowerBound))
    } else if proportion > ratio.upperBound {
      width = max(1, rounded(Double(height) * ratio.upperBound))
    }
    return Crop(
      top: (size.rows - height) / 2, left: (size.columns - width) / 2, height: height, width: width)
  }

  private static func rounded(_ number: Double) -> Int { Int(number.rounded(.toNearestOrEven)) }
}

extension RandomStream {
  fileprivate mutating func uniform(in range: ClosedRange<Double>) -> Double {
    range.lowerBound + uniform() * (range.upperBound - range.lowerBound)
  }
}

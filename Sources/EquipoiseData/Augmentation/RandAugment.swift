// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import Foundation
public import EquipoiseSettings

/// A few changes of pictures drawn from fourteen, all of one strength (Cubuk et al., NeurIPS 2020), as torchvision's
/// `RandAugment`.
public struct RandAugmentConfiguration: ConfigurationSection, RangeChecking {
  /// How many changes a sample gets, one after the other; 0 gives none, 2 is torchvision's.
  public var operations = 0
  /// The strength, from 0 to `magnitudeBins` − 1.
  public var magnitude = 9
  /// The number of strengths.
  public var magnitudeBins = 31

  /// The defaults, which change nothing.
  public init() {}

  /// Throws for the first value out of its range.
  public func check(at path: ConfigPath) throws {
    try path.check("operations", operations, .within(0...14))
    try path.check("magnitudeBins", magnitudeBins, .within(2...1000))
    try path.check("magnitude", magnitude, .within(0...magnitudeBins - 1))
  }
}

/// All frames of a video change alike.
struct RandAugment: NumberChange {
  /// One of the fourteen, with its strength and sign.
  enum Operation: Equatable {
    case identity
    /// By so many columns for each row, and the other way round.
    case shearX(Double), shearY(Double)
    /// Whole pixels.
    case translateX(Int), translateY(Int)
    /// In degrees, against the clock.
    case rotate(Double)
    case color(ColorJitter.Change)
    case sharpness(Double)
    /// The bits that are kept.
    case posterize(Int)
    /// From which number on it is turned around.
    case solarize(Double)
    case autoContrast, equalize
  }

  static let name = "rand augment"
  let configuration: RandAugmentConfiguration

  func apply(to sample: inout SampleNumbers, _ stream: inout RandomStream) {
    for _ in 0..<configuration.operations {
      let operation = draw(rows: sample.grid.rows, columns: sample.grid.columns, &stream)
      Self.apply(operation, to: &sample)
    }
  }

  /// One operation for pictures of so many rows and columns.
  func draw(rows: Int, columns: Int, _ stream: inout RandomStream) -> Operation {
    let kind = stream.integer(below: 14)
    let sign = stream.happens(withProbability: 0.5) ? -1.0 : 1
    let part = Double(configuration.magnitude) / Double(configuration.magnitudeBins - 1)
    let factor = 1 + sign * 0.9 * part
    switch kind {
    case 0: return .identity
    case 1: return .shearX(sign * 0.3 * part)
    case 2: return .shearY(sign * 0.3 * part)
    case 3: return .translateX(Int(sign * 150.0 / 331 * Double(columns) * part))
    case 4: return .translateY(Int(sign * 150.0 / 331 * Double(rows) * part))
    case 5: return .rotate(sign * 30 * part)
    case 6: return .color(.brightness(factor))
    case 7: return .color(.saturation(factor))
    case 8: return .color(.contrast(factor))
    case 9: return .sharpness(factor)
    case 10: return .posterize(8 - Int((4 * part).rounded(.toNearestOrEven)))
    case 11: return .solarize(1 - part)
    case 12: return .autoContrast
    default: return .equalize
    }
  }

  static func apply(_ operation: Operation, to sample: inout SampleNumbers) {
    let (rows, columns) = (Double(sample.grid.rows), Double(sample.grid.columns))
    switch operation {
    case .identity: break
    case .shearX(let slope):
      move(&sample) { ($0, $1 + slope * ($0 + 0.5)) }
    case .shearY(let slope):
      move(&sample) { ($0 + slope * ($1 + 0.5), $1) }
    case .translateX(let pixels): move(&sample) { ($0, $1 - Double(pixels)) }
    case .translateY(let pixels): move(&sample) { ($0 - Double(pixels), $1) }
    case .rotate(let degrees):
      let (sine, cosine) = (sin(degrees * .pi / 180), cos(degrees * .pi / 180))
      move(&sample) { row, column in
        let (y, x) = (row + 0.5 - rows / 2, column + 0.5 - columns / 2)
        return (sine * x + cosine * y + rows / 2 - 0.5, cosine * x - sine * y + columns / 2 - 0.5)
      }
    case .color(.saturation) where sample.modality.channels == 1: break
    case .color(let change): ColorJitter.apply(change, to: &sample)
    case .sharpness(let factor): sharpen(&sample, by: Float(factor))
    case .posterize(let bits):
      let step = 1 << (8 - bits)
      for index in sample.values.indices {
        sample.values[index] = Float(level(sample.values[index]) / step * step) / 255
      }
    case .solarize(let threshold):
      for index in sample.values.indices where sample.values[index] >= Float(threshold) {
        sample.values[index] = 1 - sample.values[index]
      }
    case .autoContrast: eachPlane(&sample, stretched)
    case .equalize: eachPlane(&sample, equalized)
    }
  }

  /// Each pixel from the nearest to a place, black from outside.
  private static func move(
    _ sample: inout SampleNumbers, from place: (Double, Double) -> (Double, Double)
  ) {
    let (rows, columns) = (sample.grid.rows, sample.grid.columns)
    let sources = (0..<rows * columns).map { index -> Int? in
      let (row, column) = place(Double(index / columns), Double(index % columns))
      let (y, x) = (row.rounded(.toNearestOrEven), column.rounded(.toNearestOrEven))
      guard y >= 0, y < Double(rows), x >= 0, x < Double(columns) else { return nil }
      return Int(y) * columns + Int(x)
    }
    eachPlane(&sample) { plane in sources.map { $0.map { plane[$0] } ?? 0 } }
  }

  /// factor · x + (1 − factor) · smoothed; the outermost pixels stay.
  private static func sharpen(_ sample: inout SampleNumbers, by factor: Float) {
    let (rows, columns) = (sample.grid.rows, sample.grid.columns)
    guard rows > 2, columns > 2 else { return }
    eachPlane(&sample) { plane in
      var result = plane
      for row in 1..<rows - 1 {
        for column in 1..<columns - 1 {
          let centre = row * columns + column
          var sum = 4 * plane[centre]
          for other in [centre - columns, centre, centre + columns] {
            sum += plane[other - 1] + plane[other] + plane[other + 1]
          }
          result[centre] = min(
            1, max(0, factor * plane[centre] + (1 - factor) * sum / 13))
        }
      }
      return result
    }
  }

  private static func stretched(_ plane: [Float]) -> [Float] {
    guard let low = plane.min(), let high = plane.max(), high > low else { return plane }
    return plane.map { ($0 - low) / (high - low) }
  }

  private static func equalized(_ plane: [Float]) -> [Float] {
    let levels = plane.map(level)
    var counts = [Int](repeating: 0, count: 256)
    for level in levels { counts[level] += 1 }
    let step = (plane.count - counts[levels.max() ?? 0]) / 255
    guard step > 0 else { return plane }
    var (below, table) = (0, [Float]())
    for count in counts {
      table.append(Float(min(255, table.isEmpty ? 0 : (below + step / 2) / step)) / 255)
      below += count
    }
    return levels.map { table[$0] }
  }

  /// From 0 to 255.
  private static func level(_ value: Float) -> Int {
    Int(min(255, max(0, (value * 255).rounded())))
  }

  private static func eachPlane(_ sample: inout SampleNumbers, _ change: ([Float]) -> [Float]) {
    let count = sample.grid.rows * sample.grid.columns
    for start in stride(from: 0, to: sample.values.count, by: count) {
      let range = start..<start + count
      sample.values.replaceSubrange(range, with: change(Array(sample.values[range])))
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseSettings

/// A crop of random area and proportions that is enlarged to the original size, as torchvision's
/// `RandomResizedCrop`.
public struct RandomResizedCropConfiguration: ConfigurationSection, RangeChecking {
  /// How likely a sample is cropped; 0 never, 1 always, as torchvision does.
  public var probability = 0.0
  /// The least and the most of the picture's area that is taken.
  public var scale = [0.08, 1.0]
  /// The least and the most of width / height, of which the logarithm is uniform.
  public var ratio = [0.75, 4.0 / 3]

  /// The defaults, which never crop.
  public init() {}

  /// Throws for the first value out of its range.
  public func check(at path: ConfigPath) throws {
    try path.check("probability", probability, .within(0...1))
    func check(_ key: String, _ values: [Double], most: Double, _ expected: String) throws {
      try path.check(
        key,
        values.count == 2 && values[0] > 0 && values[0] <= values[1] && values[1] <= most,
        found: .sequence(values.map(ConfigValue.double)), expected: expected)
    }
    try check("scale", scale, most: 1, "two numbers above 0 and at most 1, the smaller one first")
    try check("ratio", ratio, most: 1000, "two numbers above 0, the smaller one first")
  }
}

/// Pictures and all frames of a video are cropped as wholes. The numbers of optical flow stay as they are.
struct RandomResizedCrop: NumberChange {
  static let name = "random resized crop"
  let configuration: RandomResizedCropConfiguration

  func apply(to sample: inout SampleNumbers, _ stream: inout RandomStream) {
    guard stream.happens(withProbability: configuration.probability) else { return }
    let (scale, ratio) = (configuration.scale, configuration.ratio)
    let crop = Crop.random(
      of: (sample.grid.rows, sample.grid.columns), scale: scale[0]...scale[1],
      ratio: ratio[0]...ratio[1], &stream)
    Self.enlarge(crop, of: &sample)
  }

  /// The crop at the size of the whole, bilinearly, with pixels as areas (`align_corners=False`). As it is no larger
  /// than the whole, there is nothing to smooth.
  static func enlarge(_ crop: Crop, of sample: inout SampleNumbers) {
    let (rows, columns) = (sample.grid.rows, sample.grid.columns)
    let vertical = taps(from: crop.top, crop.height, to: rows)
    let horizontal = taps(from: crop.left, crop.width, to: columns)
    let source = sample.values
    var index = 0
    for plane in 0..<sample.grid.planes {
      let start = plane * rows * columns
      for row in vertical {
        let (upper, lower) = (start + row.first * columns, start + row.second * columns)
        for column in horizontal {
          let top =
            source[upper + column.first] * (1 - column.weight)
            + source[upper + column.second] * column.weight
          let bottom =
            source[lower + column.first] * (1 - column.weight)
            + source[lower + column.second] * column.weight
          sample.values[index] = top * (1 - row.weight) + bottom * row.weight
          index += 1
        }
      }
    }
  }

  /// For each place of the result the two neighbours in the source, and the weight of the second.
  private static func taps(
    from start: Int, _ length: Int, to count: Int
  ) -> [(first: Int, second: Int, weight: Float)] {
    (0..<count).map { place in
      let position = max(0, (Double(place) + 0.5) * Double(length) / Double(count) - 0.5)
      let first = min(length - 1, Int(position))
      return (
        start + first, start + min(length - 1, first + 1), Float(position - Double(first))
      )
    }
  }
}

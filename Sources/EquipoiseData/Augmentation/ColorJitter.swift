// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseSettings

/// Random brightness, contrast, saturation and hue, in random order, as torchvision's `ColorJitter`.
public struct ColorJitterConfiguration: ConfigurationSection, RangeChecking {
  /// Brightness is multiplied by a number from max(0, 1 − this) to 1 + this.
  public var brightness = 0.0
  /// So is the contrast.
  public var contrast = 0.0
  /// So is the saturation of three channels.
  public var saturation = 0.0
  /// The hue of three channels turns by at most this part of the circle, either way.
  public var hue = 0.0

  /// The defaults, which change nothing.
  public init() {}

  /// Throws for the first value out of its range.
  public func check(at path: ConfigPath) throws {
    try path.check("brightness", brightness, .atLeast(0))
    try path.check("contrast", contrast, .atLeast(0))
    try path.check("saturation", saturation, .atLeast(0))
    try path.check("hue", hue, .within(0...0.5))
  }
}

/// All frames of a video change alike.
struct ColorJitter: NumberChange {
  /// What one draw does to a sample.
  enum Change: Equatable {
    case brightness(Double)
    case contrast(Double)
    case saturation(Double)
    case hue(Double)
  }

  static let name = "color jitter"
  let configuration: ColorJitterConfiguration

  func apply(to sample: inout SampleNumbers, _ stream: inout RandomStream) {
    for change in draw(&stream) { Self.apply(change, to: &sample) }
  }

  /// The changes of a sample, in their order.
  func draw(_ stream: inout RandomStream) -> [Change] {
    let order = stream.permutation(of: 4)
    func uniform(_ low: Double, _ high: Double) -> Double { low + stream.uniform() * (high - low) }
    func factor(_ most: Double) -> Double { uniform(max(0, 1 - most), 1 + most) }
    let changes: [Change?] = [
      configuration.brightness > 0 ? .brightness(factor(configuration.brightness)) : nil,
      configuration.contrast > 0 ? .contrast(factor(configuration.contrast)) : nil,
      configuration.saturation > 0 ? .saturation(factor(configuration.saturation)) : nil,
      configuration.hue > 0 ? .hue(uniform(-configuration.hue, configuration.hue)) : nil,
    ]
    return order.compactMap { changes[$0] }
  }

  /// Changes each picture of one or three channels with numbers from 0 to 1.
  static func apply(_ change: Change, to sample: inout SampleNumbers) {
    let pixels = sample.grid.rows * sample.grid.columns
    let channels = sample.modality.channels
    for start in stride(from: 0, to: sample.values.count, by: channels * pixels) {
      let picture = start..<start + channels * pixels
      switch change {
      case .brightness(let factor):
        blend(&sample.values, picture, Float(factor)) { _ in 0 }
      case .contrast(let factor):
        let greys = greys(sample.values, start, pixels, channels)
        let mean = Float(greys.reduce(0.0) { $0 + Double($1) } / Double(pixels))
        blend(&sample.values, picture, Float(factor)) { _ in mean }
      case .saturation(let factor):
        let greys = greys(sample.values, start, pixels, channels)
        blend(&sample.values, picture, Float(factor)) { greys[($0 - start) % pixels] }
      case .hue(let turn):
        for pixel in start..<start + pixels {
          let (red, green, blue) = (pixel, pixel + pixels, pixel + 2 * pixels)
          let turned = Hue.turned(
            (sample.values[red], sample.values[green], sample.values[blue]), by: Float(turn))
          (sample.values[red], sample.values[green], sample.values[blue]) = turned
        }
      }
    }
  }

  /// factor · x + (1 − factor) · other, kept between 0 and 1.
  private static func blend(
    _ values: inout [Float], _ range: Range<Int>, _ factor: Float, with other: (Int) -> Float
  ) {
    for index in range {
      values[index] = min(1, max(0, factor * values[index] + (1 - factor) * other(index)))
    }
  }

  private static func greys(
    _ values: [Float], _ start: Int, _ pixels: Int, _ channels: Int
  ) -> [Float] {
    (start..<start + pixels).map { pixel in
      channels < 3
        ? values[pixel]
        : 0.2989 * values[pixel] + 0.587 * values[pixel + pixels]
          + 0.114 * values[pixel + 2 * pixels]
    }
  }
}

/// Colours as hue, saturation and value.
enum Hue {
  typealias Color = (red: Float, green: Float, blue: Float)

  /// The colour with its hue turned by a part of the circle.
  static func turned(_ color: Color, by part: Float) -> Color {
    let value = max(color.red, color.green, color.blue)
    let range = value - min(color.red, color.green, color.blue)
    guard range > 0 else { return color }
    let saturation = range / value
    let red = (value - color.red) / range
    let green = (value - color.green) / range
    let blue = (value - color.blue) / range
    let sector =
      color.red == value ? blue - green : color.green == value ? 2 + red - blue : 4 + green - red
    var hue = sector / 6 + part
    hue -= hue.rounded(.down)
    let place = (hue * 6).rounded(.down)
    let fraction = hue * 6 - place
    let low = value * (1 - saturation)
    let falling = value * (1 - saturation * fraction)
    let rising = value * (1 - saturation * (1 - fraction))
    switch Int(place) % 6 {
    case 0: return (value, rising, low)
    case 1: return (falling, value, low)
    case 2: return (low, value, rising)
    case 3: return (low, falling, value)
    case 4: return (rising, low, value)
    default: return (value, low, falling)
    }
  }
}

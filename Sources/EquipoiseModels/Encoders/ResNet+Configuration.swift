// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseSettings
internal import EquipoiseTorch

/// What residual networks of every depth have alike.
protocol ResNetConfiguration: WeightCounting, RangeChecking {
  var width: Int { get }
  var smallImageStem: Bool { get }
  static var variant: ResNet.Variant { get }
  /// Of the published width, all layers but the first.
  static var publishedWeights: Double { get }
}

/// The settings of `type: resnet18`.
public struct ResNet18Configuration: ResNetConfiguration {
  /// `resnet18`.
  public static let name = "resnet18"
  /// One line for lists.
  public static let summary = "residual network of 18 layers, for images, spectrograms and video"

  /// Channels of the first stage.
  public var width = ResNet.defaultWidth
  /// Whether it starts with a 3×3 convolution of stride 1 and no pooling, for images of few pixels.
  public var smallImageStem = false

  static let variant = ResNet.Variant.resNet18
  static let publishedWeights = 11.1e6

  /// The defaults.
  public init() {}

  init(width: Int?, smallImageStem: Bool) {
    self.width = width ?? self.width
    self.smallImageStem = smallImageStem
  }
}

/// The settings of `type: resnet34`.
public struct ResNet34Configuration: ResNetConfiguration {
  /// `resnet34`.
  public static let name = "resnet34"
  /// One line for lists.
  public static let summary = "residual network of 34 layers, for images, spectrograms and video"

  /// Channels of the first stage.
  public var width = ResNet.defaultWidth
  /// Whether it starts with a 3×3 convolution of stride 1 and no pooling, for images of few pixels.
  public var smallImageStem = false

  static let variant = ResNet.Variant.resNet34
  static let publishedWeights = 21.2e6

  /// The defaults.
  public init() {}

  init(width: Int?, smallImageStem: Bool) {
    self.width = width ?? self.width
    self.smallImageStem = smallImageStem
  }
}

extension ResNetConfiguration {
  /// A residual network for the input's channels.
  public func makeEncoder(
    for input: EncoderInput, from generator: Generator
  ) throws -> any ModalityEncoder {
    let shape = input.shape
    return ResNet(
      Self.variant, channels: shape.count < 3 ? input.last : shape[shape.count - 3], width: width,
      stem: smallImageStem ? .smallImage : .standard, from: generator)
  }

  /// Of all layers but the first.
  public func leastWeights(for input: EncoderInput) -> Double {
    let scale = Double(width) / Double(ResNet.defaultWidth)
    return Self.publishedWeights * scale * scale
  }

  /// Throws for the first value out of its range.
  public func check(at path: ConfigPath) throws { try path.check("width", width, .encoderWidth) }
}

extension EncoderSection {
  /// ResNet-18.
  public static func resnet18(width: Int? = nil, smallImageStem: Bool = false) -> EncoderSection {
    EncoderSection(ResNet18Configuration(width: width, smallImageStem: smallImageStem))
  }

  /// ResNet-34.
  public static func resnet34(width: Int? = nil, smallImageStem: Bool = false) -> EncoderSection {
    EncoderSection(ResNet34Configuration(width: width, smallImageStem: smallImageStem))
  }
}

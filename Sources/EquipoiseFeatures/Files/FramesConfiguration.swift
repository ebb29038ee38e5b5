// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseSettings

/// Frames of a video, or of a folder of images.
public struct FramesConfiguration: MediaFeatureConfiguration, RangeChecking {
  /// The name.
  public static let name = "frames"
  /// What it makes.
  public static let summary = "frames of a video, of an animation or of a folder of images"
  /// Those of videos; a name without an ending is a folder's.
  public static var extensions: [String] { MediaKind.videoExtensions.sorted() }

  /// Frames of a video.
  public var frames = 3
  /// Frames per second among which they are chosen; nil takes all.
  public var fps: Double?
  /// Which frames: `middle`, `first` or `random` of equal segments, `leading`, or `spread`.
  public var choice = FrameChoice.middle
  /// Height and width of frames.
  public var size = 224
  /// Pixels of the shorter side before the centre is cut out; nil stretches the image.
  public var shorterSide: Int?

  /// The defaults.
  public init() {}

  /// uint8 [frames, 3, size, size].
  public func makeFeature() throws -> any MediaFeature {
    VideoFeature(sampling: sampling, image: image.image)
  }

  /// Throws for the first value out of its range.
  public func check(at path: ConfigPath) throws {
    try path.check("frames", frames, .from(1..<513))
    try path.check("fps", fps, .within(0.01...1000))
    try image.check(at: path)
  }

  var sampling: FrameSampling { FrameSampling(count: frames, rate: fps, choice: choice) }

  private var image: ImageConfiguration {
    var image = ImageConfiguration()
    (image.size, image.shorterSide) = (size, shorterSide)
    return image
  }
}

/// A still image.
public struct ImageConfiguration: MediaFeatureConfiguration, RangeChecking {
  /// The name.
  public static let name = "image"
  /// What it makes.
  public static let summary = "a still image; of an animation the first picture"
  /// Those of images.
  public static var extensions: [String] { ImageFolder.extensions.sorted() }

  /// Height and width of the image.
  public var size = 224
  /// Pixels of the shorter side before the centre is cut out; nil stretches the image.
  public var shorterSide: Int?

  /// The defaults.
  public init() {}

  /// uint8 [3, size, size].
  public func makeFeature() throws -> any MediaFeature { StillFeature(image: image) }

  /// Throws for the first value out of its range.
  public func check(at path: ConfigPath) throws {
    try path.check("size", size, .from(8..<1025))
    try path.check("shorterSide", shorterSide, .from(size..<4097))
  }

  var image: ImageFeature {
    ImageFeature(
      height: size, width: size, fit: shorterSide.map { .centred(shorterSide: $0) } ?? .stretched)
  }
}

/// Optical flow that lies there as images.
public struct FlowConfiguration: MediaFeatureConfiguration, RangeChecking {
  /// The name.
  public static let name = "flow"
  /// What it makes.
  public static let summary = "optical flow, of a folder with images flow_x* and flow_y*"

  /// Frames of a clip.
  public var frames = 3
  /// Frames per second among which they are chosen; nil takes all.
  public var fps: Double?
  /// Which frames: `middle`, `first` or `random` of equal segments, `leading`, or `spread`.
  public var choice = FrameChoice.middle
  /// Height and width of frames.
  public var size = 224
  /// Pixels of the shorter side before the centre is cut out; nil stretches the image.
  public var shorterSide: Int?

  /// The defaults.
  public init() {}

  /// uint8 [frames, 2, size, size], 128 for none.
  public func makeFeature() throws -> any MediaFeature {
    var image = ImageConfiguration()
    (image.size, image.shorterSide) = (size, shorterSide)
    return FlowFeature(
      sampling: frameSettings.sampling, image: image.image, flow: nil, levels: FlowLevels())
  }

  /// Throws for the first value out of its range.
  public func check(at path: ConfigPath) throws { try frameSettings.check(at: path) }

  private var frameSettings: FramesConfiguration {
    var settings = FramesConfiguration()
    (settings.frames, settings.fps, settings.choice) = (frames, fps, choice)
    (settings.size, settings.shorterSide) = (size, shorterSide)
    return settings
  }
}

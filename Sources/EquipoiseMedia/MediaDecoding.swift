// SPDX-License-Identifier: Apache-2.0
public import EquipoiseFormats

/// Reads media files. Programs have no decoder in them: ``MediaWorkerPool`` decodes by the program
/// `equipoise-decoder`, and whoever prepares raw media hands it over.
public protocol MediaDecoding: Sendable {
  /// What a file holds.
  ///
  /// - Parameter file: its path.
  /// - Returns: its length and first tracks.
  /// - Throws: `EquipoiseError` that names the file, for one that cannot be read or is refused.
  func describe(_ file: String) throws -> MediaDescription

  /// The first audio track, as the mean of its channels.
  ///
  /// - Parameters:
  ///   - file: its path.
  ///   - sampleRate: the rate of the result in hertz.
  ///   - limit: how many samples are wanted from the start, for a recording of any length; nil wants all.
  /// - Returns: float32 [samples], in −1…1.
  /// - Throws: as `describe`, for a file without audio, and for one of which a part is lost.
  func sound(_ file: String, sampleRate: Int, atMost limit: Int?) throws -> DecodedMedia

  /// When the frames of the first video track are shown, by their own time stamps.
  ///
  /// - Parameter file: its path.
  /// - Returns: seconds from the start of the track, ascending; at least one.
  /// - Throws: as `describe`, for a file without video, and for one of which a part is lost.
  func frameTimes(_ file: String) throws -> [Double]

  /// Frames of the first video track, upright.
  ///
  /// - Parameters:
  ///   - file: its path.
  ///   - times: seconds from the start of the track, ascending; each gives the frame shown then, past
  ///     the end the last one.
  /// - Returns: uint8 [height, width, 3] for each time, red first.
  /// - Throws: as `frameTimes`.
  func frames(_ file: String, at times: [Double]) throws -> [HostArray]

  /// A still image, upright; of an animation the first picture.
  ///
  /// - Parameter file: its path: JPEG, PNG, WebP, BMP, TIFF or GIF, whatever its name says.
  /// - Returns: uint8 [height, width, 3], red first.
  /// - Throws: as `describe`, and for a picture of which a part is lost.
  func picture(_ file: String) throws -> DecodedMedia
}

extension MediaDecoding {
  /// All of the first audio track; see ``sound(_:sampleRate:atMost:)``.
  public func audio(_ file: String, sampleRate: Int) throws -> HostArray {
    try sound(file, sampleRate: sampleRate, atMost: nil).array
  }

  /// A still image; see ``picture(_:)``.
  public func image(_ file: String) throws -> HostArray { try picture(file).array }
}

/// What was decoded from a file that is whole, and what is doubtful about it nevertheless.
public struct DecodedMedia: Sendable {
  /// Samples or pixels.
  public var array: HostArray
  /// Sentences about the file, each without its name and a full stop.
  public var warnings: [String]

  /// What was decoded.
  public init(_ array: HostArray, warnings: [String] = []) {
    (self.array, self.warnings) = (array, warnings)
  }
}

/// What a media file holds.
public struct MediaDescription: Codable, Equatable, Sendable {
  /// The first audio track.
  public struct Audio: Codable, Equatable, Sendable {
    /// Hertz.
    public var sampleRate: Int
    /// Channels before they are mixed.
    public var channels: Int

    /// A track.
    public init(sampleRate: Int, channels: Int) {
      (self.sampleRate, self.channels) = (sampleRate, channels)
    }
  }

  /// The first video track.
  public struct Video: Codable, Equatable, Sendable {
    /// Pixels across, upright.
    public var width: Int
    /// Pixels down, upright.
    public var height: Int
    /// Frames per second on average.
    public var rate: Double

    /// A track.
    public init(width: Int, height: Int, rate: Double) {
      (self.width, self.height, self.rate) = (width, height, rate)
    }
  }

  /// Seconds.
  public var duration: Double
  /// The audio, if there is any.
  public var audio: Audio?
  /// The video, if there is any.
  public var video: Video?

  /// A description.
  public init(duration: Double, audio: Audio?, video: Video?) {
    (self.duration, self.audio, self.video) = (duration, audio, video)
  }
}

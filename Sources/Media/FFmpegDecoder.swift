internal import CFFmpeg
internal import CMedia
public import Equipoise
public import Formats

/// Decodes in this process, by FFmpeg's libraries, one file at a time and with one thread for each call.
///
/// Files of unknown origin are better decoded by a ``MediaWorkerPool``: what FFmpeg does wrong with a
/// damaged file ends a worker then, not this process. Refused are files over ``MediaLimits``, kinds of
/// files that name others (playlists), and everything that is not a regular file.
public struct FFmpegDecoder: MediaDecoding {
  /// A decoder.
  public init() {}

  /// FFmpeg's version, such as `5.1.6`.
  public static var version: String { String(cString: av_version_info()) }

  /// What a file holds; a picture lasts 0 seconds.
  ///
  /// - Returns: its tracks.
  /// - Throws: `EquipoiseError` that names the file, for one that cannot be read or is refused.
  public func describe(_ file: String) throws -> MediaDescription {
    let container = try Container(file, formats: MediaFormats.all)
    return MediaDescription(
      duration: try container.duration(), audio: container.audio, video: try container.video())
  }

  /// The first audio track, mixed to one channel as FFmpeg does by default.
  ///
  /// - Returns: float32 [samples], nominally in −1…1.
  /// - Throws: as `describe`, for a file without audio, and for audio that is empty, not finite, or
  ///   corrupt in more than ``MediaLimits/damagedShare`` of its packets.
  public func audio(_ file: String, sampleRate: Int) throws -> HostArray {
    guard (1...MediaLimits.sampleRate).contains(sampleRate) else {
      throw EquipoiseError(
        .usage, "\(sampleRate) is not a sample rate", fix: "choose one such as 16000")
    }
    let container = try Container(file, formats: MediaFormats.containers)
    guard let stream = container.stream(AVMEDIA_TYPE_AUDIO) else {
      throw EquipoiseError.media(file, "it has no audio track")
    }
    return try AudioReader(file, rate: sampleRate).read(TrackDecoder(container, stream))
  }

  /// Frames of the first video track, upright: turns by quarters and mirror images are undone.
  ///
  /// - Returns: uint8 [height, width, 3] for each time, red first; equal frames share their memory.
  /// - Throws: as `describe`, for a file without video, and for video that is corrupt in more than
  ///   ``MediaLimits/damagedShare`` of the packets read.
  public func frames(_ file: String, at times: [Double]) throws -> [HostArray] {
    guard times.allSatisfy(\.isFinite), zip(times, times.dropFirst()).allSatisfy({ $0 <= $1 })
    else {
      throw EquipoiseError(
        .usage, "the times of frames do not ascend", at: file, fix: "sort them")
    }
    guard !times.isEmpty else { return [] }
    if let frames = try frames(file, at: times, maySeek: true) { return frames }
    return try frames(file, at: times, maySeek: false) ?? []
  }

  /// A still image, upright by its EXIF orientation.
  ///
  /// - Returns: uint8 [height, width, 3], red first; transparency is dropped.
  /// - Throws: as `describe`.
  public func image(_ file: String) throws -> HostArray {
    let container = try Container(file, formats: MediaFormats.pictures)
    guard let stream = container.stream(AVMEDIA_TYPE_VIDEO) else {
      throw EquipoiseError.media(file, "it holds no picture")
    }
    let frame = try MediaFrame(for: file)
    guard try TrackDecoder(container, stream).next(into: frame) else {
      throw EquipoiseError.media(file, "it is corrupt: no picture can be decoded")
    }
    return try PictureConverter(file, stream).convert(frame)
  }

  private func frames(_ file: String, at times: [Double], maySeek: Bool) throws -> [HostArray]? {
    let container = try Container(file, formats: MediaFormats.containers)
    guard let stream = container.stream(AVMEDIA_TYPE_VIDEO) else {
      throw EquipoiseError.media(file, "it has no video track")
    }
    return try FrameReader(container, stream, maySeek: maySeek).read(at: times)
  }
}

// SPDX-License-Identifier: Apache-2.0
internal import CEquipoiseFFmpeg
internal import CEquipoiseMedia
internal import EquipoiseKit
package import EquipoiseMedia
package import EquipoiseFormats

/// Decodes in this process, by FFmpeg's libraries, one file at a time and with one thread for each call.
///
/// Files of unknown origin are better decoded by a ``MediaWorkerPool``: what FFmpeg does wrong with a
/// damaged file ends a worker then, not this process. Refused are files over ``MediaLimits``, kinds of
/// files that name others (playlists), and everything that is not a regular file.
package struct FFmpegDecoder: MediaDecoding {
  /// A decoder.
  package init() {}

  /// FFmpeg's version, such as `5.1.6`.
  package static var version: String { String(cString: av_version_info()) }

  /// The same with those of the libraries: `5.1.6 (libavformat 59.27.100, …)`.
  package static var versions: String {
    let libraries = [
      ("libavformat", avformat_version()), ("libavcodec", avcodec_version()),
      ("libavutil", avutil_version()), ("libswscale", swscale_version()),
      ("libswresample", swresample_version()),
    ].map { name, number in "\(name) \(number >> 16).\(number >> 8 & 0xFF).\(number & 0xFF)" }
    return "\(version) (\(libraries.joined(separator: ", ")))"
  }

  /// What a file holds; a picture lasts 0 seconds.
  ///
  /// - Returns: its tracks.
  /// - Throws: `EquipoiseError` that names the file, for one that cannot be read or is refused.
  package func describe(_ file: String) throws -> MediaDescription {
    let container = try Container(file)
    return MediaDescription(
      duration: try container.duration(), audio: container.audio, video: try container.video())
  }

  /// The first audio track, as the mean of its channels.
  ///
  /// - Returns: float32 [samples], nominally in −1…1, with warnings about channels that cancel and samples
  ///   that are clipped.
  /// - Throws: as `describe`, for a file without audio, for audio that is empty, not finite or in the
  ///   range of integers, and for a file of which a part is lost or more than
  ///   ``MediaLimits/damagedShare`` of the packets cannot be decoded.
  package func sound(_ file: String, sampleRate: Int, atMost limit: Int?) throws -> DecodedMedia {
    guard (1...MediaLimits.sampleRate).contains(sampleRate) else {
      throw EquipoiseError(
        .usage, "\(sampleRate) is not a sample rate", fix: "choose one such as 16000")
    }
    try Completeness(PacketSurvey(file, AVMEDIA_TYPE_AUDIO, lack: "audio")).check()
    let container = try Container(file)
    guard let stream = container.stream(AVMEDIA_TYPE_AUDIO) else {
      throw EquipoiseError.media(file, "it has no audio track")
    }
    return try AudioReader(file, rate: sampleRate, atMost: limit)
      .read(TrackDecoder(container, stream))
  }

  /// When the frames of the first video track are shown.
  ///
  /// - Returns: seconds from the start of the track, ascending.
  /// - Throws: as `describe`, for a file without video, and for one of which a part is lost.
  package func frameTimes(_ file: String) throws -> [Double] {
    try TimelineCache.shared.timeline(of: file).times
  }

  /// Frames of the first video track, upright: turns by quarters and mirror images are undone.
  ///
  /// - Returns: uint8 [height, width, 3] for each time, red first; equal frames share their memory.
  /// - Throws: as `frameTimes`, for a frame with holes, and for video of which more than
  ///   ``MediaLimits/damagedShare`` of the packets read cannot be decoded.
  package func frames(_ file: String, at times: [Double]) throws -> [HostArray] {
    guard times.allSatisfy(\.isFinite), zip(times, times.dropFirst()).allSatisfy({ $0 <= $1 })
    else {
      throw EquipoiseError(
        .usage, "the times of frames do not ascend", at: file, fix: "sort them")
    }
    guard !times.isEmpty else { return [] }
    let timeline = try TimelineCache.shared.timeline(of: file)
    if let frames = try frames(file, timeline, at: times, maySeek: true) { return frames }
    return try frames(file, timeline, at: times, maySeek: false) ?? []
  }

  /// A still image, upright by its EXIF orientation; of an animation the first picture.
  ///
  /// - Returns: uint8 [height, width, 3], red first; transparency is dropped.
  /// - Throws: as `describe`, and for a picture of which a part is lost.
  package func picture(_ file: String) throws -> DecodedMedia { try StillReader(file).read() }

  private func frames(
    _ file: String, _ timeline: FrameTimeline, at times: [Double], maySeek: Bool
  ) throws -> [HostArray]? {
    let container = try Container(file)
    guard let stream = container.stream(AVMEDIA_TYPE_VIDEO) else {
      throw EquipoiseError.media(file, "it has no video track")
    }
    return try FrameReader(
      container, stream, interval: timeline.interval, isNumbered: timeline.isNumbered,
      maySeek: maySeek && timeline.maySeek
    ).read(at: times)
  }
}

// SPDX-License-Identifier: Apache-2.0
import CEquipoiseFFmpeg
import CEquipoiseMedia
import EquipoiseKit
import EquipoiseMedia
import Foundation

/// When the frames of a video track are shown.
struct FrameTimeline: Sendable {
  /// Seconds from the start of the track, ascending, to a millionth.
  let times: [Double]
  /// Whether frames have no times of their own but follow one another `interval` seconds apart.
  let isNumbered: Bool
  /// Whether the file can be sought in by time.
  let maySeek: Bool
  /// Seconds from one frame to the next, on average.
  let interval: Double

  /// Reads a file through, without decoding it unless it is a bare stream.
  ///
  /// - Throws: `EquipoiseError` for a file without video, or of which a part is lost.
  init(of file: String) throws {
    let survey = try PacketSurvey(file, AVMEDIA_TYPE_VIDEO, lack: "video")
    try Completeness(survey).check()
    interval = survey.interval
    let isBare = MediaFormats.elementary.contains(survey.container.format)
    if isBare || survey.lacksTimestamps {
      let decoded = try Self.decoded(file, isBare: isBare, interval: interval)
      // Where even the decoder has no order of them, one frame follows the other.
      isNumbered = !zip(decoded, decoded.dropFirst()).allSatisfy { $0 < $1 }
      let interval = interval
      times = isNumbered ? decoded.indices.map { Self.rounded(Double($0) * interval) } : decoded
      maySeek = false
    } else {
      (isNumbered, maySeek) = (false, true)
      let unit = av_q2d(survey.wanted.pointee.time_base)
      let start = survey.wanted.pointee.start_time
      let sorted = survey.timestamps.sorted()
      let origin = start == cmedia_no_timestamp ? sorted.first ?? 0 : start
      times = sorted.map { Self.rounded((Double($0) - Double(origin)) * unit) }
    }
    guard !times.isEmpty else {
      throw EquipoiseError.media(file, "its video track has no frames")
    }
  }

  /// When frames are shown by the decoder's word, where packets do not tell: those of a bare stream may
  /// hold halves of frames.
  private static func decoded(_ file: String, isBare: Bool, interval: Double) throws -> [Double] {
    let container = try Container(file)
    guard let stream = container.stream(AVMEDIA_TYPE_VIDEO) else { return [] }
    let reader = try FrameReader(container, stream, interval: interval)
    let times = try reader.times().map(rounded)
    guard !isBare || !reader.endsDamaged else {
      throw EquipoiseError.damaged(
        file, "the file ends in the middle of frame \(times.count), so its end is lost")
    }
    return times
  }

  private static func rounded(_ seconds: Double) -> Double { (seconds * 1e6).rounded() / 1e6 }
}

/// The timeline of the file read last: the times of its frames are asked for before the frames.
final class TimelineCache: @unchecked Sendable {
  static let shared = TimelineCache()
  private let lock = NSLock()
  private var key: Key?
  private var timeline: FrameTimeline?

  private struct Key: Equatable {
    let file: String
    let identity: InputFile.Identity
  }

  /// The file's timeline.
  func timeline(of file: String) throws -> FrameTimeline {
    let key = Key(file: file, identity: try InputFile(file).identity)
    if let known = lock.withLock({ self.key == key ? timeline : nil }) { return known }
    let found = try FrameTimeline(of: file)
    lock.withLock { (self.key, timeline) = (key, found) }
    return found
  }
}

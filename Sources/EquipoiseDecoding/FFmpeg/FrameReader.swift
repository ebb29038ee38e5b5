// SPDX-License-Identifier: Apache-2.0
import CEquipoiseFFmpeg
import CEquipoiseMedia
import EquipoiseKit
import EquipoiseMedia
import EquipoiseFormats

/// Reads the frames of a track that are shown at chosen times, mostly in sequence: it seeks only to a
/// key frame that lies well after what was decoded, and falls back on the sequence where the file's
/// index misleads.
final class FrameReader {
  private let container: Container
  private let decoder: TrackDecoder
  private let converter: PictureConverter
  /// The frame on the screen, and the one that follows it.
  private let shown: MediaFrame
  private let following: MediaFrame
  private let maySeek: Bool
  /// Whether frames follow one another at the interval, whatever their time stamps say.
  private let isNumbered: Bool
  private let interval: Double
  private let unit: Double
  private var origin = cmedia_no_timestamp
  private var previous: Double?
  /// Frames decoded.
  private var count = 0

  /// Times in files are rounded, to milliseconds at worst: half of one either way is the same time.
  private var tolerance: Double { min(unit / 2, 0.000_51) }

  /// A jump below this many seconds is decoded through.
  static let shortestJump = 2.0

  /// - Parameters:
  ///   - container: the open file.
  ///   - stream: its video track.
  ///   - interval: seconds from one frame to the next, on average.
  ///   - isNumbered: whether the time stamps count for nothing.
  ///   - maySeek: whether frames between wanted ones may be left out.
  /// - Throws: `EquipoiseError` for a codec that cannot be decoded.
  init(
    _ container: Container, _ stream: UnsafeMutablePointer<AVStream>, interval: Double,
    isNumbered: Bool = false, maySeek: Bool = false
  ) throws {
    self.container = container
    decoder = try TrackDecoder(container, stream)
    converter = try PictureConverter(container.file, stream)
    shown = try MediaFrame(for: container.file)
    following = try MediaFrame(for: container.file)
    (self.maySeek, self.isNumbered, self.interval) = (maySeek, isNumbered, interval)
    let base = stream.pointee.time_base
    unit = base.den > 0 ? Double(base.num) / Double(base.den) : 0
    origin = stream.pointee.start_time
  }

  /// When all frames are shown, in seconds from the start of the track.
  func times() throws -> [Double] {
    var times: [Double] = []
    while let time = try advance() { times.append(time) }
    return times
  }

  /// Whether the last frame decoded has holes, or none could be made of the last packet.
  var endsDamaged: Bool { decoder.endsDamaged }

  /// The frames at ascending times, in seconds from the start of the track; nil when a seek went wrong.
  func read(at times: [Double]) throws -> [HostArray]? {
    var frames: [HostArray] = []
    guard try advance() != nil else {
      throw EquipoiseError.media(container.file, "its video track has no frames")
    }
    shown.take(following)
    var next = try advance()
    for (index, wanted) in times.enumerated() {
      if index > 0, times[index - 1] == wanted, let last = frames.last {
        frames.append(last)
        continue
      }
      if let upcoming = next, jump(from: upcoming, to: wanted) {
        // Where the file was sought in, the next frame must still come before the wanted time.
        guard let landed = try advance(), landed <= wanted else { return nil }
        next = landed
      }
      var isNew = frames.isEmpty
      while let upcoming = next, upcoming <= wanted + tolerance {
        shown.take(following)
        isNew = true
        next = try advance()
      }
      if !isNew, let last = frames.last {
        frames.append(last)
      } else {
        // With holes, a frame is only passed as the last, which a recording may end in.
        guard !shown.isIncomplete || next == nil else {
          throw EquipoiseError.damaged(
            container.file, "the frame at \(SoundLength.text(max(0, wanted))) seconds has holes")
        }
        frames.append(try converter.convert(shown))
      }
    }
    try decoder.checkDamage()
    return frames
  }

  /// Decodes a frame into `following` and gives its time.
  private func advance() throws -> Double? {
    guard try decoder.next(into: following) else { return nil }
    count += 1
    let timestamp = following.pointer.pointee.best_effort_timestamp
    let time: Double
    if isNumbered {
      time = Double(count - 1) * interval
    } else if timestamp == cmedia_no_timestamp {
      // A frame without a time comes a frame's length after the one before.
      time = previous.map { $0 + interval } ?? 0
    } else {
      if origin == cmedia_no_timestamp { origin = timestamp }
      time = (Double(timestamp) - Double(origin)) * unit
    }
    previous = time
    return time
  }

  /// Seeks if that saves decoding: whether it did.
  private func jump(from time: Double, to wanted: Double) -> Bool {
    guard maySeek, wanted - time > Self.shortestJump, unit > 0 else { return false }
    // A little earlier, as an index has decoding times, which precede those of showing.
    let target = (wanted - Self.shortestJump / 4) / unit + Double(origin)
    guard let timestamp = Int64(exactly: target.rounded(.down)) else { return false }
    let entry = av_index_search_timestamp(decoder.stream, timestamp, AVSEEK_FLAG_BACKWARD)
    guard entry >= 0, let found = avformat_index_get_entry(decoder.stream, entry),
      (Double(found.pointee.timestamp) - Double(origin)) * unit > time + Self.shortestJump / 4
    else { return false }
    return decoder.seek(to: found.pointee.timestamp)
  }
}

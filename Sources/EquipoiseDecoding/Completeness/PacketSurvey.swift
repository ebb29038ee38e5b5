// SPDX-License-Identifier: Apache-2.0
import CEquipoiseFFmpeg
import CEquipoiseMedia
import EquipoiseKit
import EquipoiseMedia

/// What a read through all packets of a file tells, without decoding any.
final class PacketSurvey {
  /// What is known of a track.
  struct Track {
    /// Packets, and those of them with all their bytes.
    var packets = 0
    var whole = 0
    /// Seconds: where the last packet ends, and how far packets are apart at most.
    var end = -Double.infinity
    var largestGap = 0.0
    /// The seconds of a packet by its own word.
    var packetLength = 0.0
    fileprivate var previous: Double?
    /// Bytes of the packets before the last, if all have about the same; and of the last.
    fileprivate(set) var usualSize: ClosedRange<Int>?
    fileprivate(set) var lastSize = 0
    /// The place in the file behind the last packet.
    fileprivate(set) var lastPlace = 0
  }

  let container: Container
  let wanted: UnsafeMutablePointer<AVStream>
  private(set) var tracks: [Track]
  /// When the wanted track's frames are shown, in its own units.
  private(set) var timestamps: [Int64] = []
  /// Whether some of its packets do not tell.
  private(set) var lacksTimestamps = false
  /// Whether a packet near the end is incomplete, or what follows it is not a packet.
  private(set) var endsWithin = false
  private(set) var endsBroken = false
  /// Whether something anywhere is not what the container has there.
  private(set) var sawFault = false

  /// How far back from the last packet a fault belongs to the end: the last packets of several tracks
  /// are given out together.
  private static let reach = 24

  /// Reads the file.
  ///
  /// - Parameters:
  ///   - file: its path.
  ///   - type: of which kind the wanted track is.
  ///   - lack: what the file does not have if there is no such track.
  /// - Throws: `EquipoiseError` for a file that cannot be read or has no such track.
  init(_ file: String, _ type: AVMediaType, lack: String) throws {
    container = try Container(file)
    guard !container.streams.isEmpty else {
      throw EquipoiseError.media(file, "it is corrupt: no track can be found in it")
    }
    guard let stream = container.stream(type), !container.isPicture else {
      throw EquipoiseError.media(
        file,
        container.isPicture
          ? "it is \(container.title) and has no \(lack)"
          : "it has no \(lack) track",
        fix: container.isPicture ? "read it with kind=image, or name another file" : nil)
    }
    wanted = stream
    tracks = Array(repeating: Track(), count: container.streams.count)
    try read()
  }

  /// The wanted track.
  var track: Track { tracks[Int(wanted.pointee.index)] }

  /// Where the last packet of any track ends, in seconds.
  var end: Double { tracks.map(\.end).max() ?? 0 }

  /// Seconds between the starts of frames, on average.
  var interval: Double {
    let rate = wanted.pointee.avg_frame_rate
    let other = wanted.pointee.r_frame_rate
    if rate.num > 0, rate.den > 0 { return Double(rate.den) / Double(rate.num) }
    if other.num > 0, other.den > 0 { return Double(other.den) / Double(other.num) }
    return 0.04
  }

  private func read() throws {
    guard let packet = av_packet_alloc() else { throw EquipoiseError.noMemory(container.file) }
    defer {
      var freed: UnsafeMutablePointer<AVPacket>? = packet
      av_packet_free(&freed)
    }
    // What was read to know the tracks is not read again, so its faults are known already. Streams of
    // packets are: their length was looked for at their end.
    let isRead = avio_feof(container.context.pointee.pb) != 0
    let early = ["mpegts", "mpeg"].contains(container.format) ? [] : DecoderLog.taken()
    _ = DecoderLog.taken()
    var (count, lastCut, lastBreak) = (0, -Self.reach, -Self.reach)
    func note(_ lines: [String]) {
      if lines.contains(where: DecoderLog.tellsOfCut) { (lastCut, sawFault) = (count, true) }
      if lines.contains(where: DecoderLog.tellsOfBrokenStructure) {
        (lastBreak, sawFault) = (count, true)
      }
    }
    while container.read(into: packet) {
      count += 1
      try add(packet.pointee)
      if packet.pointee.flags & AV_PKT_FLAG_CORRUPT != 0 { (lastCut, sawFault) = (count, true) }
      note(DecoderLog.taken())
    }
    note(DecoderLog.taken())
    if isRead { note(early) }
    endsWithin = count - lastCut < Self.reach
    endsBroken = count - lastBreak < Self.reach || container.ending != cmedia_error_end
  }

  private func add(_ packet: AVPacket) throws {
    let index = Int(packet.stream_index)
    guard tracks.indices.contains(index), let stream = container.context.pointee.streams[index]
    else { return }
    let isWhole = isWhole(packet, of: stream)
    let time = packet.pts == cmedia_no_timestamp ? packet.dts : packet.pts
    tracks[index].add(packet, isWhole, at: time, unit: av_q2d(stream.pointee.time_base))
    guard stream == wanted, isWhole, packet.flags & AV_PKT_FLAG_DISCARD == 0,
      stream.pointee.codecpar.pointee.codec_type == AVMEDIA_TYPE_VIDEO, isShown(packet)
    else { return }
    guard timestamps.count < MediaLimits.frames else {
      throw EquipoiseError.media(
        container.file, "its video track has more than \(MediaLimits.frames) frames",
        fix: "cut it into parts")
    }
    if packet.pts == cmedia_no_timestamp { lacksTimestamps = true }
    timestamps.append(packet.pts)
  }

  /// Whether a packet has all its bytes and they are not a hole in the file.
  private func isWhole(_ packet: AVPacket, of stream: UnsafeMutablePointer<AVStream>) -> Bool {
    guard packet.flags & AV_PKT_FLAG_CORRUPT == 0 else { return false }
    // Codecs that compress have no packet of zeros only; silence and black pictures are some in others.
    let codec = stream.pointee.codecpar.pointee.codec_id
    guard !codec.isPlain, packet.size >= 16 else { return true }
    return cmedia_is_zero(packet.data, Int64(packet.size)) == 0
  }

  /// Whether a frame is shown: VP8 has some that others only refer to.
  private func isShown(_ packet: AVPacket) -> Bool {
    guard wanted.pointee.codecpar.pointee.codec_id == AV_CODEC_ID_VP8, packet.size > 0 else {
      return true
    }
    return packet.data[0] & 0x10 != 0
  }
}

extension PacketSurvey.Track {
  fileprivate mutating func add(
    _ packet: AVPacket, _ isWhole: Bool, at time: Int64, unit: Double
  ) {
    if packets > 0 {
      let range = usualSize ?? lastSize...lastSize
      usualSize = min(range.lowerBound, lastSize)...max(range.upperBound, lastSize)
    }
    lastSize = Int(packet.size)
    if packet.pos >= 0 { lastPlace = Int(packet.pos) + lastSize }
    packets += 1
    if isWhole { whole += 1 }
    guard time != cmedia_no_timestamp else { return }
    let start = Double(time) * unit
    if let previous { largestGap = max(largestGap, abs(start - previous)) }
    previous = start
    packetLength = max(packetLength, Double(packet.duration) * unit)
    if isWhole { end = max(end, start + Double(packet.duration) * unit) }
  }
}

extension AVCodecID {
  /// Whether packets hold samples or pixels as they are, or differences of them.
  var isPlain: Bool {
    (AV_CODEC_ID_PCM_S16LE.rawValue..<AV_CODEC_ID_MP2.rawValue).contains(rawValue)
      || self == AV_CODEC_ID_RAWVIDEO
  }
}

// SPDX-License-Identifier: Apache-2.0
import CEquipoiseFFmpeg
import CEquipoiseMedia
import EquipoiseKit
import EquipoiseMedia

extension Container {
  /// The first audio track.
  var audio: MediaDescription.Audio? {
    guard let parameters = stream(AVMEDIA_TYPE_AUDIO)?.pointee.codecpar else { return nil }
    return .init(
      sampleRate: Int(parameters.pointee.sample_rate),
      channels: Int(parameters.pointee.ch_layout.nb_channels))
  }

  /// The first video track.
  func video() throws -> MediaDescription.Video? {
    guard let stream = stream(AVMEDIA_TYPE_VIDEO) else { return nil }
    // Where a picture keeps its orientation is known once it is decoded.
    let frame = try MediaFrame(for: file)
    if isPicture { _ = try TrackDecoder(self, stream).next(into: frame) }
    let orientation = Orientation(
      displayMatrix: cmedia_display_matrix(stream, frame.pointer))
    let parameters = stream.pointee.codecpar.pointee
    let size = orientation.size(width: Int(parameters.width), height: Int(parameters.height))
    let rate = stream.pointee.avg_frame_rate
    return .init(
      width: size.width, height: size.height,
      rate: rate.den > 0 && !isPicture ? Double(rate.num) / Double(rate.den) : 0)
  }

  /// Seconds; a file that does not tell is read through.
  func duration() throws -> Double {
    guard !isPicture else { return 0 }
    let told = context.pointee.duration
    return told != cmedia_no_timestamp && told > 0
      ? Double(told) / Double(AV_TIME_BASE) : try measure()
  }

  private func measure() throws -> Double {
    guard let packet = av_packet_alloc() else {
      throw EquipoiseError.noMemory(file)
    }
    defer {
      var freed: UnsafeMutablePointer<AVPacket>? = packet
      av_packet_free(&freed)
    }
    var (first, last) = (Double.infinity, 0.0)
    while read(into: packet) {
      let time = packet.pointee.pts == cmedia_no_timestamp ? packet.pointee.dts : packet.pointee.pts
      guard time != cmedia_no_timestamp,
        let stream = context.pointee.streams[Int(packet.pointee.stream_index)]
      else { continue }
      let unit = av_q2d(stream.pointee.time_base)
      first = min(first, Double(time) * unit)
      last = max(last, (Double(time) + Double(packet.pointee.duration)) * unit)
    }
    return first.isFinite ? max(0, last - first) : 0
  }
}

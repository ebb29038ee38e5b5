// SPDX-License-Identifier: Apache-2.0
import CEquipoiseFFmpeg
import CEquipoiseMedia
import EquipoiseKit
import EquipoiseMedia

/// Decodes one track of a file from its start on.
final class TrackDecoder {
  let container: Container
  let stream: UnsafeMutablePointer<AVStream>
  private let codec: UnsafeMutablePointer<AVCodecContext>
  private let packet: UnsafeMutablePointer<AVPacket>
  private var packets = 0
  private var damaged = 0
  /// Whether the first packet is among the damaged ones: MP3 files often begin with other data.
  private var startsDamaged = false
  private var frames = 0
  /// Frames that have holes, which the decoder has filled.
  private var incomplete = 0
  /// The last packet or frame is among what could not be decoded.
  private(set) var endsDamaged = false
  private var isDraining = false

  /// - Throws: `EquipoiseError` for a codec that this FFmpeg lacks, or without memory.
  init(_ container: Container, _ stream: UnsafeMutablePointer<AVStream>) throws {
    let parameters = stream.pointee.codecpar
    guard let decoder = avcodec_find_decoder(stream.pointee.codecpar.pointee.codec_id) else {
      let name = String(cString: avcodec_get_name(stream.pointee.codecpar.pointee.codec_id))
      throw EquipoiseError.media(
        container.file, "there is no decoder for its codec '\(name)'",
        fix: "convert it with ffmpeg, for instance to H.264 and AAC")
    }
    guard let packet = av_packet_alloc() else { throw EquipoiseError.noMemory(container.file) }
    guard let codec = avcodec_alloc_context3(decoder) else {
      var packet: UnsafeMutablePointer<AVPacket>? = packet
      av_packet_free(&packet)
      throw EquipoiseError.noMemory(container.file)
    }
    (self.container, self.stream, self.codec, self.packet) = (container, stream, codec, packet)
    container.readOnly(stream)
    codec.pointee.thread_count = 1
    codec.pointee.err_recognition |= Self.checks(decoder.pointee.id)
    codec.pointee.max_pixels = Int64(MediaLimits.pixels)
    codec.pointee.pkt_timebase = stream.pointee.time_base
    guard avcodec_parameters_to_context(codec, parameters) >= 0,
      avcodec_open2(codec, decoder, nil) >= 0
    else { throw EquipoiseError.media(container.file, "its decoder cannot be opened") }
  }

  deinit {
    var codec: UnsafeMutablePointer<AVCodecContext>? = codec
    avcodec_free_context(&codec)
    var packet: UnsafeMutablePointer<AVPacket>? = packet
    av_packet_free(&packet)
  }

  /// Decodes the next frame.
  ///
  /// - Parameter frame: what it replaces.
  /// - Returns: false after the last.
  /// - Throws: `EquipoiseError` at the end of a track of which too much could not be decoded.
  func next(into frame: MediaFrame) throws -> Bool {
    while true {
      let code = avcodec_receive_frame(codec, frame.pointer)
      if code >= 0 {
        frames += 1
        endsDamaged = frame.isIncomplete
        if endsDamaged { incomplete += 1 }
        return true
      }
      if code == cmedia_error_end || (isDraining && code == cmedia_error_again) {
        try checkDamage()
        return false
      }
      if code != cmedia_error_again {
        // Not about a packet, which `send` counts: about several at once.
        noteDamage()
        if isDraining {
          try checkDamage()
          return false
        }
      }
      send()
    }
  }

  /// Goes to the last key frame at or before a time of the track, in its own units.
  func seek(to timestamp: Int64) -> Bool {
    guard
      av_seek_frame(container.context, stream.pointee.index, timestamp, AVSEEK_FLAG_BACKWARD) >= 0
    else { return false }
    avcodec_flush_buffers(codec)
    isDraining = false
    // The first frames after a jump may refer to some before.
    (frames, incomplete) = (frames - incomplete, 0)
    return true
  }

  private func send() {
    while container.read(into: packet) {
      guard packet.pointee.stream_index == stream.pointee.index else { continue }
      packets += 1
      let code = avcodec_send_packet(codec, packet)
      if code < 0, code != cmedia_error_again { noteDamage() }
      return
    }
    isDraining = true
    avcodec_send_packet(codec, nil)
  }

  private func noteDamage() {
    damaged += 1
    startsDamaged = startsDamaged || packets == 1
    endsDamaged = true
  }

  /// What a codec's own check sums are good for: of some, a mismatch is an error. Of others, sound files
  /// have wrong ones.
  private static func checks(_ codec: AVCodecID) -> Int32 {
    switch codec {
    case AV_CODEC_ID_PNG, AV_CODEC_ID_APNG: AV_EF_CRCCHECK
    case AV_CODEC_ID_FLAC: AV_EF_CRCCHECK | AV_EF_EXPLODE
    default: 0
    }
  }

  /// Throws `EquipoiseError` for a track of which too much could not be decoded so far.
  func checkDamage() throws {
    guard frames > 0 || damaged == 0 else {
      throw EquipoiseError.media(
        container.file, "it is corrupt: none of \(packets) packets can be decoded")
    }
    let share = MediaLimits.damagedShare
    // What does not agree with its own check sum was something else when it was written.
    let tolerated = hasChecksums ? 0 : share * Double(packets)
    for (count, limit, what) in [
      (damaged, tolerated, "\(packets) packets cannot be decoded"),
      (incomplete, share * Double(frames), "\(frames) frames have holes"),
    ] where Double(count) > limit {
      throw EquipoiseError.damaged(container.file, "\(count) of \(what)")
    }
  }

  /// What is doubtful about a track that is not refused.
  var warnings: [String] {
    damagedInside == 0 ? [] : ["\(damagedInside) of its \(packets) packets cannot be decoded"]
  }

  private var hasChecksums: Bool { Self.checks(codec.pointee.codec_id) != 0 }

  /// Packets that cannot be decoded, without the first and the last, which are often something else.
  private var damagedInside: Int {
    max(0, damaged - (startsDamaged ? 1 : 0) - (endsDamaged && packets > 1 ? 1 : 0))
  }
}

/// A frame's memory, used again and again.
final class MediaFrame {
  let pointer: UnsafeMutablePointer<AVFrame>

  init(for file: String) throws {
    guard let pointer = av_frame_alloc() else { throw EquipoiseError.noMemory(file) }
    self.pointer = pointer
  }

  deinit {
    var pointer: UnsafeMutablePointer<AVFrame>? = pointer
    av_frame_free(&pointer)
  }

  /// Whether the decoder filled holes in the picture.
  var isIncomplete: Bool {
    pointer.pointee.decode_error_flags
      & (FF_DECODE_ERROR_INVALID_BITSTREAM | FF_DECODE_ERROR_CONCEALMENT_ACTIVE
        | FF_DECODE_ERROR_DECODE_SLICES) != 0
  }

  /// Takes over what another holds, which is empty then.
  func take(_ other: MediaFrame) {
    av_frame_unref(pointer)
    av_frame_move_ref(pointer, other.pointer)
  }
}

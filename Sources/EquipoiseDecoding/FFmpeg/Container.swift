// SPDX-License-Identifier: Apache-2.0
import CEquipoiseFFmpeg
import CEquipoiseMedia
import EquipoiseKit
import EquipoiseMedia
import Foundation

/// An open media file, of which packets are read in order.
final class Container {
  let file: String
  private let input: InputFile
  /// What the last read gave: below 0, why the packets ended.
  private(set) var ending: Int32 = 0
  let context: UnsafeMutablePointer<AVFormatContext>
  /// The name of FFmpeg's demuxer.
  let format: String
  /// Whether it is a single picture.
  var isPicture: Bool { MediaFormats.pictures.contains(format) }

  /// Opens a file. Its name plays no part in telling its kind, and it cannot open others.
  ///
  /// - Parameter file: the path of a regular file.
  /// - Throws: `EquipoiseError` for a file that cannot be read or is refused.
  init(_ file: String) throws {
    DecoderLog.start()
    self.file = file
    input = try InputFile(file)
    guard let reader = cmedia_open(input.descriptor, Int64(input.size)) else {
      throw EquipoiseError.noMemory(file)
    }
    guard let empty = avformat_alloc_context() else {
      cmedia_close(reader)
      throw EquipoiseError.noMemory(file)
    }
    empty.pointee.pb = reader
    cmedia_refuse_other_files(empty)
    var options: OpaquePointer?
    defer { av_dict_free(&options) }
    av_dict_set(&options, "format_whitelist", MediaFormats.all.joined(separator: ","), 0)
    av_dict_set(&options, "protocol_whitelist", "file", 0)
    var opened: UnsafeMutablePointer<AVFormatContext>? = empty
    let code = avformat_open_input(&opened, "", nil, &options)
    guard code >= 0, let opened else {
      cmedia_close(reader)
      throw Self.refusal(of: file, code)
    }
    context = opened
    format = String(cString: opened.pointee.iformat.pointee.name)
    try findStreams()
  }

  /// Why a file cannot be opened, by what it really is.
  private static func refusal(of file: String, _ code: Int32) -> EquipoiseError {
    let (lines, nature) = (DecoderLog.taken(), FileNature.name(of: file))
    if nature == nil, lines.contains(where: { $0.contains("moov atom not found") }) {
      return .media(
        file, "it is corrupt: its index is missing, as where a recording or download was cut off",
        fix: "get the file again or leave it out")
    }
    if code == cmedia_error_end {
      return .media(
        file, "it is corrupt: it ends before the first sound or picture",
        fix: "get the file again or leave it out")
    }
    let unread = "it is not a media file of a kind that is read"
    guard let nature else { return .media(file, unread, code: code) }
    return .media(
      file, "\(unread): it is \(nature)",
      fix: "name a sound, video or picture file, or leave it out")
  }

  /// What the file is, for messages: such as `a picture (PNG)`.
  var title: String {
    let kind =
      isPicture || MediaFormats.animations.contains(format)
      ? "a picture" : stream(AVMEDIA_TYPE_VIDEO) == nil ? "a sound file" : "a video"
    return "\(kind) (\(MediaFormats.title(format)))"
  }

  deinit {
    let reader = context.pointee.pb
    var closing: UnsafeMutablePointer<AVFormatContext>? = context
    avformat_close_input(&closing)
    cmedia_close(reader)
  }

  /// Reads the next packet; false at the end of the file, or where it is cut off.
  func read(into packet: UnsafeMutablePointer<AVPacket>) -> Bool {
    av_packet_unref(packet)
    ending = av_read_frame(context, packet)
    return ending >= 0
  }

  /// The first track of a kind; pictures of a cover do not count.
  func stream(_ type: AVMediaType) -> UnsafeMutablePointer<AVStream>? {
    streams.first {
      $0.pointee.codecpar.pointee.codec_type == type
        && $0.pointee.disposition & AV_DISPOSITION_ATTACHED_PIC == 0
    }
  }

  /// Has every track but one skipped while reading.
  func readOnly(_ wanted: UnsafeMutablePointer<AVStream>) {
    for stream in streams where stream != wanted { stream.pointee.discard = AVDISCARD_ALL }
  }

  var streams: [UnsafeMutablePointer<AVStream>] {
    (0..<Int(context.pointee.nb_streams)).compactMap { context.pointee.streams[$0] }
  }

  private func findStreams() throws {
    // The sizes are checked twice: decoders that look for what the header leaves out must not allocate
    // a picture that will be refused.
    try check()
    var options = [OpaquePointer?](repeating: nil, count: streams.count)
    for index in options.indices {
      av_dict_set(&options[index], "max_pixels", "\(MediaLimits.pixels)", 0)
      av_dict_set(&options[index], "threads", "1", 0)
    }
    defer { for index in options.indices { av_dict_free(&options[index]) } }
    let code = avformat_find_stream_info(context, &options)
    guard code >= 0 else {
      throw EquipoiseError.media(file, "its tracks cannot be read", code: code)
    }
    try check()
  }

  private func check() throws {
    for stream in streams {
      let parameters = stream.pointee.codecpar.pointee
      try MediaChecks.check(
        width: Int(parameters.width), height: Int(parameters.height), of: file)
      guard parameters.ch_layout.nb_channels <= MediaLimits.channels,
        parameters.sample_rate <= MediaLimits.sampleRate
      else {
        throw EquipoiseError.media(
          file,
          "its audio has more than \(MediaLimits.channels) channels or "
            + "\(MediaLimits.sampleRate) samples per second")
      }
    }
  }
}

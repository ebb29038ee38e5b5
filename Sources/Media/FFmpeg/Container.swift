import CFFmpeg
import CMedia
import Equipoise
import Foundation

/// An open media file, of which packets are read in order.
final class Container {
  let file: String
  let context: UnsafeMutablePointer<AVFormatContext>
  /// Whether it is a single picture.
  let isPicture: Bool

  /// Opens a file. Its name plays no part in telling its kind, and it cannot open others.
  ///
  /// - Parameters:
  ///   - file: the path of a regular file.
  ///   - formats: the demuxers that may read it.
  /// - Throws: `EquipoiseError` for a file that cannot be read or is refused.
  init(_ file: String, formats: [String]) throws {
    av_log_set_level(AV_LOG_QUIET)
    self.file = file
    let input = try Self.open(file)
    guard let empty = avformat_alloc_context() else {
      Self.close(input)
      throw EquipoiseError.noMemory(file)
    }
    empty.pointee.pb = input
    cmedia_refuse_other_files(empty)
    var options: OpaquePointer?
    defer { av_dict_free(&options) }
    av_dict_set(&options, "format_whitelist", formats.joined(separator: ","), 0)
    av_dict_set(&options, "protocol_whitelist", "file", 0)
    var opened: UnsafeMutablePointer<AVFormatContext>? = empty
    let code = avformat_open_input(&opened, "", nil, &options)
    guard code >= 0, let opened else {
      Self.close(input)
      throw EquipoiseError.media(file, "it is not a media file of a kind that is read", code: code)
    }
    context = opened
    let name = String(cString: opened.pointee.iformat.pointee.name)
    isPicture = MediaFormats.pictures.contains(name)
    try findStreams()
  }

  deinit {
    let input = context.pointee.pb
    var closing: UnsafeMutablePointer<AVFormatContext>? = context
    avformat_close_input(&closing)
    Self.close(input)
  }

  /// Reads the next packet; false at the end of the file, or where it is cut off.
  func read(into packet: UnsafeMutablePointer<AVPacket>) -> Bool {
    av_packet_unref(packet)
    return av_read_frame(context, packet) >= 0
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

  private var streams: [UnsafeMutablePointer<AVStream>] {
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

  private static func open(_ file: String) throws -> UnsafeMutablePointer<AVIOContext> {
    var status = stat()
    guard stat(file, &status) == 0 else {
      throw EquipoiseError.media(
        file, "cannot open the file: \(String(cString: strerror(errno)))",
        fix: "check the path and its permissions")
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw EquipoiseError.media(file, "it is not a regular file", fix: "give the path of a file")
    }
    guard status.st_size > 0 else { throw EquipoiseError.media(file, "the file is empty") }
    var input: UnsafeMutablePointer<AVIOContext>?
    var options: OpaquePointer?
    defer { av_dict_free(&options) }
    av_dict_set(&options, "protocol_whitelist", "file", 0)
    let code = avio_open2(&input, "file:" + file, AVIO_FLAG_READ, nil, &options)
    guard code >= 0, let input else {
      throw EquipoiseError.media(file, "cannot open the file", code: code)
    }
    return input
  }

  private static func close(_ input: UnsafeMutablePointer<AVIOContext>?) {
    var input = input
    avio_closep(&input)
  }
}

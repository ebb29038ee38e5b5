// SPDX-License-Identifier: Apache-2.0
import CEquipoiseFFmpeg
import CEquipoiseMedia
import EquipoiseKit
import EquipoiseMedia
import EquipoiseFormats

/// Turns decoded frames into upright RGB pictures.
final class PictureConverter {
  private let file: String
  private let stream: UnsafeMutablePointer<AVStream>
  private let picture: MediaFrame
  private var converter: OpaquePointer?
  private var source = Source()
  /// Bytes of all pictures so far.
  private var bytes = 0

  /// What the converter was made for; a track may change it.
  private struct Source: Equatable {
    var width: Int32 = 0
    var height: Int32 = 0
    var format: Int32 = -1
    var colours: UInt32 = 0
    var range: UInt32 = 0

    init() {}

    init(_ frame: AVFrame) {
      (width, height, format) = (frame.width, frame.height, frame.format)
      (colours, range) = (frame.colorspace.rawValue, frame.color_range.rawValue)
    }
  }

  init(_ file: String, _ stream: UnsafeMutablePointer<AVStream>) throws {
    (self.file, self.stream) = (file, stream)
    picture = try MediaFrame(for: file)
  }

  deinit { sws_freeContext(converter) }

  /// The picture of a frame: uint8 [height, width, 3].
  func convert(_ frame: MediaFrame) throws -> HostArray {
    let (width, height) = (Int(frame.pointer.pointee.width), Int(frame.pointer.pointee.height))
    try MediaChecks.check(width: width, height: height, of: file)
    bytes += 3 * width * height
    guard bytes <= MediaLimits.frameBytes else {
      throw EquipoiseError.media(
        file, "the frames asked for take more than \(MediaLimits.frameBytes) bytes",
        fix: "ask for fewer at once")
    }
    try prepare(for: frame)
    let rgb = picture.pointer
    guard cmedia_convert(converter, rgb, frame.pointer) >= 0, let pixels = rgb.pointee.data.0 else {
      throw EquipoiseError.media(file, "its pixels cannot be converted")
    }
    let orientation = Orientation(
      displayMatrix: cmedia_display_matrix(stream, frame.pointer))
    let upright = orientation.size(width: width, height: height)
    return try HostArray(type: .uint8, shape: [upright.height, upright.width, 3]) { target in
      orientation.copy(
        pixels, stride: Int(rgb.pointee.linesize.0), width: width, height: height, to: target)
    }
  }

  private func prepare(for frame: MediaFrame) throws {
    let found = Source(frame.pointer.pointee)
    guard converter == nil || found != source else { return }
    sws_freeContext(converter)
    converter = cmedia_rgb_converter(frame.pointer)
    source = found
    let rgb = picture.pointer
    av_frame_unref(rgb)
    (rgb.pointee.width, rgb.pointee.height) = (found.width, found.height)
    rgb.pointee.format = AV_PIX_FMT_RGB24.rawValue
    // Rows at distances that fit the converter's vector instructions; 0: as this processor likes it.
    guard converter != nil, av_frame_get_buffer(rgb, 0) >= 0 else {
      throw EquipoiseError.media(file, "its pixels cannot be converted")
    }
  }
}

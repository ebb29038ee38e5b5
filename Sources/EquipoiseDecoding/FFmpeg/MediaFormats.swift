// SPDX-License-Identifier: Apache-2.0
/// The kinds of files that are read, by the names of FFmpeg's demuxers. Playlists and scripts (HLS, DASH,
/// concat, SDP, image sequences) are not among them: they name other files.
enum MediaFormats {
  /// A single picture each.
  static let pictures = ["png_pipe", "jpeg_pipe", "webp_pipe", "bmp_pipe", "tiff_pipe"]
  /// Pictures that may move.
  static let animations = ["gif", "apng"]
  /// Tracks without a container: neither a length nor times.
  static let elementary = ["h264", "hevc", "mpegvideo", "m4v", "av1", "obu"]
  static let all =
    [
      "mov", "mp4", "matroska", "webm", "avi", "flv", "asf", "mpeg", "mpegts", "ivf", "ogg", "wav",
      "w64", "aiff", "au", "caf", "flac", "mp3", "aac",
    ] + elementary + animations + pictures

  /// A format's name for people.
  static func title(_ format: String) -> String {
    switch format {
    case "mov,mp4,m4a,3gp,3g2,mj2": "MP4 or QuickTime"
    case "matroska,webm": "Matroska or WebM"
    case "jpeg_pipe": "JPEG"
    case "webp_pipe": "WebP"
    case "mpegts": "MPEG-TS"
    case "mpegvideo": "MPEG video"
    case "h264": "H.264"
    case "ogg": "Ogg"
    default: format.replacing("_pipe", with: "").uppercased()
    }
  }
}

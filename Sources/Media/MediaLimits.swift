/// What a media file may ask for. Real clips stay far below; damaged and hostile files do not.
public enum MediaLimits {
  /// The longest side of a picture, in pixels.
  public static let side = 16_384
  /// The most pixels of a picture.
  public static let pixels = 1 << 26
  /// The longest file, in seconds.
  public static let duration = 4.0 * 3600
  /// The most samples that one request for audio gives: 70 minutes at 16 kHz.
  public static let samples = 1 << 26
  /// The most bytes of all frames that one request gives.
  public static let frameBytes = 1 << 30
  /// The most channels of an audio track.
  public static let channels = 64
  /// The highest sample rate, in hertz.
  public static let sampleRate = 768_000
  /// A track of which a larger share of the packets cannot be decoded is corrupt. Below, a player
  /// would show it too: MP3 files often begin or end with other data.
  public static let damagedShare = 0.05
  /// Seconds that a worker may take for one request.
  public static let seconds = 60
  /// Bytes that a worker may add to what it starts with.
  public static let memory = 3 << 30
}

/// The kinds of files that are read. Playlists and scripts (HLS, DASH, concat, SDP, image sequences) are
/// not among them: they name other files.
enum MediaFormats {
  /// Names of FFmpeg's demuxers.
  static let containers = [
    "mov", "mp4", "matroska", "webm", "avi", "flv", "asf", "mpeg", "mpegts", "mpegvideo", "m4v",
    "h264", "hevc", "ivf", "ogg", "wav", "w64", "aiff", "au", "caf", "flac", "mp3", "aac", "gif",
  ]
  /// The same for single pictures.
  static let pictures = ["png_pipe", "jpeg_pipe"]
  static let all = containers + pictures
}

// SPDX-License-Identifier: Apache-2.0
/// What a media file may ask for. Real clips stay far below; damaged and hostile files do not.
public enum MediaLimits {
  /// The longest side of a picture, in pixels.
  public static let side = 16_384
  /// The most pixels of a picture.
  public static let pixels = 1 << 26
  /// The most samples that one request for audio gives: 70 minutes at 16 kHz. A longer recording can
  /// be read up to there.
  public static let samples = 1 << 26
  /// The most frames of a video track: 19 hours at 60 a second.
  public static let frames = 1 << 22
  /// The most bytes of all frames that one request gives.
  public static let frameBytes = 1 << 30
  /// The most channels of an audio track.
  public static let channels = 64
  /// The highest sample rate, in hertz.
  public static let sampleRate = 768_000
  /// A track of which a larger share of the packets cannot be decoded is damaged. Below, a player
  /// would show it too: MP3 files often begin or end with other data.
  public static let damagedShare = 0.05
  /// Seconds that a worker may take for one request.
  public static let seconds = 60
  /// Seconds in which a worker says which decoder it is.
  static let startSeconds = 30
  /// Bytes that a worker may add to what it starts with.
  public static let memory = 3 << 30
}

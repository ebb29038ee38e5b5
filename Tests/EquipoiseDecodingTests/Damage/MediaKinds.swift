// SPDX-License-Identifier: Apache-2.0
import Foundation

/// One small file of every kind of container, as ffmpeg makes it.
enum MediaKinds {
  private static let picture = "-f lavfi -i testsrc2=size=96x64:rate=25:duration=2"
  private static let tone = "-f lavfi -i sine=frequency=440:sample_rate=44100:duration=2"
  private static let clip = "\(picture) \(tone)"
  private static let h264 = "-c:v libx264 -preset veryfast -pix_fmt yuv420p"
  private static let vp8 = "-c:v libvpx -b:v 200k -deadline realtime -cpu-used 8"
  private static let still = "-f lavfi -i testsrc2=size=160x120 -frames:v 1"

  /// Videos with their sound, by name.
  static let videos = [
    ("front.mp4", "\(clip) \(h264) -c:a aac -movflags +faststart"),
    ("end.mp4", "\(clip) \(h264) -c:a aac"),
    ("fragments.mp4", "\(clip) \(h264) -c:a aac -g 25 -movflags frag_keyframe+empty_moov"),
    ("a.mov", "\(clip) -c:v mjpeg -q:v 9 -c:a pcm_s16le"),
    ("a.mkv", "\(clip) \(h264) -c:a aac"), ("a.webm", "\(clip) \(vp8) -c:a libopus"),
    ("a.avi", "\(clip) -c:v mpeg4 -q:v 6 -c:a libmp3lame"),
    ("a.flv", "\(clip) \(h264) -c:a aac"), ("old.flv", "\(clip) -c:v flv1 -c:a libmp3lame"),
    ("a.ts", "\(clip) \(h264) -c:a aac"), ("a.mpg", "\(clip) -c:v mpeg2video -c:a mp2"),
    ("a.wmv", "\(clip) -c:v wmv2 -c:a wmav2"),
  ]
  /// The same as a program writes them that cannot go back to the header.
  static let streams = [
    ("stream.mkv", "\(clip) \(h264) -c:a aac -f matroska"),
    ("stream.webm", "\(clip) \(vp8) -c:a libopus -f webm"),
    ("stream.avi", "\(clip) -c:v mpeg4 -q:v 6 -c:a libmp3lame -f avi"),
    ("stream.flv", "\(clip) \(h264) -c:a aac -f flv"),
  ]
  /// Video without sound.
  static let silent = [
    ("a.h264", "\(picture) \(h264)"),
    ("a.hevc", "\(picture) -c:v libx265 -preset ultrafast -x265-params log-level=none"),
    ("a.m2v", "\(picture) -c:v mpeg2video"), ("b.m4v", "\(picture) -c:v mpeg4 -f m4v"),
    ("a.ivf", "\(picture) \(vp8)"), ("moving.gif", "\(picture)"),
    ("moving.png", "-f lavfi -i testsrc2=size=64x48:rate=5:duration=1 -f apng"),
  ]
  static let sounds = [
    ("a.wav", tone), ("a.flac", tone), ("a.mp3", "\(tone) -c:a libmp3lame"),
    ("bare.mp3", "\(tone) -c:a libmp3lame -write_xing 0"), ("a.ogg", "\(tone) -c:a libvorbis"),
    ("a.opus", "\(tone) -c:a libopus"), ("a.aiff", tone), ("a.au", tone), ("a.caf", tone),
    ("a.w64", tone), ("a.m4a", "\(tone) -c:a aac"), ("a.aac", "\(tone) -c:a aac"),
    ("a.wma", "\(tone) -c:a wmav2"),
  ]
  static let streamedSounds = [
    ("stream.wav", "\(tone) -f wav"), ("stream.flac", "\(tone) -f flac"),
    ("stream.ogg", "\(tone) -c:a libvorbis -f ogg"), ("stream.au", "\(tone) -f au"),
  ]
  static let pictures = [
    ("a.jpg", still), ("a.png", still), ("a.webp", "\(still) -c:v libwebp"),
    ("lossless.webp", "\(still) -c:v libwebp -lossless 1"), ("a.bmp", still), ("a.tif", still),
    ("a.gif", still),
  ]

  /// The bytes of a file that ffmpeg writes, to a pipe for streams.
  static func bytes(_ kind: (name: String, options: String), _ maker: MediaMaker) throws -> [UInt8]
  {
    guard kind.name.hasPrefix("stream.") else {
      return Array(try Data(contentsOf: URL(fileURLWithPath: maker.make(kind.name, kind.options))))
    }
    let words = kind.options.split(separator: " ").map(String.init)
    return Array(
      try MediaMaker.run("ffmpeg", ["-v", "error", "-nostdin", "-y"] + words + ["-"]))
  }
}

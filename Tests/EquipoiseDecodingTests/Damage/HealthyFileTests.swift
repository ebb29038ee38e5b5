// SPDX-License-Identifier: Apache-2.0
import Equipoise
import EquipoiseFormats
import Foundation
import EquipoiseDecoding
import Testing

/// Whole files that look unusual are not taken for damaged: each gives as many frames and samples as ffmpeg
/// counts.
struct HealthyFileTests {
  private let maker: MediaMaker
  private let decoder = FFmpegDecoder()

  init() throws { maker = try MediaMaker() }

  private static let picture = "-f lavfi -i testsrc2=size=96x64:rate=25:duration=4"
  private static let tone = "-f lavfi -i sine=frequency=440:sample_rate=44100:duration=4"
  private static let h264 = "-c:v libx264 -preset veryfast -pix_fmt yuv420p"

  private func frameCount(_ file: String) throws -> Int {
    let output = try MediaMaker.run(
      "ffmpeg",
      [
        "-v", "error", "-nostdin", "-i", file, "-map", "0:v:0", "-vsync", "passthrough", "-f",
        "rawvideo", "-pix_fmt", "gray", "-",
      ])
    return output.count / (96 * 64)
  }

  private func expectWhole(_ file: String) throws {
    #expect(try decoder.frameTimes(file).count == frameCount(file))
    #expect(try decoder.frames(file, at: [0, 2, 99]).count == 3)
  }

  @Test(arguments: [
    // Open groups of pictures, B-frames, many references.
    ("open.mp4", "\(h264) -x264-params keyint=12:open-gop=1:bframes=3:ref=4 -c:a aac"),
    ("open.mkv", "\(h264) -x264-params keyint=12:open-gop=1:bframes=3 -c:a aac"),
    ("open.ts", "\(h264) -x264-params keyint=12:open-gop=1:bframes=3 -c:a aac"),
    ("bframes.avi", "\(h264) -bf 3 -c:a libmp3lame"), ("mpeg4.avi", "-c:v mpeg4 -bf 2 -c:a mp2"),
    ("interlaced.ts", "-c:v mpeg2video -flags +ildct+ilme -c:a mp2"),
    ("interlaced.mp4", "\(h264) -flags +ildct+ilme -x264-params tff=1 -c:a aac"),
    ("refresh.mp4", "\(h264) -x264-params intra-refresh=1:keyint=25 -c:a aac"),
    ("late.mkv", "\(h264) -c:a aac -shortest"),
    (
      "hevc.mp4",
      "-c:v libx265 -preset ultrafast "
        + "-x265-params log-level=none -c:a aac"
    ),
    ("a.m2ts", "\(h264) -c:a ac3"), ("sound.vob", "-c:v mpeg2video -c:a ac3 -f vob"),
  ])
  func containersAndCodecs(_ kind: (name: String, options: String)) throws {
    try expectWhole(try maker.make(kind.name, "\(Self.picture) \(Self.tone) \(kind.options)"))
  }

  /// As phones and editors cut: the index leaves frames out that others refer to.
  @Test func cutWithoutEncodingAnew() throws {
    let long = try maker.make(
      "long.mp4", "\(Self.picture) \(Self.tone) \(Self.h264) -g 50 -bf 2 -c:a aac")
    for name in ["cut.mp4", "cut.mkv", "cut.mov", "cut.ts", "cut.avi"] {
      let file = try maker.make(name, "-ss 1.3 -i \(long) -t 1.5 -c copy")
      let times = try decoder.frameTimes(file)
      #expect(times.count >= 37 && times.count <= 100, "\(name) \(times.count)")
      #expect(try decoder.frames(file, at: times).count == times.count)
      #expect(try decoder.audio(file, sampleRate: 16_000).count > 20_000)
    }
  }

  @Test func streamsWithoutLengths() throws {
    for kind in MediaKinds.streams {
      try expectWhole(try maker.write(try MediaKinds.bytes(kind, maker), to: kind.0))
    }
  }

  @Test func withoutIndex() throws {
    let file = try maker.make(
      "a.avi", "\(Self.picture) \(Self.tone) -c:v mpeg4 -c:a libmp3lame")
    var bytes = Array(try Data(contentsOf: URL(fileURLWithPath: file)))
    let index = try #require(bytes.lastRange(of: Array("idx1".utf8)))
    bytes.removeSubrange(index.lowerBound...)
    try expectWhole(try maker.write(bytes, to: "plain.avi"))
    // Matroska without its cues: the last element is cut off, and all frames are there.
    let other = try maker.make("a.mkv", "\(Self.picture) \(Self.tone) \(Self.h264) -c:a aac")
    bytes = Array(try Data(contentsOf: URL(fileURLWithPath: other)).dropLast(12))
    try expectWhole(try maker.write(bytes, to: "plain.mkv"))
  }

  @Test func lastFrameIsSpared() throws {
    let file = try maker.make(
      "a.mp4", "\(Self.picture) \(Self.h264) -movflags +faststart")
    let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: file)).dropLast(20))
    let cut = try maker.write(bytes, to: "cut.mp4")
    #expect(try decoder.frameTimes(cut).count == 99)
    #expect(try decoder.frames(cut, at: [0, 3.95]).count == 2)
  }

  @Test(arguments: [0, 0xFF, 0x7F]) func waveOfUnknownSize(byte: UInt8) throws {
    let file = try maker.make("a.wav", "\(Self.tone) -bitexact -c:a pcm_s16le")
    var bytes = Array(try Data(contentsOf: URL(fileURLWithPath: file)))
    let data = try #require(bytes.firstRange(of: Array("data".utf8)))
    let size: [UInt8] = byte == 0x7F ? [0xFF, 0xFF, 0xFF, 0x7F] : Array(repeating: byte, count: 4)
    bytes.replaceSubrange(data.upperBound..<data.upperBound + 4, with: size)
    bytes.replaceSubrange(4..<8, with: size)
    #expect(try decoder.audio(maker.write(bytes, to: "b.wav"), sampleRate: 44_100).count == 176_400)
    // A header that is wrong by its own length, as programs write it.
    let wrong = 2 * 176_400 + 44
    bytes.replaceSubrange(
      data.upperBound..<data.upperBound + 4, with: (0..<4).map { UInt8(wrong >> (8 * $0) & 255) })
    #expect(try decoder.audio(maker.write(bytes, to: "c.wav"), sampleRate: 44_100).count == 176_400)
  }

  @Test func tagsAroundMP3() throws {
    let file = try maker.make("a.mp3", "\(Self.tone) -c:a libmp3lame")
    let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: file)))
    let tag = Array("TAG".utf8) + [UInt8](repeating: 0, count: 125)
    let tagged = try maker.write(bytes + tag, to: "tagged.mp3")
    #expect(
      try decoder.audio(tagged, sampleRate: 44_100).count
        == decoder.audio(file, sampleRate: 44_100).count)
  }

  @Test func picturesWithOddEnds() throws {
    let file = try maker.make("a.jpg", "-f lavfi -i testsrc2=size=96x64 -frames:v 1")
    let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: file)))
    #expect(bytes.suffix(2) == [0xFF, 0xD9])
    let expected = try decoder.image(file).withUnsafeBytes { Array($0) }
    for (name, odd) in [
      ("padded.jpg", bytes + [UInt8](repeating: 0, count: 4096)), ("bare.jpg", bytes.dropLast(2)),
      ("text.jpg", bytes + Array("made by a camera".utf8)),
    ] {
      let found = try decoder.image(maker.write(odd, to: name)).withUnsafeBytes { Array($0) }
      #expect(found == expected, "\(name)")
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
import Equipoise
import EquipoiseFormats
import Foundation
import EquipoiseDecoding
import Testing

/// Frames at chosen times, against the ffmpeg program and ffprobe.
struct VideoTests {
  private let maker: MediaMaker
  private let decoder = FFmpegDecoder()

  init() throws { maker = try MediaMaker() }

  /// The index that a frame of `makeIndexed` shows, modulo 26: RGB stretches luma 16…235 to 0…255.
  private func index(_ frame: HostArray) -> Int {
    let values = frame.floats()
    let mean = values.reduce(0, +) / Float(values.count)
    return Int((mean * 219 / 255 / 8).rounded())
  }

  @Test(arguments: [
    ("a.mp4", 25, "-c:v libx264 -preset ultrafast"), ("b.mp4", 30, "-c:v libx264 -preset veryfast"),
    ("c.avi", 24, "-c:v mpeg4 -q:v 2"), ("d.mkv", 30, "-c:v mjpeg -q:v 2"),
    ("e.webm", 15, "-c:v libvpx-vp9 -deadline realtime -cpu-used 8"),
    ("f.ts", 25, "-c:v libx264 -preset veryfast"), ("g.mpg", 25, "-c:v mpeg2video -q:v 2"),
    ("h.mov", 50, "-c:v mpeg4 -q:v 2"),
  ])
  func framesAtTimes(name: String, rate: Int, codec: String) throws {
    let file = try maker.makeIndexed(name, rate: rate, codec: codec)
    let times = try MediaMaker.frameTimes(file)
    // ffprobe knows no time for the last frame of an MPEG program stream, nor its exact length.
    let isProgramStream = name.hasSuffix("mpg")
    #expect(times.count == (isProgramStream ? rate - 1 : rate))
    // In the middle of every frame, that frame is shown.
    let frames = try decoder.frames(file, at: times.map { $0 + 0.5 / Double(rate) })
    #expect(frames.map(index) == times.indices.map { $0 % 26 })
    // At the time when it begins, too.
    #expect(try decoder.frames(file, at: times).map(index) == times.indices.map { $0 % 26 })
    // Before the start the first, past the end the last.
    #expect(try decoder.frames(file, at: [-1, 99]).map(index) == [0, (rate - 1) % 26])
    let description = try decoder.describe(file)
    let video = try #require(description.video)
    #expect(abs(video.rate - Double(rate)) < 0.1)
    #expect((video.width, video.height) == (64, 48))
    #expect(abs(description.duration - 1) < (isProgramStream ? 0.21 : 0.1))
    #expect(description.audio == nil)
  }

  @Test(arguments: ["64x48", "63x47", "37x21", "360x202"])
  func pixelsAreThoseOfTheProgram(size: String) throws {
    let file = try maker.make(
      "a.mp4",
      "-f lavfi -i testsrc=size=\(size):rate=10:duration=0.5 -c:v libx264 -preset ultrafast "
        + "-pix_fmt yuv444p")
    let video = try #require(try decoder.describe(file).video)
    #expect("\(video.width)x\(video.height)" == size)
    try expectSamePixels(file)
  }

  @Test(arguments: [
    "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -colorspace bt709",
    "-c:v mjpeg -pix_fmt yuvj422p", "-c:v png -pix_fmt rgb24", "-c:v png -pix_fmt gray16be",
    "-c:v libx264 -preset ultrafast -pix_fmt yuv420p10le",
  ])
  func pixelFormats(codec: String) throws {
    let file = try maker.make(
      "a.mkv", "-f lavfi -i testsrc2=size=66x50:rate=10:duration=0.3 \(codec)")
    try expectSamePixels(file)
  }

  @Test(arguments: ["90", "180", "270"])
  func rotationIsUndone(angle: String) throws {
    let plain = try maker.make(
      "plain.mp4",
      "-f lavfi -i testsrc2=size=64x48:rate=10:duration=0.3 -c:v libx264 -preset ultrafast "
        + "-pix_fmt yuv420p")
    let file = try maker.make("turned.mp4", "-i \(plain) -c copy -metadata:s:v:0 rotate=\(angle)")
    let video = try #require(try decoder.describe(file).video)
    #expect((video.width, video.height) == (angle == "180" ? (64, 48) : (48, 64)))
    try expectSamePixels(file, isTurned: true)
  }

  private func expectSamePixels(_ file: String, isTurned: Bool = false) throws {
    let expected = try MediaMaker.rawFrames(file)
    let frames = try decoder.frames(file, at: try MediaMaker.frameTimes(file))
    let own = frames.flatMap { frame in frame.withUnsafeBytes { Array($0) } }
    try #require(own.count == expected.count)
    let differences = zip(own, expected).map { abs(Int($0) - Int($1)) }
    // The program turns the picture before it converts colours, which then are sampled elsewhere.
    let mean = Double(differences.reduce(0, +)) / Double(max(1, differences.count))
    #expect(isTurned ? mean < 3 : differences.max() == 0)
  }

  @Test func variableFrameRate() throws {
    // Frames 0 to 9 a tenth of a second apart, then the rest at a hundredth.
    let file = try maker.makeIndexed(
      "vfr.mkv", rate: 25,
      codec: "-c:v libx264 -preset ultrafast -vsync vfr -enc_time_base 0.001",
      filter: ",settb=1/1000,setpts=round(if(lt(N\\,10)\\,N*100\\,1000+(N-10)*10))")
    let times = try MediaMaker.frameTimes(file)
    #expect(times.count == 25)
    #expect(abs(times[5] - 0.5) < 0.002 && abs(times[15] - 1.05) < 0.002)
    #expect(try decoder.frames(file, at: times.map { $0 + 0.004 }).map(index) == Array(0..<25))
  }

  @Test func seekingGivesTheFramesOfTheSequence() throws {
    let file = try maker.makeIndexed(
      "long.mp4", rate: 10, seconds: 60, codec: "-c:v libx264 -preset veryfast -g 15")
    let wanted = [0.0, 0.35, 20.05, 20.15, 47.25, 59.95]
    #expect(
      try decoder.frames(file, at: wanted).map(index) == wanted.map { Int($0 * 10 + 1e-9) % 26 })
    #expect(throws: EquipoiseError.self) { try decoder.frames(file, at: [2, 1]) }
    #expect(throws: EquipoiseError.self) { try decoder.frames(file, at: [.nan]) }
  }

  @Test func withoutVideo() throws {
    let file = try maker.make("a.wav", "-f lavfi -i sine=duration=0.1")
    #expect(throws: EquipoiseError.media(file, "it has no video track")) {
      try decoder.frames(file, at: [0])
    }
  }
}

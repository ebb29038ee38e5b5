// SPDX-License-Identifier: Apache-2.0
import Equipoise
import EquipoiseFormats
import Foundation
import EquipoiseDecoding
import Testing

/// Audio in one channel at a chosen rate.
struct AudioTests {
  private let maker: MediaMaker
  private let decoder = FFmpegDecoder()

  init() throws { maker = try MediaMaker() }

  private static let sine = "-f lavfi -i sine=frequency=440:sample_rate=44100:duration=1"

  @Test(
    arguments: [
      ("u8.wav", "-c:a pcm_u8"), ("s16.wav", "-c:a pcm_s16le"), ("s24.wav", "-c:a pcm_s24le"),
      ("f32.wav", "-c:a pcm_f32le"), ("f64.wav", "-c:a pcm_f64le"), ("a.flac", ""),
      ("a.mp3", "-c:a libmp3lame"), ("a.m4a", "-c:a aac"), ("a.ogg", "-c:a libvorbis"),
      ("a.opus", "-c:a libopus -ar 48000"), ("a.mkv", "-c:a ac3"), ("a.aiff", ""),
      ("stereo.wav", "-ac 2"), ("5.1.wav", "-ac 6"), ("5.1.m4a", "-ac 6 -c:a aac"),
      ("8k.wav", "-ar 8000"), ("96k.flac", "-ar 96000"),
    ], [16_000, 22_050])
  func frequency(_ kind: (name: String, options: String), rate: Int) throws {
    let file = try maker.make(kind.name, "\(Self.sine) \(kind.options)")
    let audio = try decoder.audio(file, sampleRate: rate)
    #expect(audio.type == .float32 && audio.shape == [audio.count])
    let samples = audio.floats()
    #expect(abs(Double(samples.count) / Double(rate) - 1) < 0.06)
    let middle = samples[rate / 10..<9 * rate / 10]
    let crossings = zip(middle, middle.dropFirst()).count { $0 <= 0 && $1 > 0 }
    #expect(abs(Double(crossings) / 0.8 - 440) < 3)
    // The source's amplitude is 1/8; a mix keeps it or lowers it.
    let peak = middle.map(abs).max() ?? 0
    #expect(peak > 0.02 && peak < 0.16)
    let description = try decoder.describe(file)
    #expect(abs(description.duration - 1) < 0.06 && description.video == nil)
    #expect((description.audio?.channels ?? 0) >= 1)
  }

  @Test func samplesAreThoseOfTheProgram() throws {
    let file = try maker.make("a.wav", "\(Self.sine) -ac 2 -c:a pcm_s16le")
    let output = try MediaMaker.run(
      "ffmpeg",
      [
        "-v", "error", "-i", file, "-af", "pan=mono|c0=0.5*c0+0.5*c1", "-ar", "16000", "-f",
        "f32le", "-",
      ])
    let expected = output.withUnsafeBytes { bytes in
      stride(from: 0, to: bytes.count, by: 4).map {
        bytes.loadUnaligned(fromByteOffset: $0, as: Float.self)
      }
    }
    let own = try decoder.audio(file, sampleRate: 16_000).floats()
    // The program's encoder takes whole frames only in other formats; here every sample counts.
    #expect(abs(own.count - expected.count) <= 32)
    let worst = zip(own, expected).map { abs($0 - $1) }.max() ?? 1
    #expect(worst < 1e-4)
  }

  @Test func fromVideo() throws {
    let file = try maker.make(
      "clip.mp4",
      "-f lavfi -i testsrc2=size=64x48:rate=10:duration=1 \(Self.sine) -c:v libx264 "
        + "-preset ultrafast -c:a aac -ar 16000")
    let description = try decoder.describe(file)
    #expect(description.audio == .init(sampleRate: 16_000, channels: 1))
    #expect(description.video?.width == 64)
    #expect(abs(try decoder.audio(file, sampleRate: 16_000).count - 16_000) < 2500)
  }

  @Test func withoutAudio() throws {
    let silent = try maker.makeIndexed("silent.mp4")
    #expect(throws: EquipoiseError.media(silent, "it has no audio track")) {
      try decoder.audio(silent, sampleRate: 16_000)
    }
    let empty = try maker.make("empty.wav", "\(Self.sine) -t 0")
    #expect(throws: EquipoiseError.media(empty, "its audio track is empty")) {
      try decoder.audio(empty, sampleRate: 16_000)
    }
    let nothing = try maker.write([], to: "nothing.wav")
    #expect(throws: EquipoiseError.media(nothing, "the file is empty")) {
      try decoder.describe(nothing)
    }
    #expect(throws: EquipoiseError.self) { try decoder.audio(silent, sampleRate: 0) }
  }

  @Test func samplesThatAreNotNumbers() throws {
    let file = try maker.make("f32.wav", "\(Self.sine) -c:a pcm_f32le")
    var bytes = Array(try Data(contentsOf: URL(fileURLWithPath: file)))
    bytes.replaceSubrange(bytes.count - 4000..<bytes.count - 3996, with: [0, 0, 0xC0, 0x7F])
    let broken = try maker.write(bytes, to: "nan.wav")
    #expect(throws: EquipoiseError.self) { try decoder.audio(broken, sampleRate: 44_100) }
  }
}

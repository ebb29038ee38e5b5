// SPDX-License-Identifier: Apache-2.0
import Equipoise
import EquipoiseFormats
import Foundation
import EquipoiseDecoding
import Testing

/// Several channels become one by their mean, and what this loses is said.
struct MixTests {
  private let maker: MediaMaker
  private let decoder = FFmpegDecoder()

  init() throws { maker = try MediaMaker() }

  /// A WAV file of interleaved samples, written here: 16-bit integers or floats.
  private func wave(
    _ name: String, _ samples: [[Float]], rate: Int = 16_000, isFloat: Bool = false
  ) throws -> String {
    let width = isFloat ? 4 : 2
    let channels = samples.count
    var data: [UInt8] = []
    for index in samples[0].indices {
      for channel in samples {
        if isFloat {
          withUnsafeBytes(of: channel[index].bitPattern.littleEndian) { data += $0 }
        } else {
          let level = Int16(max(-32_768, min(32_767, (channel[index] * 32_768).rounded())))
          withUnsafeBytes(of: level.littleEndian) { data += $0 }
        }
      }
    }
    func little(_ value: Int, _ count: Int) -> [UInt8] {
      (0..<count).map { UInt8(value >> (8 * $0) & 255) }
    }
    let format =
      little(isFloat ? 3 : 1, 2) + little(channels, 2) + little(rate, 4)
      + little(rate * channels * width, 4) + little(channels * width, 2) + little(8 * width, 2)
    let head =
      Array("RIFF".utf8) + little(36 + data.count, 4) + Array("WAVEfmt ".utf8) + little(16, 4)
      + format + Array("data".utf8) + little(data.count, 4)
    return try maker.write(head + data, to: name)
  }

  private func sine(_ amplitude: Float, _ count: Int = 8000) -> [Float] {
    (0..<count).map { amplitude * sin(Float($0) * 0.1) }
  }

  @Test(arguments: [1, 2, 3, 6, 8, 9]) func equalChannelsAreKept(channels: Int) throws {
    let tone = sine(0.5)
    let file = try wave("a.wav", Array(repeating: tone, count: channels))
    let sound = try decoder.sound(file, sampleRate: 16_000, atMost: nil)
    let worst = zip(sound.array.floats(), tone).map { abs($0 - $1) }.max() ?? 1
    // Half a step of 16 bits.
    #expect(sound.array.count == tone.count && worst <= 0.5 / 32_768 + 1e-7)
    #expect(sound.warnings.isEmpty)
  }

  @Test func meanOfDifferentChannels() throws {
    let (left, right) = (sine(0.5), (0..<8000).map { 0.25 * cos(Float($0) * 0.37) })
    for isFloat in [false, true] {
      let file = try wave("a.wav", [left, right], isFloat: isFloat)
      let own = try decoder.audio(file, sampleRate: 16_000).floats()
      let worst = zip(own, zip(left, right)).map { abs($0 - ($1.0 + $1.1) / 2) }.max() ?? 1
      #expect(worst <= (isFloat ? 1e-7 : 0.5 / 32_768 + 1e-7))
    }
  }

  /// One channel of six keeps a sixth.
  @Test func silentChannelsCount() throws {
    let silence = [Float](repeating: 0, count: 8000)
    let file = try wave("a.wav", [sine(0.6)] + Array(repeating: silence, count: 5))
    let sound = try decoder.sound(file, sampleRate: 16_000, atMost: nil)
    #expect(abs((sound.array.floats().max() ?? 0) - 0.1) < 1e-4)
    #expect(sound.warnings.isEmpty)
  }

  /// As ffmpeg mixes to 16 bits.
  @Test func asTheProgramAtAnotherRate() throws {
    let file = try maker.make(
      "a.wav", "-f lavfi -i aevalsrc=0.5*sin(2000*t)|0.3*sin(5000*t):d=1:s=44100")
    let output = try MediaMaker.run(
      "ffmpeg", ["-v", "error", "-i", file, "-ac", "1", "-ar", "16000", "-f", "s16le", "-"])
    let expected = output.withUnsafeBytes { bytes in
      stride(from: 0, to: bytes.count, by: 2).map {
        Float(Int16(littleEndian: bytes.loadUnaligned(fromByteOffset: $0, as: Int16.self))) / 32_768
      }
    }
    let own = try decoder.audio(file, sampleRate: 16_000).floats()
    #expect(abs(own.count - expected.count) <= 1)
    // The program resamples 16-bit numbers by 16-bit filters.
    let worst = zip(own, expected).map { abs($0 - $1) }.max() ?? 1
    #expect(worst < 4 / 32_768)
  }

  @Test func oppositePhaseIsSaid() throws {
    let tone = sine(0.5)
    let file = try wave("a.wav", [tone, tone.map { -$0 }])
    let sound = try decoder.sound(file, sampleRate: 16_000, atMost: nil)
    #expect(
      sound.warnings == [
        "its 2 channels are in opposite phase: 0.0 % of their power is left when they are mixed to one"
      ])
    // Of a mix with something else left, nothing is said.
    let other = try wave("b.wav", [tone, tone.map { -$0 * 0.5 }])
    #expect(try decoder.sound(other, sampleRate: 16_000, atMost: nil).warnings.isEmpty)
  }

  @Test func floatsInTheRangeOfIntegers() throws {
    let file = try wave("a.wav", [sine(20_000)], isFloat: true)
    let peak = Int(sine(20_000).map(abs).max() ?? 0)
    #expect(
      throws: EquipoiseError.media(
        file,
        "its samples are floats up to \(peak), in the range of integers of 16 bits, where sound lies "
          + "in -1...1",
        fix: "divide them, for instance with 'ffmpeg -i IN.wav -af volume=1/32768 OUT.wav'")
    ) { try decoder.audio(file, sampleRate: 16_000) }
    // The remedy works.
    _ = try MediaMaker.run(
      "ffmpeg",
      ["-v", "error", "-i", file, "-af", "volume=1/32768", "-c:a", "pcm_f32le"]
        + [maker.file("b.wav")])
    let mended = try decoder.audio(maker.file("b.wav"), sampleRate: 16_000).floats()
    #expect(abs((mended.max() ?? 0) - 20_000 / 32_768) < 1e-3)
    // A little above full scale is sound; far above it is said.
    let loud = try wave("c.wav", [sine(1.5)], isFloat: true)
    #expect(try decoder.sound(loud, sampleRate: 16_000, atMost: nil).warnings.isEmpty)
    let clipped = try wave("d.wav", [sine(3)], isFloat: true)
    #expect(
      try decoder.sound(clipped, sampleRate: 16_000, atMost: nil).warnings
        == ["its samples go up to 3.0; what lies beyond 1 is clipped"])
  }

  @Test(arguments: [1, 5, 20, 66, 300, 1500], [8000, 16_000, 44_100])
  func shortSounds(samples: Int, rate: Int) throws {
    let file = try wave("a.wav", [sine(0.5, samples)], rate: 44_100)
    let own = try decoder.audio(file, sampleRate: rate).floats()
    let exact = Double(samples * rate) / 44_100
    #expect(abs(Double(own.count) - exact) <= 1 && !own.isEmpty)
    #expect(own.allSatisfy { abs($0) <= 0.6 })
  }

  /// Of a long recording only what is wanted is decoded, and it is the beginning of the whole.
  @Test func beginningOfALongRecording() throws {
    let (rate, minutes) = (8000, 80)
    var samples = [UInt8](repeating: 128, count: 60 * minutes * rate)
    for index in 0..<5 * rate { samples[index] = UInt8(128 + 100 * sin(Float(index) * 0.05)) }
    let short = try maker.write(samples.prefix(5 * rate), to: "short.raw")
    let long = try maker.write(samples, to: "long.raw")
    func wrapped(_ raw: String, _ name: String) throws -> String {
      try maker.make(name, "-f u8 -ar \(rate) -ac 1 -i \(raw) -c copy")
    }
    let (first, whole) = (try wrapped(short, "short.wav"), try wrapped(long, "long.wav"))
    let start = ContinuousClock.now
    let part = try decoder.sound(whole, sampleRate: 16_000, atMost: 48_000).array.floats()
    #expect(ContinuousClock.now - start < .seconds(5))
    #expect(part == Array(try decoder.audio(first, sampleRate: 16_000).floats().prefix(48_000)))
    let error = #expect(throws: EquipoiseError.self) {
      try decoder.audio(whole, sampleRate: 16_000)
    }
    #expect(error?.what == "it has more than 67108864 samples at 16000 Hz")
  }
}

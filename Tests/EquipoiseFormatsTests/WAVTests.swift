// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import EquipoiseFormats

@Suite struct WAVTests {
  /// Written by References/formats.py as two channels.
  static let sound: [Float] = [0, 64, -64, 127, -128, 1].map { $0 / 128 }

  @Test(arguments: ["pcm8", "pcm16", "pcm24", "pcm32", "float32", "float64", "extensible"])
  func readsEveryEncoding(name: String) throws {
    let wave = try WAV.read(fixture(name + ".wav"))
    #expect(wave == Waveform(samples: Self.sound, sampleRate: 8000, channels: 2))
    #expect(wave.mono() == [32, 31.5, -63.5].map { $0 / 128 })
  }

  @Test func roundTripsSixteenBits() throws {
    try withScratch { folder in
      let path = folder + "/a.wav"
      let wave = try WAV.read(fixture("pcm16.wav"))
      try WAV.write(wave, to: path)
      #expect(try WAV.read(path) == wave)
      #expect(try content(of: path) == fixtureBytes("pcm16.wav"))
    }
  }

  @Test func clipsLoudSamples() throws {
    try withScratch { folder in
      let path = folder + "/a.wav"
      try WAV.write(Waveform(samples: [2, -2, .nan, 0], sampleRate: 16000), to: path)
      let wave = try WAV.read(path)
      #expect(wave.samples == [32767.0 / 32768, -1, 0, 0])
      #expect(wave.mono() == wave.samples && wave.sampleRate == 16000)
    }
  }

  @Test func refusesOtherEncodings() throws {
    let path = try fixture("mulaw.wav")
    expectError(
      "\(path): is encoded as WAV format 7 with 8 bits; "
        + "convert the sound to PCM 16 bit, for example with ffmpeg -c:a pcm_s16le"
    ) {
      _ = try WAV.read(path)
    }
  }

  /// Offset into pcm16.wav, new bytes, reason.
  static let patches: [(Int, [UInt8], String)] = [
    (0, [0], "is not a WAV file"),
    (12, [0], "has no fmt chunk"),
    (36, [0], "has no data chunk"),
    (40, [13], "ends early: 13 bytes are expected at offset 44, the file has 56"),
    (40, [11], "11 bytes of sound are not a whole number of 4-byte frames"),
    (22, [0], "claims 0 channels of 16 bits in frames of 4 bytes at 8000 Hz"),
    (22, [3], "claims 3 channels of 16 bits in frames of 4 bytes at 8000 Hz"),
    (24, [0, 0], "claims 2 channels of 16 bits in frames of 4 bytes at 0 Hz"),
    (34, [12], "is encoded as WAV format 1 with 12 bits"),
    (16, [4, 0, 0, 0], "ends early: 4 bytes are expected at offset 4, the file has 4"),
  ]

  @Test(arguments: patches)
  func refusesDamage(offset: Int, value: [UInt8], reason: String) throws {
    var file = try fixtureBytes("pcm16.wav")
    file.replaceSubrange(offset..<offset + value.count, with: value)
    let error = #expect(throws: FormatError.self) {
      try file.withUnsafeBytes { try WAV.parse($0, path: "a.wav") }
    }
    #expect(error?.reason == reason)
  }

  @Test func refusesEveryTruncation() throws {
    let file = try fixtureBytes("pcm16.wav")
    for count in 0..<file.count {
      #expect(throws: FormatError.self) {
        try file[..<count].withUnsafeBytes { try WAV.parse($0, path: "a.wav") }
      }
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
/// Sound as samples in [-1, 1].
package struct Waveform: Sendable, Equatable {
  /// Frame after frame, in each frame one sample per channel.
  package let samples: [Float]
  /// Frames per second.
  package let sampleRate: Int
  package let channels: Int

  package init(samples: [Float], sampleRate: Int, channels: Int = 1) {
    precondition(
      channels > 0 && samples.count % channels == 0,
      "Waveform: \(samples.count) samples do not make frames of \(channels) channels")
    self.samples = samples
    self.sampleRate = sampleRate
    self.channels = channels
  }

  /// The mean of the channels, one sample per frame.
  package func mono() -> [Float] {
    guard channels > 1 else { return samples }
    return stride(from: 0, to: samples.count, by: channels).map { start in
      samples[start..<start + channels].reduce(0, +) / Float(channels)
    }
  }
}

/// RIFF WAVE files: PCM of 8, 16, 24 and 32 bits, float of 32 and 64 bits.
package enum WAV {
  /// The sound in the file at `path`. Throws `FormatError`.
  package static func read(_ path: String) throws -> Waveform {
    try MappedFile(path: path).withBytes { try parse($0, path: path) }
  }

  /// Writes 16-bit PCM atomically; samples outside [-1, 1] are clipped. Throws `FormatError`.
  package static func write(_ waveform: Waveform, to path: String) throws {
    let dataSize = waveform.samples.count * 2
    guard let riffSize = UInt32(exactly: 36 + dataSize),
      let rate = UInt32(exactly: waveform.sampleRate),
      let channels = UInt16(exactly: waveform.channels),
      let frameSize = UInt16(exactly: waveform.channels * 2),
      let byteRate = UInt32(exactly: waveform.sampleRate * waveform.channels * 2)
    else {
      throw FormatError.unsupported(
        path: path, reason: "the sound is too long for a WAV file", remedy: "split it")
    }
    var bytes: [UInt8] = []
    func put(_ text: String) { bytes += Array(text.utf8) }
    func put(_ value: some FixedWidthInteger) {
      withUnsafeBytes(of: value.littleEndian) { bytes += $0 }
    }
    put("RIFF")
    put(riffSize)
    put("WAVEfmt ")
    put(UInt32(16))
    put(UInt16(1))
    put(channels)
    put(rate)
    put(byteRate)
    put(frameSize)
    put(UInt16(16))
    put("data")
    put(UInt32(dataSize))
    for sample in waveform.samples {
      let scaled = (sample * 32768).rounded()
      put(scaled.isNaN ? 0 : Int16(max(-32768, min(32767, scaled))))
    }
    try AtomicFile.write(data: bytes, to: path)
  }

  /// The sound in `bytes`, whose name in errors is `path`.
  static func parse(_ bytes: UnsafeRawBufferPointer, path: String) throws -> Waveform {
    let reader = ByteReader(bytes: bytes, path: path)
    guard reader.matches("RIFF", at: 0), reader.matches("WAVE", at: 8) else {
      throw reader.malformed("is not a WAV file", "convert the sound to WAV, PCM 16 bit")
    }
    var format: WAVFormat?
    var data: UnsafeRawBufferPointer?
    var position = 12
    // What follows too short for a chunk's head is padding.
    while position + 8 <= bytes.count, format == nil || data == nil {
      let size = Int(try reader.integer(at: position + 4, as: UInt32.self))
      if reader.matches("fmt ", at: position) {
        let content = try reader.slice(at: position + 8, count: size)
        format = try WAVFormat(ByteReader(bytes: content, path: path))
      } else if reader.matches("data", at: position) {
        data = try reader.slice(at: position + 8, count: size)
      }
      position += 8 + size + size % 2
    }
    guard let format, let data else {
      throw reader.malformed("has no \(format == nil ? "fmt" : "data") chunk")
    }
    guard data.count % format.frameSize == 0 else {
      throw reader.malformed(
        "\(data.count) bytes of sound are not a whole number of \(format.frameSize)-byte frames")
    }
    return Waveform(
      samples: format.samples(data), sampleRate: format.sampleRate, channels: format.channels)
  }
}

/// The `fmt ` chunk.
private struct WAVFormat {
  private enum Encoding { case unsigned8, signed16, signed24, signed32, float32, float64 }

  let channels: Int
  let sampleRate: Int
  let frameSize: Int
  private let encoding: Encoding

  init(_ reader: ByteReader) throws {
    var tag: UInt16 = try reader.integer(at: 0)
    channels = Int(try reader.integer(at: 2, as: UInt16.self))
    sampleRate = Int(try reader.integer(at: 4, as: UInt32.self))
    frameSize = Int(try reader.integer(at: 12, as: UInt16.self))
    let bits = Int(try reader.integer(at: 14, as: UInt16.self))
    // WAVE_FORMAT_EXTENSIBLE: the tag proper begins the 16-byte subformat.
    if tag == 0xFFFE { tag = try reader.integer(at: 24) }
    switch (tag, bits) {
    case (1, 8): encoding = .unsigned8
    case (1, 16): encoding = .signed16
    case (1, 24): encoding = .signed24
    case (1, 32): encoding = .signed32
    case (3, 32): encoding = .float32
    case (3, 64): encoding = .float64
    default:
      throw FormatError.unsupported(
        path: reader.path, reason: "is encoded as WAV format \(tag) with \(bits) bits",
        remedy: "convert the sound to PCM 16 bit, for example with ffmpeg -c:a pcm_s16le")
    }
    guard channels > 0, sampleRate > 0, frameSize == channels * bits / 8 else {
      throw reader.malformed(
        "claims \(channels) channels of \(bits) bits in frames of \(frameSize) bytes "
          + "at \(sampleRate) Hz")
    }
  }

  func samples(_ data: UnsafeRawBufferPointer) -> [Float] {
    switch encoding {
    case .unsigned8: data.converted(UInt8.self) { (Float($0) - 128) / 128 }
    case .signed16: data.converted(Int16.self) { Float($0) / 32768 }
    case .signed24:
      stride(from: 0, to: data.count, by: 3).map { offset in
        let high = Int32(Int8(bitPattern: data[offset + 2])) << 16
        return Float(high | Int32(data[offset + 1]) << 8 | Int32(data[offset])) / 8_388_608
      }
    case .signed32: data.converted(Int32.self) { Float($0) / 2_147_483_648 }
    case .float32: data.converted(Float.self) { $0 }
    case .float64: data.converted(Double.self) { Float($0) }
    }
  }
}

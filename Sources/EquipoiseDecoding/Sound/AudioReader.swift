// SPDX-License-Identifier: Apache-2.0
import CEquipoiseFFmpeg
import CEquipoiseMedia
import EquipoiseKit
import EquipoiseMedia
import EquipoiseFormats

/// Reads a track as one channel of float samples at a chosen rate: the mean of its channels, and FFmpeg's
/// resampler with its defaults.
final class AudioReader {
  private let file: String
  private let limit: Int?
  private let resampler: Resampler
  private var converter: OpaquePointer?
  private var source = Source()
  private var power = cmedia_power()
  private var channels = 1

  /// What the converter was made for; a track may change it.
  private struct Source: Equatable {
    var rate: Int32 = 0
    var format: Int32 = -1
    var channels: Int32 = 0
    var mask: UInt64 = 0

    init() {}

    init(_ frame: AVFrame) {
      (rate, format) = (frame.sample_rate, frame.format)
      (channels, mask) = (frame.ch_layout.nb_channels, frame.ch_layout.u.mask)
    }
  }

  /// - Parameters:
  ///   - file: for errors.
  ///   - rate: samples per second of the result.
  ///   - limit: how many samples are wanted from the start; nil wants all.
  init(_ file: String, rate: Int, atMost limit: Int?) {
    (self.file, self.limit) = (file, limit)
    resampler = Resampler(file, rate: rate)
  }

  deinit { swr_free(&converter) }

  /// The samples, float32 [samples], and what is doubtful about them.
  func read(_ decoder: TrackDecoder) throws -> DecodedMedia {
    let frame = try MediaFrame(for: file)
    // What is left inside a resampler is only needed at the end of the track.
    var isCutOff = false
    while !isCutOff, try decoder.next(into: frame) {
      try append(frame.pointer)
      isCutOff = limit.map { resampler.samples.count >= $0 } ?? false
    }
    if isCutOff { try decoder.checkDamage() } else { try resampler.finish() }
    let samples = limit.map { Array(resampler.samples.prefix($0)) } ?? resampler.samples
    guard !samples.isEmpty else { throw EquipoiseError.media(file, "its audio track is empty") }
    guard samples.allSatisfy(\.isFinite) else {
      throw EquipoiseError.media(file, "its audio has samples that are not finite numbers")
    }
    let loudness = Loudness(power, channels: channels)
    try loudness.check(file)
    return DecodedMedia(
      HostArray(floats: samples, shape: [samples.count]),
      warnings: loudness.warnings + decoder.warnings)
  }

  private func append(_ frame: UnsafeMutablePointer<AVFrame>) throws {
    let count = Int(frame.pointee.nb_samples)
    guard count > 0 else { return }
    let found = Source(frame.pointee)
    if converter == nil || found != source {
      swr_free(&converter)
      converter = cmedia_float_converter(frame)
      source = found
      channels = max(channels, Int(found.channels))
    }
    let mono = try [Float](unsafeUninitializedCapacity: count) { buffer, written in
      guard converter != nil, let base = buffer.baseAddress,
        cmedia_mean(converter, frame, base, &power) >= 0
      else {
        throw EquipoiseError.media(file, "its audio has samples that cannot be converted")
      }
      written = count
    }
    try resampler.append(mono, rate: Int(found.rate))
  }
}

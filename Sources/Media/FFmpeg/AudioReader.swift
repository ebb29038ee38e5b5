import CFFmpeg
import CMedia
import Equipoise
import Formats

/// Reads a track as one channel of float samples at a chosen rate: FFmpeg's mix and its resampler, with
/// their defaults.
final class AudioReader {
  private let file: String
  private let rate: Int
  private var resampler: OpaquePointer?
  private var source = Source()
  private var samples: [Float] = []

  /// What the resampler was made for; a track may change it.
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

  init(_ file: String, rate: Int) { (self.file, self.rate) = (file, rate) }

  deinit { swr_free(&resampler) }

  /// All samples: float32 [samples].
  func read(_ decoder: TrackDecoder) throws -> HostArray {
    let frame = try MediaFrame(for: file)
    while try decoder.next(into: frame) { try append(frame.pointer) }
    try flush()
    guard !samples.isEmpty else { throw EquipoiseError.media(file, "its audio track is empty") }
    guard samples.allSatisfy(\.isFinite) else {
      throw EquipoiseError.media(file, "its audio has samples that are not finite numbers")
    }
    return HostArray(floats: samples, shape: [samples.count])
  }

  private func append(_ frame: UnsafeMutablePointer<AVFrame>) throws {
    guard frame.pointee.nb_samples > 0 else { return }
    let found = Source(frame.pointee)
    if resampler == nil || found != source {
      try flush()
      resampler = cmedia_mono_resampler(frame, Int32(rate))
      source = found
    }
    guard resampler != nil else {
      throw EquipoiseError.media(file, "its audio has samples that cannot be converted")
    }
    try convert(frame)
  }

  /// Takes what the resampler still holds, and ends it.
  private func flush() throws {
    guard resampler != nil else { return }
    try convert(nil)
    swr_free(&resampler)
  }

  private func convert(_ frame: UnsafeMutablePointer<AVFrame>?) throws {
    let capacity = Int(swr_get_out_samples(resampler, frame?.pointee.nb_samples ?? 0))
    guard capacity >= 0, samples.count + capacity <= MediaLimits.samples else {
      throw EquipoiseError.media(
        file, "it has more than \(MediaLimits.samples) samples at \(rate) Hz",
        fix: "cut it into parts, or choose a lower rate")
    }
    let start = samples.count
    samples.append(contentsOf: repeatElement(0, count: capacity))
    let count = samples.withUnsafeMutableBufferPointer { buffer -> Int32 in
      guard let base = buffer.baseAddress else { return 0 }
      return cmedia_resample(resampler, base + start, Int32(capacity), frame)
    }
    samples.removeLast(capacity - Int(max(0, count)))
    guard count >= 0 else {
      throw EquipoiseError.media(file, "its audio cannot be resampled", code: count)
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
import CEquipoiseFFmpeg
import CEquipoiseMedia
import EquipoiseKit
import EquipoiseMedia

/// Brings samples of one channel to a rate.
final class Resampler {
  /// What has come out.
  private(set) var samples: [Float] = []
  private let file: String
  private let rate: Int
  private var context: OpaquePointer?
  private var sourceRate = 0
  /// What came in, as long as it is little.
  private var head: [Float]? = []

  /// A recording of fewer samples may be too short for the filter to give any.
  private static let shortest = 1024

  init(_ file: String, rate: Int) { (self.file, self.rate) = (file, rate) }

  deinit { swr_free(&context) }

  /// Takes samples, whose rate may change.
  func append(_ mono: [Float], rate newRate: Int) throws {
    if context == nil || newRate != sourceRate {
      if context != nil {
        try flush()
        head = nil
      }
      context = try resampler(from: newRate)
      sourceRate = newRate
    }
    head = head.flatMap { $0.count + mono.count <= Self.shortest ? $0 + mono : nil }
    try convert(mono)
  }

  /// Takes what is still inside. Of a very short recording the filter gives less than its length, or
  /// nothing: zeros after it push it out.
  func finish() throws {
    guard context != nil else { return }
    try flush()
    guard let head, !head.isEmpty else { return }
    let expected = (head.count * rate + sourceRate - 1) / sourceRate
    guard samples.count < expected else { return }
    samples = []
    context = try resampler(from: sourceRate)
    let zeros = 256 * (1 + sourceRate / rate)
    try convert(head + [Float](repeating: 0, count: zeros))
    swr_free(&context)
    samples = Array(samples.prefix(expected))
  }

  private func resampler(from sourceRate: Int) throws -> OpaquePointer {
    guard sourceRate > 0, let made = cmedia_resampler(Int32(sourceRate), Int32(rate)) else {
      throw EquipoiseError.media(file, "its audio cannot be resampled from \(sourceRate) Hz")
    }
    return made
  }

  private func flush() throws {
    try convert(nil)
    swr_free(&context)
  }

  private func convert(_ mono: [Float]?) throws {
    let given = Int32(mono?.count ?? 0)
    let capacity = Int(swr_get_out_samples(context, given))
    guard capacity >= 0, samples.count + capacity <= MediaLimits.samples else {
      throw EquipoiseError.media(
        file, "it has more than \(MediaLimits.samples) samples at \(rate) Hz",
        fix: "cut it into parts, choose a lower rate, or take a spectrogram of its first seconds")
    }
    let start = samples.count
    samples.append(contentsOf: repeatElement(0, count: capacity))
    let count = samples.withUnsafeMutableBufferPointer { buffer -> Int32 in
      guard let base = buffer.baseAddress else { return 0 }
      return cmedia_resample(context, base + start, Int32(capacity), mono, given)
    }
    samples.removeLast(capacity - Int(max(0, count)))
    guard count >= 0 else {
      throw EquipoiseError.media(file, "its audio cannot be resampled", code: count)
    }
  }
}

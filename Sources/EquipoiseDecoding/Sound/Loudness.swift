// SPDX-License-Identifier: Apache-2.0
import CEquipoiseMedia
import EquipoiseKit
import EquipoiseMedia

/// What the power of a sound before and after its channels were mixed tells.
struct Loudness {
  private let power: cmedia_power
  private let channels: Int

  /// No recording in -1...1 has a peak beyond: 24 decibels above full scale.
  private static let highestPeak = 16.0
  /// Channels that have nothing in common keep one part in as many of their power, or more.
  private static let leastShare = 0.01

  init(_ power: cmedia_power, channels: Int) { (self.power, self.channels) = (power, channels) }

  /// Throws `EquipoiseError` for numbers that are not in -1...1 at all.
  func check(_ file: String) throws {
    guard power.peak > Self.highestPeak else { return }
    let bits = [8, 16, 24].first { power.peak <= Double(1 << ($0 - 1)) } ?? 32
    let scale = 1 << (max(16, bits) - 1)
    throw EquipoiseError.media(
      file,
      "its samples are floats up to \(Int(min(power.peak, 1e15))), in the range of integers of "
        + "\(max(16, bits)) bits, where sound lies in -1...1",
      fix: "divide them, for instance with 'ffmpeg -i IN.wav -af volume=1/\(scale) OUT.wav'")
  }

  /// What is to be said though the sound is read.
  var warnings: [String] {
    var warnings: [String] = []
    if channels > 1, power.channels > 0, power.mixed < Self.leastShare * power.channels {
      let percent = (1000 * power.mixed / power.channels).rounded() / 10
      warnings.append(
        "its \(channels) channels are in opposite phase: \(percent) % of their power is left when they "
          + "are mixed to one")
    }
    if power.clipped > 0 {
      let peak = (10 * power.peak).rounded() / 10
      warnings.append("its samples go up to \(peak); what lies beyond 1 is clipped")
    }
    return warnings
  }
}

// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit

/// Normally distributed noise on each number: `noise` of sound, `jitter` of sensors.
struct GaussianNoise: NumberChange {
  static let name = "noise"
  /// In standard deviations of the number's channel.
  let deviation: Double

  func apply(to sample: inout SampleNumbers, _ stream: inout RandomStream) {
    let scales = sample.deviations.map { Float(deviation) * $0 }
    for index in sample.values.indices {
      sample.values[index] += Float(stream.normal()) * scales[sample.channel(of: index)]
    }
  }
}

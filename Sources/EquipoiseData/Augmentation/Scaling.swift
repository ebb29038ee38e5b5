// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit

/// A factor for each channel, of mean 1, as in Um et al., "Data augmentation of wearable sensor data for Parkinson's
/// disease monitoring" (ICMI 2017). It is about the channel's mean, as training sees numbers less their mean.
struct Scaling: NumberChange {
  static let name = "scaling"
  let deviation: Double

  func apply(to sample: inout SampleNumbers, _ stream: inout RandomStream) {
    let means = sample.means
    let factors = means.map { _ in Float(1 + deviation * stream.normal()) }
    for index in sample.values.indices {
      let channel = sample.channel(of: index)
      sample.values[index] =
        means[channel] + (sample.values[index] - means[channel]) * factors[channel]
    }
  }
}

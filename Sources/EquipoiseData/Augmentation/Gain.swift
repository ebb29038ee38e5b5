// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit

/// One number that is added to a whole spectrogram. Spectrograms are logarithms: adding is what a gain of the sound does
/// to them.
struct Gain: NumberChange {
  static let name = "gain"
  /// At most so many standard deviations of the channel, up or down.
  let most: Double

  func apply(to sample: inout SampleNumbers, _ stream: inout RandomStream) {
    let gain = Float((2 * stream.uniform() - 1) * most)
    let deviations = sample.deviations
    for index in sample.values.indices {
      sample.values[index] += gain * deviations[sample.channel(of: index)]
    }
  }
}

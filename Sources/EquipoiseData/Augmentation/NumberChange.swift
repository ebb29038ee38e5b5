// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit

/// A random change of a sample's numbers; one file has each.
protocol NumberChange: Sendable {
  /// The name of its random stream: what one draws does not depend on which others there are.
  static var name: String { get }
  /// Changes a sample.
  func apply(to sample: inout SampleNumbers, _ stream: inout RandomStream)
}

extension AugmentationConfiguration {
  /// What changes numbers, in the order in which it does: from where they come first, then how large they are.
  var changes: [any NumberChange] {
    var changes: [any NumberChange] = []
    if randomResizedCrop.probability > 0 {
      changes.append(RandomResizedCrop(configuration: randomResizedCrop))
    }
    if timeWarp.probability > 0 { changes.append(TimeWarp(configuration: timeWarp)) }
    if randAugment.operations > 0 { changes.append(RandAugment(configuration: randAugment)) }
    if colorJitter != ColorJitterConfiguration() {
      changes.append(ColorJitter(configuration: colorJitter))
    }
    if scaling > 0 { changes.append(Scaling(deviation: scaling)) }
    if gain > 0 { changes.append(Gain(most: gain)) }
    if max(noise, jitter) > 0 { changes.append(GaussianNoise(deviation: max(noise, jitter))) }
    return changes
  }
}

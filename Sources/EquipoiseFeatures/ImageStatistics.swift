// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit

/// What images are normalised by, channel by channel, after scaling to 0…1: a modality's `mean` and
/// `std`. Training applies them, so that prepared images stay bytes.
public struct ImageStatistics: Hashable, Sendable {
  /// The mean of red, green and blue.
  public let mean: [Double]
  /// Their standard deviations.
  public let std: [Double]

  /// ImageNet's, which every published loader for images takes.
  public static let imageNet = ImageStatistics(
    mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225])
}

// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseModels
import EquipoiseTorch

/// What of a dataset's training samples a model, its objective and its method are made by: the file
/// `dataset/statistics.json` of a run.
struct DataStatistics: Codable, Equatable {
  /// The newest form of the file.
  static let newest = 1

  /// The form of the file.
  var version = newest
  /// The identity of the prepared data.
  let dataset: String
  /// The training samples.
  let samples: Int
  /// How many of them are of each class or have each label; empty in a regression.
  let samplesPerClass: [Int]
  /// The modalities whose samples have lengths of their own, in any split.
  let withLengths: [String]
  /// The modalities of which training samples differ in length.
  let ofSeveralLengths: [String]
  /// The modalities that samples of some split say they lack.
  let lacking: [String]
  /// Whether a training sample may lack a modality.
  let lacksModalities: Bool
  /// The training mean of each target of a regression, in its own unit.
  var means: [Double]?
  /// The training standard deviation of each target of a regression, in its own unit.
  var deviations: [Double]?

  /// The unit of a regression's outputs; nil for other tasks.
  func scale(on device: Device) -> TargetScale? {
    guard let means, let deviations else { return nil }
    return TargetScale(means: means, deviations: deviations, device: device)
  }
}

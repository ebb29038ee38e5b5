// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseData
internal import EquipoiseKit
internal import EquipoiseMethods
internal import EquipoiseModels
internal import EquipoiseSettings

/// What is to be said of classes and labels of which there are many more than of others.
enum ClassBalance {
  /// How often the rarest has to be found in the most frequent for that to be said.
  static let ratio = 5

  /// One line where the training samples are so unequal and nothing is set against it.
  ///
  /// - Parameters:
  ///   - samples: the training samples.
  ///   - description: their dataset.
  ///   - training: what may be set against it.
  /// - Returns: what the user should know.
  static func notes(
    _ samples: Samples, of description: DatasetDescription, _ training: TrainingConfiguration
  ) -> [String] {
    guard training.sampling == .shuffled, training.loss == LossSection() else { return [] }
    let (names, counts) = (description.classes, samples.counts(of: description))
    guard let (rarest, least) = counts.enumerated().min(by: { $0.element < $1.element }),
      let (commonest, most) = counts.enumerated().max(by: { $0.element < $1.element }),
      least > 0, most >= ratio * least
    else { return [] }
    let remedy =
      description.task == .classification
      ? "training.sampling=balanced, or training.loss.type=cross-entropy with "
        + "training.loss.classWeights=balanced"
      : "training.loss.type=bce with training.loss.positiveWeights=balanced"
    let what = description.task == .classification ? "classes" : "labels"
    return [
      "the \(what) are unequal: of \(samples.count) training samples \(most) are '\(names[commonest])' and "
        + "\(least) '\(names[rarest])'; \(remedy) lets them count alike"
    ]
  }
}

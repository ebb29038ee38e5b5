// SPDX-License-Identifier: Apache-2.0
package import EquipoiseMetrics
internal import EquipoiseSettings
package import EquipoiseTorch

/// The learning rate of every step of a run, by its schedule and what the scores so far have made of it.
package final class LearningRates {
  private let training: TrainingConfiguration
  private let stepsPerEpoch: Int
  private let rule: Plateau?
  /// The score that the schedule goes by; nil where it goes by none.
  package let score: Score?
  /// What a schedule that goes by a score has come to; nil before it has seen one.
  package var plateau: Plateau.State?

  /// The rates of a run.
  ///
  /// - Parameters:
  ///   - training: the run's settings.
  ///   - stepsPerEpoch: the number of steps of an epoch.
  ///   - selection: the score that selects epochs.
  package init(_ training: TrainingConfiguration, stepsPerEpoch: Int, selection: Score) {
    (self.training, self.stepsPerEpoch) = (training, stepsPerEpoch)
    let following = training.schedule.settings as? any ScoreFollowing
    let score = following.map { $0.score ?? selection }
    self.score = score
    rule = score.flatMap { following?.plateau(isLargerBetter: $0.isLargerBetter) }
  }

  /// Whether the rate may change from one step of an epoch to the next.
  package var changeInEpochs: Bool { training.schedule.changesInEpochs }

  /// The learning rate of a step; of one in the future as the scores so far say.
  ///
  /// - Parameters:
  ///   - epoch: from 0.
  ///   - step: in the epoch, from 0.
  /// - Returns: the learning rate.
  package func rate(epoch: Int, step: Int = 0) -> Double {
    let place = place(epoch, step)
    if let plateau, training.schedule.isWarm(at: place) { return plateau.rate }
    return training.schedule.rate(
      at: place, base: training.optimiser.learningRate, of: training.epochs)
  }

  /// Takes note of the score of an epoch that is done; the warm-up's are none of its business.
  package func observe(_ value: Double, epoch: Int) {
    guard let rule, training.schedule.isWarm(at: place(epoch, 0)) else { return }
    var state = plateau ?? Plateau.State(rate: training.optimiser.learningRate)
    rule.observe(value, &state)
    plateau = state
  }

  private func place(_ epoch: Int, _ step: Int) -> TrainingPlace {
    TrainingPlace(epoch: epoch, step: step, stepsPerEpoch: stepsPerEpoch)
  }
}

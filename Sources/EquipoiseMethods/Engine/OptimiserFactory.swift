internal import EquipoiseKit
package import Torch

extension OptimiserConfiguration {
  /// The optimiser that this section describes, for parameters in their final place.
  package func makeOptimizer(_ parameters: [(name: String, parameter: Parameter)]) -> any Optimizer
  {
    switch type {
    case .sgd:
      SGD(
        parameters, learningRate: learningRate, momentum: momentum, weightDecay: weightDecay)
    case .adam, .adamw:
      Adam(
        parameters, learningRate: learningRate, betas: (betas[0], betas[1]), epsilon: epsilon,
        weightDecay: weightDecay, decay: type == .adam ? .penalty : .decoupled)
    }
  }
}

extension ScheduleConfiguration {
  /// The schedule that this section describes.
  package func makeSchedule(learningRate: Double, epochs: Int) -> LearningRateSchedule {
    let decay: LearningRateSchedule.Decay =
      switch type {
      case .constant: .constant
      case .step: .step(epochs: stepSize, factor: gamma)
      case .cosine:
        .cosine(epochs: max(1, epochs - warmupEpochs), minimum: minimumLearningRate)
      }
    return LearningRateSchedule(base: learningRate, decay: decay, warmup: warmupEpochs)
  }
}

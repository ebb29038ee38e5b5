// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
import EquipoiseTorch

/// A linear classifier on frozen features: what a modality's encoder has learned, whatever the
/// fusion makes of it.
enum LinearProbe {
  /// Steps of full-batch Adam; enough for the loss to settle on standardised features.
  private static let steps = 300
  private static let learningRate = 0.05
  private static let weightDecay = 1e-4

  /// Trains on one split's features and predicts another's.
  ///
  /// Deterministic: zero start, full batches, features standardised by the training split.
  ///
  /// - Parameters:
  ///   - training: features [N, width].
  ///   - labels: classes [N], or of several labels 0 and 1 and of a regression standardised numbers, [N, outputs].
  ///   - test: features [T, width].
  ///   - classes: the number of classes, labels or targets.
  ///   - task: what is learned.
  /// - Returns: logits or standardised numbers [T, outputs].
  static func logits(
    training: Tensor, labels: Tensor, test: Tensor, classes: Int,
    of task: LearningTask = .classification
  ) -> Tensor {
    let mean = training.mean(over: [0], keeping: true)
    let spread =
      training.standardDeviation(over: [0], correction: 0, keeping: true).clamped(low: 1e-6)
    let inputs = (training - mean) / spread
    let device = training.device
    let weight = Parameter(Tensor.zeros([classes, training.size(1)], device: device))
    let bias = Parameter(Tensor.zeros([classes], device: device))
    let optimizer = Adam(
      [(name: "weight", parameter: weight), (name: "bias", parameter: bias)],
      learningRate: learningRate, weightDecay: weightDecay, decay: .decoupled)
    for _ in 0..<steps {
      let loss = loss(inputs.linear(weight: weight.leaf, bias: bias.leaf), labels, task)
      optimizer.step(gradients: gradients(of: [loss], withRespectTo: [weight.leaf, bias.leaf]))
    }
    return ((test - mean) / spread).linear(weight: weight.leaf, bias: bias.leaf).detached()
  }

  private static func loss(_ outputs: Tensor, _ labels: Tensor, _ task: LearningTask) -> Tensor {
    switch task {
    case .classification: outputs.crossEntropy(labels)
    case .multilabel: outputs.binaryCrossEntropies(labels.to(outputs.dtype)).mean()
    case .regression: outputs.squaredErrors(labels.to(outputs.dtype)).mean()
    }
  }
}

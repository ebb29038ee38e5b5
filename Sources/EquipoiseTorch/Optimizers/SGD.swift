// SPDX-License-Identifier: Apache-2.0
/// Stochastic gradient descent with momentum, by PyTorch's convention.
///
/// ```
/// g ← g + λ θ                 weight decay, on every parameter
/// v ← μ v + g                 v = 0 before the first step
/// g ← v,  or  g + μ v         Nesterov's variant
/// θ ← θ − η g
/// ```
public final class SGD: Optimizer {
  /// η.
  public var learningRate: Double
  private let momentum: Double
  private let weightDecay: Double
  private let nesterov: Bool
  private let group: ParameterGroup
  /// v; empty without momentum.
  private let velocities: [Tensor]

  /// Gradient descent.
  ///
  /// - Parameters:
  ///   - parameters: what is optimised, on one device and of one type.
  ///   - learningRate: η.
  ///   - momentum: μ.
  ///   - weightDecay: λ.
  ///   - nesterov: looks ahead along the velocity; needs a momentum.
  public init(
    _ parameters: [NamedParameter], learningRate: Double,
    momentum: Double = 0, weightDecay: Double = 0, nesterov: Bool = false
  ) {
    precondition(!nesterov || momentum > 0, "SGD: Nesterov's variant needs a momentum")
    group = ParameterGroup(parameters)
    self.learningRate = learningRate
    self.momentum = momentum
    self.weightDecay = weightDecay
    self.nesterov = nesterov
    velocities = momentum == 0 ? [] : group.zeros()
  }

  /// What is optimised.
  public var parameters: [NamedParameter] { group.entries }

  /// `momentum.<parameter>` for each.
  public var state: [NamedTensor] { group.named("momentum", velocities) }

  /// Takes one step.
  public func step(gradients: [Tensor?]) {
    withoutGradient {
      let (indices, parameters, gradients) = group.present(gradients)
      guard !indices.isEmpty else { return }
      let velocities = momentum == 0 ? [] : indices.map { self.velocities[$0] }
      // `is_first_step` would write g into v instead of μ v + g; from v = 0 that is the same, also
      // for a parameter that gets its first gradient later.
      Operator.fusedSGD_.run(
        .tensors(parameters), .tensors(gradients), .tensors(velocities), .double(weightDecay),
        .double(momentum), .double(learningRate), .double(0), .bool(nesterov), .bool(false),
        .bool(false))
    }
  }
}

extension Operator {
  fileprivate static let fusedSGD_ = Operator("aten::_fused_sgd_")
}

// SPDX-License-Identifier: Apache-2.0
/// Adam (Kingma and Ba, 2015) and AdamW (Loshchilov and Hutter, 2019), as PyTorch computes them.
///
/// ```
/// Adam:   g ← g + λ θ                            AdamW:  θ ← θ − η λ θ
/// m ← β₁ m + (1 − β₁) g;   s ← β₂ s + (1 − β₂) g²;   t ← t + 1
/// θ ← θ − η (m / (1 − β₁ᵗ)) / (√(s / (1 − β₂ᵗ)) + ε)
/// ```
public final class Adam: Optimizer {
  /// What weight decay acts on.
  public enum Decay: Sendable {
    /// The gradient, as an L2 penalty: Adam.
    case penalty
    /// The parameter itself: AdamW.
    case decoupled
  }

  /// η.
  public var learningRate: Double
  private let betas: (Double, Double)
  private let epsilon: Double
  private let weightDecay: Double
  private let decay: Decay
  private let group: ParameterGroup
  /// m.
  private let means: [Tensor]
  /// s.
  private let squares: [Tensor]
  /// t, one for each parameter since one without a gradient does not count the step.
  private let steps: [Tensor]

  /// Adam, or AdamW with `decay: .decoupled`.
  ///
  /// - Parameters:
  ///   - parameters: what is optimised, on one device and of one type.
  ///   - learningRate: η.
  ///   - betas: β₁ and β₂.
  ///   - epsilon: ε.
  ///   - weightDecay: λ.
  ///   - decay: what weight decay acts on.
  public init(
    _ parameters: [NamedParameter], learningRate: Double,
    betas: (Double, Double) = (0.9, 0.999), epsilon: Double = 1e-8, weightDecay: Double = 0,
    decay: Decay = .penalty
  ) {
    group = ParameterGroup(parameters)
    self.learningRate = learningRate
    self.betas = betas
    self.epsilon = epsilon
    self.weightDecay = weightDecay
    self.decay = decay
    means = group.zeros()
    squares = group.zeros()
    steps = group.entries.map { .zeros([], device: $0.parameter.leaf.device) }
  }

  /// What is optimised.
  public var parameters: [NamedParameter] { group.entries }

  /// `exp_avg.<parameter>`, `exp_avg_sq.<parameter>` and `step.<parameter>` for each.
  public var state: [NamedTensor] {
    group.named("exp_avg", means) + group.named("exp_avg_sq", squares)
      + group.named("step", steps)
  }

  /// Takes one step.
  public func step(gradients: [Tensor?]) {
    withoutGradient {
      let (indices, parameters, gradients) = group.present(gradients)
      guard !indices.isEmpty else { return }
      let steps = indices.map { self.steps[$0] }
      Operator.foreachAdd_.run(.tensors(steps), .int(1))
      let kernel = decay == .penalty ? Operator.fusedAdam_ : Operator.fusedAdamW_
      kernel.run(
        .tensors(parameters), .tensors(gradients), .tensors(indices.map { means[$0] }),
        .tensors(indices.map { squares[$0] }), .tensors([]), .tensors(steps),
        .double(learningRate), .double(betas.0), .double(betas.1), .double(weightDecay),
        .double(epsilon), .bool(false), .bool(false))
    }
  }
}

extension Operator {
  fileprivate static let foreachAdd_ = Operator("aten::_foreach_add_", "Scalar")
  fileprivate static let fusedAdam_ = Operator("aten::_fused_adam_")
  fileprivate static let fusedAdamW_ = Operator("aten::_fused_adamw_")
}

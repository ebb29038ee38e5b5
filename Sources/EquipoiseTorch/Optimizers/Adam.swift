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
  public func step(gradients: [Tensor?]) { Self.step([(self, gradients)]) }

  /// Takes one step with each of several optimisers in one operation: the numbers are those of a step with each, and
  /// a GPU waits for one start instead of many.
  ///
  /// - Parameter parts: optimisers of equal settings, on one device and of one type, each with its gradients.
  public static func step(_ parts: [(optimiser: Adam, gradients: [Tensor?])]) {
    guard let first = parts.first?.optimiser else { return }
    precondition(
      parts.allSatisfy { first.hasSettings(of: $0.optimiser) },
      "one step of Adam with different settings")
    withoutGradient {
      var (parameters, gradients): ([Tensor], [Tensor]) = ([], [])
      var (means, squares, steps): ([Tensor], [Tensor], [Tensor]) = ([], [], [])
      for (optimiser, given) in parts {
        let present = optimiser.group.present(given)
        parameters += present.parameters
        gradients += present.gradients
        means += present.indices.map { optimiser.means[$0] }
        squares += present.indices.map { optimiser.squares[$0] }
        steps += present.indices.map { optimiser.steps[$0] }
      }
      guard !parameters.isEmpty else { return }
      Operator.foreachAdd_.run(.tensors(steps), .int(1))
      let kernel = first.decay == .penalty ? Operator.fusedAdam_ : Operator.fusedAdamW_
      kernel.run(
        .tensors(parameters), .tensors(gradients), .tensors(means), .tensors(squares),
        .tensors([]), .tensors(steps), .double(first.learningRate), .double(first.betas.0),
        .double(first.betas.1), .double(first.weightDecay), .double(first.epsilon), .bool(false),
        .bool(false))
    }
  }

  private func hasSettings(of other: Adam) -> Bool {
    learningRate == other.learningRate && betas == other.betas && epsilon == other.epsilon
      && weightDecay == other.weightDecay && decay == other.decay
  }
}

extension Operator {
  fileprivate static let foreachAdd_ = Operator("aten::_foreach_add_", "Scalar")
  fileprivate static let fusedAdam_ = Operator("aten::_fused_adam_")
  fileprivate static let fusedAdamW_ = Operator("aten::_fused_adamw_")
}

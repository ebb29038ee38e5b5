// SPDX-License-Identifier: Apache-2.0

/// An average of parameters over time, as PyTorch's `swa_utils.AveragedModel`.
///
/// ```
/// first      a ← θ
/// moving     a ← a + (1 − β) (θ − a)
/// mean       a ← a + (θ − a) / (n + 1)     n values before
/// ```
public final class AveragedParameters {
  /// Which average.
  public enum Rule: Sendable, Hashable {
    /// An exponential moving average with the share β of the former one.
    case moving(decay: Double)
    /// The mean.
    case mean
  }

  private let rule: Rule
  private let parameters: [Parameter]
  /// a; the parameters' first values before there is an average.
  public let values: [Tensor]
  /// n.
  public var count = 0

  /// An average of parameters in their final place.
  public init(_ parameters: [Parameter], _ rule: Rule) {
    (self.parameters, self.rule) = (parameters, rule)
    values = parameters.map { $0.leaf.detached().cloned() }
  }

  /// Takes the parameters as they are now.
  public func update() {
    let current = parameters.map { $0.leaf.detached() }
    withoutGradient {
      if count == 0 {
        for (value, parameter) in zip(values, current) {
          Operator.copy_.run(.tensor(value), .tensor(parameter))
        }
      } else {
        Operator.foreachLerp_.run(.tensors(values), .tensors(current), .double(weight))
      }
    }
    count += 1
  }

  private var weight: Double {
    switch rule {
    case .moving(let decay): 1 - decay
    case .mean: 1 / Double(count + 1)
    }
  }
}

extension Operator {
  fileprivate static let foreachLerp_ = Operator("aten::_foreach_lerp_", "Scalar")
}

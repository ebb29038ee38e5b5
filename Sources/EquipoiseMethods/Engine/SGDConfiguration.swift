// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseSettings
public import EquipoiseTorch

/// Stochastic gradient descent with momentum: `type: sgd`.
public struct SGDConfiguration: WeightDecaying {
  /// `sgd`.
  public static let name = "sgd"
  /// One line for lists.
  public static let summary = "stochastic gradient descent with momentum"

  /// Momentum.
  public var momentum = 0.9
  /// Weight decay, added to the gradient.
  public var weightDecay = 1e-4

  /// The defaults.
  public init() {}

  /// PyTorch's SGD.
  public func makeOptimizer(
    _ parameters: [NamedParameter], learningRate: Double
  ) -> any Optimizer {
    SGD(parameters, learningRate: learningRate, momentum: momentum, weightDecay: weightDecay)
  }

  /// The momentum buffer.
  public var numbersPerParameter: Int { momentum > 0 ? 1 : 0 }
}

extension SGDConfiguration: RangeChecking {
  /// Throws for the first value out of its range.
  public func check(at path: ConfigPath) throws {
    try path.check("momentum", momentum, .from(0..<1))
    try path.check("weightDecay", weightDecay, .atLeast(0))
  }
}

extension OptimiserSection {
  /// Stochastic gradient descent with momentum.
  public static func sgd(
    learningRate: Double = 1e-3, momentum: Double = 0.9, weightDecay: Double = 1e-4
  ) -> OptimiserSection {
    var settings = SGDConfiguration()
    (settings.momentum, settings.weightDecay) = (momentum, weightDecay)
    return OptimiserSection(settings, learningRate: learningRate)
  }
}

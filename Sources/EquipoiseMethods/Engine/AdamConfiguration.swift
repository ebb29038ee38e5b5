// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseSettings
internal import EquipoiseTorch

/// What Adam and AdamW have alike.
protocol AdamSettings: WeightDecaying, RangeChecking {
  var betas: [Double] { get }
  var epsilon: Double { get }
  static var decay: Adam.Decay { get }
}

/// Adam: `type: adam`.
public struct AdamConfiguration: AdamSettings {
  /// `adam`.
  public static let name = "adam"
  /// One line for lists.
  public static let summary = "Adam"

  /// Weight decay, added to the gradient.
  public var weightDecay = 1e-4
  /// Decay rates of the two moment averages.
  public var betas = [0.9, 0.999]
  /// Added to the denominator.
  public var epsilon = 1e-8

  static let decay = Adam.Decay.penalty

  /// The defaults.
  public init() {}
}

/// Adam with decoupled weight decay: `type: adamw`.
public struct AdamWConfiguration: AdamSettings {
  /// `adamw`.
  public static let name = "adamw"
  /// One line for lists.
  public static let summary = "Adam with decoupled weight decay"

  /// Weight decay, apart from the gradient.
  public var weightDecay = 1e-4
  /// Decay rates of the two moment averages.
  public var betas = [0.9, 0.999]
  /// Added to the denominator.
  public var epsilon = 1e-8

  static let decay = Adam.Decay.decoupled

  /// The defaults.
  public init() {}
}

extension AdamSettings {
  /// PyTorch's Adam or AdamW.
  public func makeOptimizer(
    _ parameters: [NamedParameter], learningRate: Double
  ) -> any Optimizer {
    Adam(
      parameters, learningRate: learningRate, betas: (betas[0], betas[1]), epsilon: epsilon,
      weightDecay: weightDecay, decay: Self.decay)
  }

  /// The two moment averages.
  public var numbersPerParameter: Int { 2 }

  /// Throws for the first value out of its range.
  public func check(at path: ConfigPath) throws {
    try path.check("weightDecay", weightDecay, .atLeast(0))
    let found = ConfigValue.sequence(betas.map(ConfigValue.double))
    try path.check(
      "betas", betas.count == 2 && betas.allSatisfy((0..<1).contains), found: found,
      expected: "two numbers at least 0 and below 1")
    try path.check("epsilon", epsilon, .above(0))
  }
}

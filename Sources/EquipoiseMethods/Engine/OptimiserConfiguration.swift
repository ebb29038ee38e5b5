// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseSettings
public import EquipoiseTorch

/// The settings of one update rule, and how an optimiser is made of them.
public protocol OptimiserConfiguration: ConfigurationSection {
  /// The name in `training.optimiser.type`.
  static var name: String { get }
  /// One line for lists.
  static var summary: String { get }
  /// An optimiser.
  ///
  /// - Parameters:
  ///   - parameters: what it trains, in their final place.
  ///   - learningRate: before any schedule.
  /// - Returns: the optimiser in its initial state.
  func makeOptimizer(
    _ parameters: [NamedParameter], learningRate: Double
  ) -> any Optimizer
  /// The numbers that it keeps for each parameter, for estimates of memory and disk.
  var numbersPerParameter: Int { get }
}

/// The section `training.optimiser`.
public enum OptimiserFamily: SectionFamily {
  /// What every optimiser has.
  public struct Common: ConfigurationSection, RangeChecking {
    /// The learning rate before any schedule.
    public var learningRate = 1e-3

    /// The defaults.
    public init() {}

    /// Throws for the first value out of its range.
    public func check(at path: ConfigPath) throws {
      try path.check("learningRate", learningRate, .above(0))
    }
  }

  /// An update rule.
  public static let title = "optimiser"
  /// Stochastic gradient descent.
  public static var standard: (name: String, settings: any OptimiserConfiguration) {
    (SGDConfiguration.name, SGDConfiguration())
  }
}

/// The update rule, with PyTorch's conventions: its type, learning rate and settings.
public typealias OptimiserSection = ChoiceSection<OptimiserFamily>

extension OptimiserSection {
  /// An optimiser of these settings.
  public init<Settings: OptimiserConfiguration>(_ settings: Settings, learningRate: Double = 1e-3) {
    self.init(name: Settings.name, settings: settings)
    common.learningRate = learningRate
  }

  /// The optimiser that this section describes, for parameters in their final place.
  package func makeOptimizer(
    _ parameters: [NamedParameter]
  ) -> any Optimizer {
    settings.makeOptimizer(parameters, learningRate: common.learningRate)
  }
}

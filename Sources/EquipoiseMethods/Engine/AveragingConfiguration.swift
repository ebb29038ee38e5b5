// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseSettings

/// Which average of the weights is scored, and exported as the best.
public enum WeightAveraging: String, ConfigurationChoice {
  /// None: the weights themselves.
  case none
  /// An exponential moving average over steps.
  case ema
  /// The mean over epochs: stochastic weight averaging (Izmailov et al., 2018).
  case swa
}

/// Averages of the weights, which are scored in the weights' place.
public struct AveragingConfiguration: ConfigurationSection, RangeChecking {
  /// Which average.
  public var type = WeightAveraging.none
  /// Of the moving average: the share of the former average in the next.
  public var decay = 0.999
  /// The first epoch, from 0, that is averaged; nil is the first for `ema` and the one after three quarters for `swa`.
  public var startEpoch: Int?

  /// The defaults.
  public init() {}

  /// The first epoch that is averaged, of so many.
  package func start(of epochs: Int) -> Int { startEpoch ?? (type == .swa ? epochs * 3 / 4 : 0) }

  /// Throws for the first value out of its range.
  public func check(at path: ConfigPath) throws {
    try path.check("decay", decay, .between(0, 1))
    try path.check("startEpoch", startEpoch, .threshold(0))
    try path.check(
      "startEpoch", type != .none || startEpoch == nil,
      found: startEpoch.map(ConfigValue.integer) ?? .null, expected: "null without an average")
  }
}

// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseSettings

/// The epochs in which a method acts, counted from 0, both ends included.
public struct EpochWindow: ConfigurationSection {
  /// The first epoch.
  public var first = 0
  /// The last epoch; nil has no end.
  public var last: Int?

  /// Every epoch.
  public init() {}

  /// The epochs from `first` to `last`.
  public init(first: Int, last: Int?) {
    self.first = first
    self.last = last
  }

  /// Whether a method acts in this epoch.
  public func contains(_ epoch: Int) -> Bool { epoch >= first && epoch <= last ?? .max }

  /// The share of a run's epochs in which a method acts.
  func share(of epochs: Int) -> Double {
    Double((0..<epochs).count(where: contains)) / Double(max(1, epochs))
  }
}

extension EpochWindow: RangeChecking {
  /// Throws for the first value out of its range.
  public func check(at path: ConfigPath) throws {
    try path.check("first", first, .atLeast(0))
    try path.check("last", last, .atLeast(first))
  }
}

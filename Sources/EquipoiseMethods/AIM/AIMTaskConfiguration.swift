// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseSettings

/// What the prototypes of a regression stand for; of other tasks it is left alone.
public struct RegressionConfiguration: ConfigurationSection {
  /// K: the most bins of a target, each with a prototype.
  public var bins = 8
  /// What a sample's number says of the bins.
  public var assignment = TargetAssignment.bins

  /// The defaults.
  public init() {}
}

/// What a sample's number says of a target's bins.
public enum TargetAssignment: String, ConfigurationChoice {
  /// It is in one of them.
  case bins
  /// It lies between the two nearest centres.
  case linear
  /// The bins' centres name a number, whose error counts.
  case mean
}

/// What the prototypes of several labels stand for; of other tasks it is left alone.
public struct MultilabelConfiguration: ConfigurationSection {
  /// Which prototypes there are.
  public var prototypes = LabelPrototypes.auto
  /// What each label of a sample counts for.
  public var weights = LabelWeights.balanced

  /// The defaults.
  public init() {}
}

/// The prototypes of labels.
public enum LabelPrototypes: String, ConfigurationChoice {
  /// `pair`, unless these are more than a batch has samples.
  case auto
  /// For each label one of the samples without it and one of those with it.
  case pair
  /// For each label one of the samples with it, told apart from one of all samples.
  case shared
}

/// What a label of a sample counts for in s and L.
public enum LabelWeights: String, ConfigurationChoice {
  /// Half of a sample's weight is on the labels that it has, half on the others.
  case balanced
  /// All alike.
  case plain
  /// As much in all samples with a label as in those without, but none more than 10.
  case frequency
}

extension RegressionConfiguration: RangeChecking {
  /// Throws for the first value out of its range.
  public func check(at path: ConfigPath) throws {
    try path.check("bins", bins, .atLeast(2, to: 65_536))
  }
}

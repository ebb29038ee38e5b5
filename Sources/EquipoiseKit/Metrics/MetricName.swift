// SPDX-License-Identifier: Apache-2.0
/// The name of a number that a run says: where it was measured, what it is, and of which modality and depth.
///
/// The only type that knows how names are spelled: as keys of `metrics.jsonl`, as columns of tables, as
/// TensorBoard's tags. ``text`` writes what ``init(_:)`` reads. Parts are joined by dots; in a part of a user's
/// choice a dot and a backslash have a backslash before them, and a modality that would be taken for a depth
/// begins with one: `score.audio.1`, `score.a\.b.1`, `rate.\2`.
public struct MetricName: Hashable, Sendable {
  /// Where a number was measured.
  public enum Scope: String, Codable, Sendable {
    /// On the run itself, such as `seconds`.
    case run
    /// On the training samples, while training.
    case train
    /// On the validation split.
    case validation
    /// On the test split.
    case test
    /// By the method, during its steps.
    case telemetry
    /// By the method, after an epoch: a matrix in `measurements`.
    case measurement
  }

  /// Where it was measured.
  public let scope: Scope
  /// What it is, such as `accuracy`. Outside ``Scope/telemetry`` and ``Scope/measurement`` dots in it are those of
  /// sections of the line: `shapley.values`.
  public let what: String
  /// The modality that it is of; of `shapley.accuracies` and `patterns` a set of them.
  public let modality: String?
  /// The depth that it is of, from 1.
  public let depth: Int?

  /// A name.
  ///
  /// - Parameters:
  ///   - scope: where the number was measured.
  ///   - what: what it is.
  ///   - modality: the modality that it is of, by any name.
  ///   - depth: the depth that it is of, from 1.
  public init(_ scope: Scope, _ what: String, modality: String? = nil, depth: Int? = nil) {
    (self.scope, self.what, self.modality, self.depth) = (scope, what, modality, depth)
  }
}

extension MetricName {
  /// A number of the run itself.
  public static func run(_ what: String) -> MetricName { MetricName(.run, what) }

  /// A number of the training samples.
  public static func train(_ what: String) -> MetricName { MetricName(.train, what) }

  /// A score on the validation split.
  public static func validation(_ what: String, modality: String? = nil) -> MetricName {
    MetricName(.validation, what, modality: modality)
  }

  /// A number of the method.
  public static func telemetry(
    _ what: String, modality: String? = nil, depth: Int? = nil
  ) -> MetricName {
    MetricName(.telemetry, what, modality: modality, depth: depth)
  }

  /// A matrix of the method.
  public static func measurement(
    _ what: String, modality: String? = nil, depth: Int? = nil
  ) -> MetricName {
    MetricName(.measurement, what, modality: modality, depth: depth)
  }
}

/// A number of a run with its name.
public struct Metric: Equatable, Sendable {
  /// What it is.
  public let name: MetricName
  /// The number.
  public let value: Double

  /// A number with its name.
  public init(_ name: MetricName, _ value: Double) { (self.name, self.value) = (name, value) }
}

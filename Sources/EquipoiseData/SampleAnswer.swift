// SPDX-License-Identifier: Apache-2.0

/// What is right for one sample.
public enum SampleAnswer: Equatable, Sendable {
  /// The index of its class.
  case label(Int)
  /// 1 or 0 for each label, or the number of each target.
  case targets([Float])
}

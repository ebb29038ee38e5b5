// SPDX-License-Identifier: Apache-2.0

/// What is learned from a sample: what its label or target is, and so what losses and scores make sense.
public enum LearningTask: String, CaseIterable, Codable, Sendable {
  /// One of several classes.
  case classification
  /// Each of several labels is there or not.
  case multilabel
  /// One number or several.
  case regression
}

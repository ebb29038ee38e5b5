// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

/// Numbers of flags that no configuration checks.
enum NumberFlag {
  /// Throws `ValidationError` unless `value` is nil or in the range.
  static func check(_ flag: String, _ value: Int?, from least: Int, to most: Int = 1_000_000) throws
  {
    guard let value else { return }
    guard value >= least else { throw ValidationError("\(flag) takes a number from \(least)") }
    guard value <= most else { throw ValidationError("\(flag) takes a number up to \(most)") }
  }
}

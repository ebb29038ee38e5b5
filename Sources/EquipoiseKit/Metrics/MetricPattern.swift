// SPDX-License-Identifier: Apache-2.0
/// Names of metrics by their parts: `telemetry.score.*.1`, where `*` stands for any part.
package struct MetricPattern: Sendable {
  /// `nil` for any part.
  private let parts: [String?]

  /// The pattern of a text, which is a name's but for the stars.
  package init(_ text: String) {
    parts = MetricName.parts(of: text).map { $0.text == "*" && !$0.isName ? nil : $0.text }
  }

  /// Whether a name is one of those.
  package func matches(_ name: MetricName) -> Bool {
    let found = name.parts
    return found.count == parts.count
      && zip(parts, found).allSatisfy { $0 == nil || $0 == $1 }
  }
}

// SPDX-License-Identifier: Apache-2.0
/// How a command prints its result.
package enum OutputFormat: String, CaseIterable {
  /// For reading.
  case table
  /// One JSON object on standard output.
  case json
}

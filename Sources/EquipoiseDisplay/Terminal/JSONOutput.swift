// SPDX-License-Identifier: Apache-2.0
import Foundation

/// One JSON object on standard output.
package enum JSONOutput {
  package static func print(_ value: some Encodable) throws {
    Console.print(try text(value))
  }

  /// The object as text.
  package static func text(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }
}

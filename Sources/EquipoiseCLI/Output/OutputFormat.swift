// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation

/// How a command prints its result.
enum OutputFormat: String, CaseIterable, ExpressibleByArgument {
  /// For reading.
  case table
  /// One JSON object on standard output.
  case json
}

/// One JSON object on standard output.
enum JSONOutput {
  static func print(_ value: some Encodable) throws {
    Console.print(try text(value))
  }

  /// The object as text.
  static func text(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }
}

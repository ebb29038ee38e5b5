// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A message between the program and its decoder: its length in 4 bytes, little endian, then JSON. An answer is
/// followed by the bytes of the arrays that it names.
package enum Message {
  /// A longer one is a mistake.
  static let longest = 1 << 26

  package static func encode(_ value: some Encodable) throws -> [UInt8] {
    let body = try JSONEncoder().encode(value)
    let count = UInt32(body.count)
    return (0..<4).map { UInt8(truncatingIfNeeded: count >> (8 * $0)) } + body
  }

  /// The length that four bytes tell; nil when it cannot be.
  static func length(_ bytes: [UInt8]) -> Int? {
    guard bytes.count == 4 else { return nil }
    let count = bytes.reversed().reduce(0) { $0 << 8 | Int($1) }
    return count <= longest ? count : nil
  }

  package static func decode<Value: Decodable>(_ type: Value.Type, _ body: [UInt8]) throws -> Value
  {
    try JSONDecoder().decode(type, from: Data(body))
  }
}

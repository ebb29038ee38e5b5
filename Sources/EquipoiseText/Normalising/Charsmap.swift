// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
import Foundation

/// SentencePiece's table of what texts become: a double array over UTF-8 (Aoe, 1989) and the texts that its leaves lead
/// to, each ended by a zero.
struct Charsmap: Sendable {
  private let units: [UInt32]
  private let texts: [UInt8]

  /// The table in base 64, as a tokeniser has it. nil where it is none.
  init?(base64 text: [UInt32]) {
    guard let data = Data(base64Encoded: String(codePoints: text)), data.count >= 4 else {
      return nil
    }
    let bytes = [UInt8](data)
    func unit(_ place: Int) -> UInt32 {
      (0..<4).reduce(0) { $0 | UInt32(bytes[place + $1]) << (8 * UInt32($1)) }
    }
    let size = Int(unit(0))
    guard size.isMultiple(of: 4), size >= 4, size <= bytes.count - 4 else { return nil }
    units = stride(from: 4, to: 4 + size, by: 4).map(unit)
    texts = Array(bytes[(4 + size)...])
  }

  /// A text with everything replaced. Whole characters of fewer than six bytes are looked up before their code points,
  /// as the library does; and of a character it is the shortest beginning in the table that decides.
  func replaced(_ text: [UInt32]) -> [UInt32] {
    var result: [UInt32] = []
    result.reserveCapacity(text.count)
    for character in String(codePoints: text) {
      let bytes = Array(character.utf8)
      if bytes.count < 6, let found = replacement(bytes) {
        result += found
        continue
      }
      for scalar in character.unicodeScalars {
        if let found = replacement(Array(UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)) {
          result += found
        } else {
          result.append(scalar.value)
        }
      }
    }
    return result
  }

  private func replacement(_ bytes: [UInt8]) -> [UInt32]? {
    guard let start = leaf(bytes), start < texts.count else { return nil }
    let end = texts[start...].firstIndex(of: 0) ?? texts.count
    return String(decoding: texts[start..<end], as: UTF8.self).codePoints
  }

  /// The value of the shortest key that the bytes begin with.
  private func leaf(_ bytes: [UInt8]) -> Int? {
    var place = Self.offset(units[0])
    for byte in bytes {
      if byte == 0 { return nil }
      place ^= Int(byte)
      guard place < units.count else { return nil }
      let unit = units[place]
      guard unit & (1 << 31 | 0xFF) == UInt32(byte) else { return nil }
      place ^= Self.offset(unit)
      if unit >> 8 & 1 == 1 {
        return place < units.count ? Int(units[place] & (1 << 31 - 1)) : nil
      }
    }
    return nil
  }

  private static func offset(_ unit: UInt32) -> Int {
    Int(unit >> 10) << Int((unit & (1 << 9)) >> 6)
  }
}

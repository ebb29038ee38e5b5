// SPDX-License-Identifier: Apache-2.0
/// Deterministic damage: the same seed gives the same mutants on every machine.
struct Mutator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  /// A copy of `bytes` with one to four faults.
  mutating func mutate(_ bytes: [UInt8]) -> [UInt8] {
    var mutant = bytes
    for _ in 0...below(3) { damage(&mutant) }
    return mutant
  }

  private mutating func damage(_ bytes: inout [UInt8]) {
    let place = below(bytes.count)
    switch below(8) {
    case 0: if !bytes.isEmpty { bytes[place] ^= UInt8(1 << below(8)) }
    case 1: if !bytes.isEmpty { bytes[place] = pick([0, 1, 0x7F, 0x80, 0xFF]) }
    case 2: bytes.removeSubrange(place...)
    case 3: bytes.insert(contentsOf: (0...below(8)).map { _ in UInt8(below(256)) }, at: place)
    case 4: bytes.removeSubrange(place..<min(bytes.count, place + 1 + below(8)))
    case 5: overwriteInteger(&bytes, at: place)
    case 6: changeNumber(&bytes, near: place)
    default: copyBlock(&bytes, to: place)
    }
  }

  /// Sizes and offsets of binary headers: near the limits of 16, 32 and 64 bits.
  private mutating func overwriteInteger(_ bytes: inout [UInt8], at place: Int) {
    let value: UInt64 = pick([
      0, 1, 0xFFFF, 0x7FFF_FFFF, 0xFFFF_FFFF, 1 << 32, .max, .max >> 1, 1 << 63, .max - 7,
    ])
    let width = pick([2, 4, 8])
    for index in 0..<width where place + index < bytes.count {
      bytes[place + index] = UInt8(truncatingIfNeeded: value >> (8 * UInt64(index)))
    }
  }

  /// Numbers and punctuation of text headers.
  private mutating func changeNumber(_ bytes: inout [UInt8], near place: Int) {
    guard let digit = bytes[place...].firstIndex(where: { (0x30...0x39).contains($0) }) else {
      return
    }
    let text = pick([
      "0", "9", "-1", "1e9", "4294967296", "9223372036854775807", "99999999999999999999", "[", "]",
      "\"", ",", "{}", "1,1",
    ])
    bytes.replaceSubrange(digit...digit, with: Array(text.utf8))
  }

  private mutating func copyBlock(_ bytes: inout [UInt8], to place: Int) {
    let start = below(bytes.count)
    let block = Array(bytes[start..<min(bytes.count, start + 1 + below(32))])
    bytes.insert(contentsOf: block, at: place)
  }

  private mutating func pick<Value>(_ values: [Value]) -> Value { values[below(values.count)] }

  /// Uniform in 0..<limit, or 0 for an empty range.
  private mutating func below(_ limit: Int) -> Int {
    limit > 0 ? Int(next() % UInt64(limit)) : 0
  }

  /// SplitMix64 (Steele, Lea, Flood 2014).
  private mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
    return value ^ value >> 31
  }
}

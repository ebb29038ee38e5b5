// SPDX-License-Identifier: Apache-2.0

/// The code points that one place of a pattern takes, with what it says of ASCII worked out.
struct TakenCodePoints: Sendable {
  private let set: CodePointSet
  /// A bit for each code point of ASCII.
  let low: UInt64
  let high: UInt64

  /// A set as it will be asked.
  init(_ set: CodePointSet) {
    self.set = set
    func bits(_ first: UInt32) -> UInt64 {
      (0..<64).reduce(0) { set.contains(first + $1) ? $0 | 1 << UInt64($1) : $0 }
    }
    (low, high) = (bits(0), bits(64))
  }

  /// Whether it takes a code point.
  func contains(_ code: UInt32) -> Bool {
    if code < 64 { return low >> UInt64(code) & 1 == 1 }
    if code < 128 { return high >> UInt64(code - 64) & 1 == 1 }
    return set.contains(code)
  }
}

/// A set of code points while it is put together.
struct CodePointSet: Sendable {
  /// Ranges, and sets of Unicode's categories, of which a code point has to be in one.
  var ranges: [ClosedRange<UInt32>] = []
  var answers: CodePoints.Answers = []
  /// Sets that are taken as a whole, such as `\S` inside a bracket.
  var others: [CodePointSet] = []
  /// Whether it takes what is in none of them.
  var isInverted = false
  /// Whether letters stand for both cases.
  var ignoresCase = false

  /// One code point.
  init(_ code: UInt32) { ranges = [code...code] }

  /// A category.
  init(_ answers: CodePoints.Answers, inverted: Bool = false) {
    (self.answers, isInverted) = (answers, inverted)
  }

  /// Nothing yet.
  init() {}

  /// Everything but the end of a line.
  static var anything: CodePointSet {
    var set = CodePointSet(0x0A)
    set.isInverted = true
    return set
  }

  /// Whether it takes a code point.
  func contains(_ code: UInt32) -> Bool {
    if ignoresCase {
      return CaseFolding.variants(of: code).contains { isIn($0) } != isInverted
    }
    return isIn(code) != isInverted
  }

  private func isIn(_ code: UInt32) -> Bool {
    if !answers.isEmpty, !answers.isDisjoint(with: CodePoints.answers(code)) { return true }
    for range in ranges where range.contains(code) { return true }
    return others.contains { $0.contains(code) }
  }

  /// The same with one more part.
  mutating func formUnion(_ other: CodePointSet) {
    if other.isInverted || other.ignoresCase {
      others.append(other)
    } else {
      ranges += other.ranges
      answers.formUnion(other.answers)
      others += other.others
    }
  }
}

/// Letters that differ in case alone.
enum CaseFolding {
  /// The code point, its other cases, and what has one of them as its own.
  static func variants(of code: UInt32) -> [UInt32] {
    var found = [code]
    guard let scalar = Unicode.Scalar(code) else { return found }
    for mapping in [scalar.properties.lowercaseMapping, scalar.properties.uppercaseMapping] {
      let other = mapping.codePoints
      if other.count == 1, !found.contains(other[0]) { found.append(other[0]) }
    }
    // The long s and the sign of the kelvin; their letters have them too.
    switch code {
    case 0x73, 0x53: found.append(0x17F)
    case 0x6B, 0x4B: found.append(0x212A)
    case 0x17F: found += [0x73, 0x53]
    case 0xE5, 0xC5: found.append(0x212B)
    default: break
    }
    return found
  }
}

// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
import Foundation
import Synchronization

/// Unicode's normal forms (UAX #15) as of the version that the `tokenizers` library's crate knows: code points that came
/// later are neither taken apart, nor put together, nor moved.
enum NormalForms {
  /// What was asked for before.
  fileprivate struct Known {
    var canonical: [UInt32: [UInt32]] = [:]
    var compatible: [UInt32: [UInt32]] = [:]
    /// Code points by their decompositions.
    var composites: [[UInt32]: UInt32] = [:]
    var classes: [UInt32: UInt8] = [:]
  }

  private static let known = Mutex(Known())

  /// NFD, or NFKD.
  static func decomposed(_ text: [UInt32], compatible: Bool) -> [UInt32] {
    // Below, every code point is its own decomposition.
    let first: UInt32 = compatible ? 0xA0 : 0xC0
    guard text.contains(where: { $0 >= first }) else { return text }
    return known.withLock { known in
      var result: [UInt32] = []
      result.reserveCapacity(text.count)
      for code in text {
        if code < first {
          result.append(code)
        } else {
          result += known.decomposition(code, compatible)
        }
      }
      known.order(&result)
      return result
    }
  }

  /// NFC, or NFKC.
  static func composed(_ text: [UInt32], compatible: Bool) -> [UInt32] {
    guard text.contains(where: { $0 >= (compatible ? 0xA0 : 0x300) }) else { return text }
    let parts = decomposed(text, compatible: compatible)
    return known.withLock { $0.composed(parts) }
  }
}

extension NormalForms.Known {
  private static func isKnown(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.age?.major ?? .max <= CodePoints.normalization
  }

  fileprivate mutating func decomposition(_ code: UInt32, _ isCompatible: Bool) -> [UInt32] {
    if let found = isCompatible ? compatible[code] : canonical[code] { return found }
    var found = [code]
    if let scalar = Unicode.Scalar(code), Self.isKnown(scalar) {
      let text = String(Character(scalar))
      let form =
        isCompatible
        ? text.decomposedStringWithCompatibilityMapping : text.decomposedStringWithCanonicalMapping
      found = form.unicodeScalars.map(\.value)
    }
    if isCompatible { compatible[code] = found } else { canonical[code] = found }
    return found
  }

  /// The canonical combining class.
  private mutating func combining(_ code: UInt32) -> UInt8 {
    if code < 0x300 { return 0 }
    if let found = classes[code] { return found }
    var found: UInt8 = 0
    if let scalar = Unicode.Scalar(code), Self.isKnown(scalar) {
      found = scalar.properties.canonicalCombiningClass.rawValue
    }
    classes[code] = found
    return found
  }

  /// Marks behind a letter in the order of their classes, those of one class as they came.
  fileprivate mutating func order(_ text: inout [UInt32]) {
    var start = 0
    while start < text.count {
      guard combining(text[start]) != 0 else {
        start += 1
        continue
      }
      var end = start
      var marks: [(rank: UInt8, code: UInt32)] = []
      while end < text.count {
        let rank = combining(text[end])
        if rank == 0 { break }
        marks.append((rank, text[end]))
        end += 1
      }
      if marks.count > 1 {
        // Swift's sort keeps the order of equals only as it is implemented.
        let sorted = marks.enumerated().sorted {
          ($0.element.rank, $0.offset) < ($1.element.rank, $1.offset)
        }
        for (place, mark) in sorted.enumerated() { text[start + place] = mark.element.code }
      }
      start = end
    }
  }

  /// Letters with the marks that they have a code point with.
  fileprivate mutating func composed(_ text: [UInt32]) -> [UInt32] {
    var result: [UInt32] = []
    result.reserveCapacity(text.count)
    var starter: Int?
    /// The class of the last code point that stayed behind the starter; -1 where none did.
    var last = -1
    for code in text {
      let rank = Int(combining(code))
      if let place = starter, last < rank || last == -1, let one = pair(result[place], code) {
        result[place] = one
        continue
      }
      if rank == 0 {
        starter = result.count
        last = -1
      } else {
        last = rank
      }
      result.append(code)
    }
    return result
  }

  /// The code point that two are composed to.
  private mutating func pair(_ first: UInt32, _ second: UInt32) -> UInt32? {
    if second < 0x300 { return nil }
    if let syllable = Hangul.composed(first, second) { return syllable }
    if composites.isEmpty { findComposites() }
    return composites[decomposition(first, false) + [second]]
  }

  /// Where Unicode has letters that are put together from others.
  private static let blocks: [ClosedRange<UInt32>] = [0xC0...0x30FF, 0x11080...0x119FF]

  private mutating func findComposites() {
    for code in Self.blocks.joined() {
      guard let scalar = Unicode.Scalar(code), Self.isKnown(scalar),
        !scalar.properties.isFullCompositionExclusion
      else { continue }
      let parts = decomposition(code, false)
      if parts.count > 1 { composites[parts] = code }
    }
  }
}

/// Korean syllables, which are put together by arithmetic (Unicode, chapter 3.12).
private enum Hangul {
  /// A leading consonant and a vowel, or their syllable and a trailing consonant.
  static func composed(_ first: UInt32, _ second: UInt32) -> UInt32? {
    if (0x1100..<0x1113).contains(first), (0x1161..<0x1176).contains(second) {
      return 0xAC00 + ((first - 0x1100) * 21 + (second - 0x1161)) * 28
    }
    if (0xAC00..<0xD7A4).contains(first), (first - 0xAC00).isMultiple(of: 28),
      (0x11A8..<0x11C3).contains(second)
    {
      return first + (second - 0x11A7)
    }
    return nil
  }
}

// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import EquipoiseText

/// Regular expressions, by hand.
@Suite struct PatternTests {
  private static func found(_ pattern: String, _ text: String) throws -> [String] {
    let codes = text.codePoints
    return try Pattern(pattern.codePoints).matches(codes).map { String(codePoints: codes[$0]) }
  }

  @Test(arguments: [
    ("a|ab", "ab", ["a"]), ("ab|a", "ab", ["ab"]), ("a+", "aaba", ["aa", "a"]),
    ("a+?", "aa", ["a", "a"]), ("a{2,3}", "aaaaa", ["aaa", "aa"]), ("a{2}", "aaa", ["aa"]),
    ("a{,2}b", "aaab", ["aab"]), ("(?:ab)+", "ababa", ["abab"]), ("(ab|a)b", "ab", ["ab"]),
    ("a++a", "aaa", []), ("(?>a+)a", "aaa", []), ("\\s+(?!\\S)", "a   b ", ["  ", " "]),
    ("a(?=b)", "abac", ["a"]), ("(?<=a)b", "abcb", ["b"]), ("(?<!a)b", "abcb", ["b"]),
    ("[^\\s\\p{L}]+", "a1 2!", ["1", "2!"]), ("[a-c\\d_-]+", "xb-3_d", ["b-3_"]),
    ("[]a]", "]", ["]"]),
    ("(?i:straße|x)", "STRASSE Xx", ["X", "x"]), ("(?i)ſa", "SA", ["SA"]),
    ("(?i:k)l", "\u{212A}l Kl KL", ["\u{212A}l", "Kl"]),
    ("\\p{Lu}\\p{Ll}", "Ab éÉa", ["Ab", "Éa"]),
    ("\\P{N}", "1a", ["a"]), ("\\p{^N}", "1a", ["a"]), ("^a", "a\na", ["a", "a"]),
    ("a$", "a\na", ["a", "a"]),
    ("\\Aa", "a\na", ["a"]), ("a\\z", "a\na", ["a"]), ("\\bb", "ab b", ["b"]),
    ("\\Bb", "ab b", ["b"]),
    ("\\x41|\\x{1F600}", "A😀", ["A", "😀"]), (".", "\na", ["a"]),
    ("[[a-b][c]]", "abcd", ["a", "b", "c"]),
    ("\\w+", "²a½ -", ["²a½"]), ("[\\S]", " a", ["a"]), ("x*", "ab", ["", "", ""]),
    ("\\.\\+", "a.+", [".+"]), ("(a*)*b", "aab", ["aab"]), ("", "ab", ["", "", ""]),
  ])
  func matches(pattern: String, text: String, expected: [String]) throws {
    #expect(try Self.found(pattern, text) == expected)
  }

  @Test(arguments: [
    "(", ")", "[", "[b-a]", "*", "a{2", "\\", "\\p{Greek}", "\\pL", "(?<a>b)", "\\q", "[a&&b]",
    "[[:alpha:]]",
    "(?<=a+)b", "\\x", "\\x{110000}", "a{3,2}",
  ])
  func whatIsNotKnownIsRefused(pattern: String) {
    #expect(throws: PatternParser.Refusal.self) { try Pattern(pattern.codePoints) }
  }

  @Test func textIsTakenAsItStands() throws {
    let stretches = try Pattern(literally: "a.".codePoints).stretches("xa.ab".codePoints)
    #expect(stretches.map(\.range) == [0..<1, 1..<3, 3..<5])
    #expect(stretches.map(\.isMatch) == [false, true, false])
  }

  @Test(arguments: [
    (SplitBehavior.removed, ["the", "final", "countdown"]),
    (.isolated, ["the", "-", "final", "-", "-", "countdown"]),
    (.mergedWithPrevious, ["the-", "final-", "-", "countdown"]),
    (.mergedWithNext, ["the", "-final", "-", "-countdown"]),
    (.contiguous, ["the", "-", "final", "--", "countdown"]),
  ])
  func behaviors(behavior: SplitBehavior, expected: [String]) {
    let piece = Piece("the-final--countdown".codePoints, isFirst: true)
    let pieces = Splitting.pieces(
      of: piece, Splitting.stretches(piece.text) { $0 == 0x2D }, behavior)
    #expect(pieces.map { String(codePoints: $0.text) } == expected)
    #expect(pieces.map(\.isFirst) == expected.indices.map { $0 == 0 })
  }
}

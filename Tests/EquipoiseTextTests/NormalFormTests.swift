// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import EquipoiseText

/// Normal forms and lower case, from the examples of UAX #15.
@Suite struct NormalFormTests {
  @Test(arguments: [
    // Letters with a dot below and above, in both orders.
    ("\u{1E0A}\u{323}", "D\u{323}\u{307}", "\u{1E0C}\u{307}"),
    ("D\u{307}\u{323}", "D\u{323}\u{307}", "\u{1E0C}\u{307}"),
    ("\u{1E14}\u{304}", "E\u{304}\u{300}\u{304}", "\u{1E14}\u{304}"),
    ("\u{AC01}", "\u{1100}\u{1161}\u{11A8}", "\u{AC01}"),
    ("\u{AC00}\u{11A7}", "\u{1100}\u{1161}\u{11A7}", "\u{AC00}\u{11A7}"),
    // Three parts, of which two have a letter too.
    ("\u{CCB}", "\u{CC6}\u{CC2}\u{CD5}", "\u{CCB}"),
    // A sign that is its letter for good, and one that is never put together.
    ("\u{212B}", "A\u{30A}", "\u{C5}"), ("\u{958}", "\u{915}\u{93C}", "\u{915}\u{93C}"),
    // What came after the version that the library knows stays.
    ("\u{11938}", "\u{11938}", "\u{11938}"),
    ("\u{11935}\u{11930}", "\u{11935}\u{11930}", "\u{11935}\u{11930}"),
  ])
  func canonical(text: String, decomposed: String, composed: String) {
    #expect(
      NormalForms.decomposed(text.codePoints, compatible: false) == decomposed.codePoints)
    #expect(NormalForms.composed(text.codePoints, compatible: false) == composed.codePoints)
  }

  @Test func compatible() {
    #expect(
      NormalForms.decomposed("ﬁ①\u{1E9B}\u{323}".codePoints, compatible: true)
        == "fi1s\u{323}\u{307}".codePoints)
    #expect(
      NormalForms.composed("ﬁ①\u{1E9B}\u{323}\u{A0}".codePoints, compatible: true)
        == "fi1\u{1E69} ".codePoints)
  }

  @Test func lowerCaseHasNoRegardToNeighbours() throws {
    // A last sigma is the same letter as one inside a word; a dotted capital I is two code points.
    #expect(
      try Normalizer.lowercase("ΟΔΥΣΣΕΥΣ İ ẞ".codePoints) == "οδυσσευσ i\u{307} ß".codePoints)
  }

  @Test func bertCleans() throws {
    let bert = Normalizer.bert(
      cleans: true, setsIdeographsApart: true, stripsAccents: true, lowercases: true)
    #expect(
      try bert("Él\u{0}\u{FFFD}\ta\u{85}b\u{200B}字\u{3000}Ł".codePoints)
        == "el ab 字  ł".codePoints)
    let cased = Normalizer.bert(
      cleans: false, setsIdeographsApart: false, stripsAccents: false, lowercases: false)
    #expect(try cased("É\u{0}字".codePoints) == "É\u{0}字".codePoints)
  }
}

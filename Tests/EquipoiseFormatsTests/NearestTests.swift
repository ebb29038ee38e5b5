// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import EquipoiseFormats

@Suite struct NearestTests {
  static let names = ["audio", "visual", "text", "learningRate", "batchSize"]

  /// Typed → meant.
  static let cases: [(String, String?)] = [
    ("adio", "audio"), ("AUDIO", "audio"), ("auido", "audio"), ("audioo", "audio"),
    ("visaul", "visual"), ("learning_rate", "learningRate"), ("batchsize", "batchSize"),
    ("txt", "text"), ("depth", nil), ("x", nil), ("", nil),
  ]

  @Test(arguments: cases)
  func findsWhatWasMeant(typed: String, meant: String?) {
    #expect(Nearest.match(typed, in: Self.names) == meant)
  }

  @Test func listsTheClosestFirst() {
    let found = Nearest.matches("layer1", in: ["layer3x", "layer1x", "layer2"], limit: 2)
    #expect(found == ["layer1x", "layer2"])
  }

  @Test func hintsInAHalfSentence() {
    #expect(Nearest.hint("adio", in: Self.names) == "did you mean 'audio'?")
    #expect(Nearest.hint("b1", in: ["b2", "b3"]) == "did you mean 'b2' or 'b3'?")
    #expect(Nearest.hint("depth", in: ["text", "audio"]) == "choose from 'audio', 'text'")
    #expect(Nearest.hint("depth", in: []) == "there is none to choose from")
  }

  @Test func takesNoTimeForAbsurdNames() {
    #expect(Nearest.match(String(repeating: "a", count: 1_000_000), in: Self.names) == nil)
  }
}

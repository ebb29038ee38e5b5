import Testing

@testable import Equipoise

struct SuggestionTests {
  static let names = ["accuracy", "macroF1", "loss", "epochs"]

  @Test(arguments: [
    ("acuracy", "accuracy"), ("ACCURACY", "accuracy"), ("epoch", "epochs"), ("lsos", "loss"),
    ("macrof2", "macroF1"),
  ])
  func findsTheNameThatWasMeant(typed: String, meant: String) {
    #expect(Suggestion.match(typed, in: Self.names) == meant)
  }

  @Test(arguments: ["precision", "x", ""])
  func findsNothingForAnotherWord(typed: String) {
    #expect(Suggestion.match(typed, in: Self.names) == nil)
  }

  @Test func hintsAtTheNearestOrListsAll() {
    #expect(Suggestion.hint("los", in: Self.names) == "did you mean 'loss'?")
    #expect(Suggestion.hint("recall", in: ["a", "b"]) == "choose from 'a', 'b'")
    #expect(Suggestion.hint("recall", in: []) == "there is none to choose from")
  }
}

// SPDX-License-Identifier: Apache-2.0
import EquipoiseTestSupport
import Foundation
import Testing

@testable import EquipoiseFormats
@testable import EquipoiseKit
@testable import EquipoiseText

/// Ids are those of the `tokenizers` package.
@Suite struct TokenizerTests {
  @Test(arguments: TokenizerGolden.kinds)
  func idsAreThoseOfTheLibrary(kind: String) throws {
    let golden = try TokenizerGolden.read()
    let expected = try #require(golden.ids[kind])
    let tokenizer = try Tokenizer(path: TokenizerGolden.path(kind))
    #expect(golden.texts.count > 50 && expected.count == golden.texts.count)
    for (text, ids) in zip(golden.texts, expected) {
      #expect(try tokenizer.ids(of: text) == ids, "\(text.unicodeScalars.map(\.value))")
    }
  }

  /// Special tokens stay where a text is cut.
  @Test(arguments: ["right", "left"])
  func textsThatAreTooLongAreCut(direction: String) throws {
    let golden = try TokenizerGolden.read()
    let file = try String(contentsOfFile: TokenizerGolden.path("bert-uncased"), encoding: .utf8)
    let folder = try TemporaryFolder()
    let path = try folder.write(
      file.replacing(
        "\"truncation\":null",
        with: """
          "truncation":{"direction":"\(direction.capitalized)","max_length":9,"strategy":"LongestFirst","stride":0}
          """), to: Tokenizer.fileName)
    let tokenizer = try Tokenizer(path: folder.path)
    #expect(tokenizer.limit == 9 && tokenizer.path == path)
    for ((text, whole), ids) in zip(
      zip(golden.texts, golden.ids["bert-uncased"] ?? []), golden.cut[direction] ?? [])
    {
      let found = try tokenizer.ids(of: text, atMost: 8)
      #expect(found.ids == ids && found.whole == whole.count)
    }
  }

  @Test func sizesAndPadding() throws {
    func tokenizer(_ kind: String) throws -> Tokenizer {
      try Tokenizer(path: TokenizerGolden.path(kind))
    }
    let bert = try tokenizer("bert-cased")
    #expect(bert.padding == 0 && bert.surroundingCount == 2 && bert.limit == nil)
    #expect(try tokenizer("roberta").padding == 1)
    // `<|endoftext|>`, as GPT-2 has no other.
    #expect(try tokenizer("gpt2").padding == 0)
    #expect(try tokenizer("clip").padding == 1)
    // `<mask>` was added behind the model's own.
    #expect(try tokenizer("roberta").vocabularySize == 451)
    #expect(try bert.ids(of: "", bare: true) == [] && bert.ids(of: "") == [2, 3])
  }

  private static let plain = """
    {"model": {"type": "WordPiece", "unk_token": "?", "vocab": {"?": 0, "a": 1, "##b": 2, "ab": 3, "é": 4, "e\u{301}": 5}}
     , "pre_tokenizer": {"type": "Whitespace"}}
    """

  private static func read(_ text: String) throws -> Tokenizer {
    let folder = try TemporaryFolder()
    return try Tokenizer(path: folder.write(text, to: "t.json"))
  }

  /// A letter with an accent and one before an accent are two tokens, as they are equal to Swift's `String` alone.
  @Test func codePointsTellTokensApart() throws {
    let tokenizer = try Self.read(Self.plain)
    #expect(try tokenizer.ids(of: "ab abb abc \u{E9} e\u{301}") == [3, 3, 2, 0, 4, 5])
    #expect(tokenizer.vocabularySize == 6 && tokenizer.padding == 0)
  }

  @Test(arguments: [
    ("\"model\"", "\"models\"", "is not a tokeniser: it has no 'model'"),
    (
      "\"WordPiece\"", "\"Word\"",
      "model is of type 'Word', and the models that are known are WordPiece, BPE, Unigram, WordLevel"
    ),
    (
      "\"Whitespace\"", "\"UnicodeScripts\"",
      "pre_tokenizer is of type 'UnicodeScripts', and the pre-tokenisers that are known are "
        + "BertPreTokenizer, ByteLevel"
    ),
    ("\"a\": 1", "\"a\": -1", "model.vocab.a is not a whole number from 0 to 16777215"),
    ("\"a\": 1", "\"a\": 16777216", "model.vocab.a is not a whole number from 0 to 16777215"),
    ("\"unk_token\": \"?\", ", "", "model has no 'unk_token'"),
    (
      "\"Whitespace\"",
      "\"Split\", \"pattern\": {\"Regex\": \"a(?<n>b)\"}, \"behavior\": \"Removed\"",
      "pre_tokenizer.pattern.Regex is a regular expression that is not read: it has a group '(?' of a kind"
    ),
    (
      "\"Whitespace\"", "\"Split\", \"pattern\": {\"Regex\": \"[a\"}, \"behavior\": \"Removed\"",
      "it has a '[' that is not closed"
    ),
    (
      "\"Whitespace\"", "\"Split\", \"pattern\": {\"String\": \"a\"}, \"behavior\": \"Gone\"",
      "pre_tokenizer.behavior is 'Gone', which is not one of Removed, Isolated"
    ),
    ("\"vocab\": {", "\"vocab\": {", ""),
  ])
  func filesThatAreNotReadSayWhy(old: String, new: String, what: String) throws {
    let text = Self.plain.replacing(old, with: new)
    let said = message { _ = try Self.read(text) }
    #expect(what.isEmpty ? said == nil : said?.contains(what) == true, "\(said ?? "")")
  }

  @Test func filesThatAreNotThereSayWhatToDo() throws {
    let folder = try TemporaryFolder()
    #expect(
      message { _ = try Tokenizer(path: folder.file("none")) }
        == "\(folder.path)/none: there is no tokeniser; give a tokenizer.json, or the folder that holds one"
    )
    #expect(
      message { _ = try Tokenizer(path: folder.path) }?.contains("the folder has no tokenizer.json")
        == true)
    _ = try folder.write("{\"model\": ", to: "broken.json")
    #expect(
      message { _ = try Tokenizer(path: folder.file("broken.json")) }?.contains("is not valid JSON")
        == true)
  }

  @Test func whatHasNoTokenIsRefused() throws {
    let unigram = try Self.read(
      #"{"model": {"type": "Unigram", "unk_id": null, "vocab": [["a", -1.5], ["b", -2]]}}"#)
    #expect(try unigram.ids(of: "abba") == [0, 1, 1, 0])
    #expect(
      message { _ = try unigram.ids(of: "abc") }
        == "the tokeniser has no token for 'abc', and none for what is unknown; leave the text out, or "
        + "take another tokeniser")
    let broken = #"{"model": {"type": "BPE", "vocab": {"a": 0, "b": 1}, "merges": ["a b"]}}"#
    #expect(
      message { _ = try Self.read(broken) }?.contains(
        "merge 0 is of 'a' and 'b', which are not both")
        == true)
  }

  /// A pattern that could try for ever is stopped.
  @Test func patternsComeToAnEnd() throws {
    let tokenizer = try Self.read(
      Self.plain.replacing(
        "\"Whitespace\"",
        with: "\"Split\", \"pattern\": {\"Regex\": \"(a+)+b\"}, \"behavior\": \"Isolated\""))
    #expect(
      message { _ = try tokenizer.ids(of: String(repeating: "a", count: 60)) }?.contains(
        "does not come to an end on a text") == true)
  }
}

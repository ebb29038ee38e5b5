// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseData
public import EquipoiseFormats
public import EquipoiseText

/// Texts as the ids of their tokens, padded or cut to one length.
public struct TokenizedText: Sendable {
  /// Makes the ids.
  public let tokenizer: Tokenizer
  /// Tokens of a sample, special ones included.
  public let length: Int

  /// A tokeniser and how many of a text's tokens are kept.
  ///
  /// - Parameters:
  ///   - tokenizer: makes the ids.
  ///   - length: tokens of a sample; more than the tokeniser puts around every text.
  /// - Throws: `EquipoiseError` where no token of a text would be left.
  public init(_ tokenizer: Tokenizer, length: Int) throws {
    guard length > tokenizer.surroundingCount else {
      throw EquipoiseError(
        .configuration,
        "\(length) tokens leave none for a text, as the tokeniser puts \(tokenizer.surroundingCount) around each",
        fix: "keep more")
    }
    (self.tokenizer, self.length) = (tokenizer, length)
  }

  /// What a dataset says of it, whose tokeniser lies in its folder under a name.
  public func description(tokenizerFile: String?) -> ModalityDescription {
    ModalityDescription(
      kind: .text, shape: [length], type: .int32,
      tokens: TokenDescription(
        vocabulary: tokenizer.vocabularySize, padding: tokenizer.padding,
        tokenizer: tokenizerFile))
  }

  /// A text's ids, int32 [``length``], and how many tokens the whole text has: at least one, which is padding where the
  /// text is empty and the tokeniser puts nothing around it.
  ///
  /// - Throws: as `Tokenizer`.
  public func callAsFunction(_ text: String) throws -> (ids: HostArray, whole: Int) {
    let found = try tokenizer.ids(of: text, atMost: length)
    let padding = [Int](repeating: tokenizer.padding, count: length - found.ids.count)
    return (
      HostArray((found.ids + padding).map { Int32($0) }, shape: [length]), max(1, found.whole)
    )
  }
}

/// How many tokens some texts have.
public struct TokenCounts: Sendable {
  /// Of each text, the fewest first.
  private let sorted: [Int]

  /// What is kept where neither data nor tokeniser say less: what BERT was trained on.
  static let most = 512

  /// Counts the tokens of texts. Throws as `Tokenizer`.
  public init(of texts: some Sequence<String>, by tokenizer: Tokenizer) throws {
    sorted = try texts.map { max(1, try tokenizer.ids(of: $0).count) }.sorted()
  }

  /// The longest text's tokens, but no more than the tokeniser's file says, or 512 where it does not say.
  public func chosenLength(for tokenizer: Tokenizer) -> Int {
    max(
      tokenizer.surroundingCount + 1, min(sorted.last ?? 1, tokenizer.limit ?? Self.most))
  }

  /// How many texts have more tokens.
  public func count(above length: Int) -> Int { sorted.count { $0 > length } }

  /// `3 to 143 tokens, half of them up to 22`
  public var sentence: String {
    guard let first = sorted.first, let last = sorted.last else { return "no tokens" }
    return first == last
      ? Enumeration.count(first, "token")
      : "\(first) to \(last) tokens, half of them up to \(sorted[(sorted.count - 1) / 2])"
  }
}

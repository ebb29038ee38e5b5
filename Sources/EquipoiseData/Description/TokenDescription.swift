// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseFormats

/// What the numbers of a text are: places in the vocabulary of a tokeniser.
public struct TokenDescription: Equatable, Sendable {
  /// How many tokens there are; every id is below.
  public var vocabulary: Int
  /// The id that stands behind a sample's own tokens.
  public var padding: Int
  /// The tokeniser's file in the dataset's folder; `nil` where other programs made the ids and none came with them.
  public var tokenizer: String?

  /// The most tokens of a vocabulary: up to here single precision, in which batches are, has every whole number.
  static let largest = 1 << 24

  /// A vocabulary.
  public init(vocabulary: Int, padding: Int = 0, tokenizer: String? = nil) {
    (self.vocabulary, self.padding, self.tokenizer) = (vocabulary, padding, tokenizer)
  }
}

extension ModalityDescription {
  /// What is wrong with a text, or with what only texts have.
  var textProblem: String? {
    guard kind == .text else {
      return tokens == nil ? nil : "it has a vocabulary, but the kind is \(kind.rawValue), not text"
    }
    guard let tokens else { return "a text needs its vocabulary: the number of its tokens" }
    guard type == .int32 || type == .int64 else {
      return "dtype \(type.rawValue) is not that of a text's ids; use int32 or int64"
    }
    guard (1...TokenDescription.largest).contains(tokens.vocabulary) else {
      return "vocabulary \(tokens.vocabulary) is not in 1...\(TokenDescription.largest)"
    }
    guard (0..<tokens.vocabulary).contains(tokens.padding) else {
      return "padding \(tokens.padding) is not an id below the vocabulary's \(tokens.vocabulary)"
    }
    if mean != nil || std != nil { return "ids of tokens have no mean and no std" }
    if let file = tokens.tokenizer, !DatasetDescription.staysInside(file) {
      return "the tokeniser '\(file)' is not inside the dataset's folder"
    }
    return nil
  }
}

// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseFormats
import Foundation

/// A tokeniser as Hugging Face's libraries keep it, `tokenizer.json`: from a text to the ids that an encoder was trained
/// on.
///
/// ```
/// text → tokens that were added, and between them: normaliser → pre-tokeniser → model → special tokens around it
/// ```
/// It gives the ids that the `tokenizers` package gives, for WordPiece (BERT), byte-pair encoding (GPT-2, RoBERTa, CLIP),
/// unigram (T5, XLM-R) and whole words.
public final class Tokenizer: Sendable {
  /// The file's usual name.
  public static let fileName = "tokenizer.json"

  /// The file that it was read from.
  public let path: String
  /// One more than the largest id.
  public let vocabularySize: Int
  /// The id that stands behind a text's own tokens.
  public let padding: Int
  /// The most tokens that the file itself says a text may have, special ones included; nil where it does not say.
  public let limit: Int?

  private let model: any TokenModel
  private let preTokenizer: PreTokenizer?
  private let added: AddedTokens
  private let surroundings: Surroundings
  private let keepsEnd: Bool

  /// How many special tokens every text has around it.
  public var surroundingCount: Int { surroundings.before.count + surroundings.behind.count }

  /// Reads a tokeniser.
  ///
  /// - Parameter path: `tokenizer.json`, or the folder that holds it.
  /// - Throws: `EquipoiseError` for a file that is missing, or has parts that are not known, with their names;
  ///   `FormatError` for what is not JSON.
  public convenience init(path: String) throws {
    let file = try Self.file(at: path)
    try self.init(TreeReader(path: file, place: "", value: .read(file)))
  }

  private init(_ root: TreeReader) throws {
    path = root.path
    guard let modelPlace = root.member("model") else {
      throw root.error(
        "is not a tokeniser: it has no 'model'",
        fix: "give the tokenizer.json that tokenizers or transformers saved")
    }
    model = try modelPlace.model()
    let normalizer = try root.member("normalizer")?.normalizer()
    preTokenizer = try root.member("pre_tokenizer")?.preTokenizer()
    surroundings = try root.member("post_processor")?.surroundings() ?? Surroundings()
    let model = model
    let tokens = try root.member("added_tokens")?.elements().map { try $0.addedToken(model) } ?? []
    do {
      added = try AddedTokens(tokens, normalizer)
    } catch is Pattern.TooManySteps {
      throw root.error("has an added token that its normaliser takes too long for")
    }
    let own = surroundings.before + surroundings.behind
    vocabularySize = max(model.size, added.largest + 1, (own.max() ?? -1) + 1)
    padding = try Self.padding(root, tokens)
    let truncation = root.member("truncation")
    limit = try truncation?.member("max_length")?.id()
    keepsEnd = try truncation?.member("direction")?.text() == "Left"
  }

  private static func file(at path: String) throws -> String {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw EquipoiseError(
        .data, "there is no tokeniser", at: path,
        fix: "give a tokenizer.json, or the folder that holds one")
    }
    guard isFolder.boolValue else { return path }
    let file = path + "/" + fileName
    guard FileManager.default.fileExists(atPath: file) else {
      throw EquipoiseError(
        .data, "the folder has no \(fileName)", at: path,
        fix: "save the tokeniser anew with transformers: "
          + "AutoTokenizer.from_pretrained(…, use_fast=True).save_pretrained(…)")
    }
    return file
  }

  /// What `padding` says, or else the added token that is usually called so; 0 where there is none.
  private static func padding(
    _ root: TreeReader, _ tokens: [AddedTokens.Token]
  ) throws -> Int {
    if let id = try root.member("padding")?.member("pad_id")?.id() { return id }
    for name in ["[PAD]", "<pad>", "<|padding|>", "<|endoftext|>"] {
      let text = name.codePoints
      if let id = tokens.first(where: { $0.text == text })?.id { return id }
    }
    return 0
  }
}

extension TreeReader {
  fileprivate func addedToken(_ model: any TokenModel) throws -> AddedTokens.Token {
    let text = try required("content").codePoints()
    return AddedTokens.Token(
      text: text, id: try model.id(of: text) ?? required("id").id(),
      isWord: try truth("single_word", false), takesSpaceBefore: try truth("lstrip", false),
      takesSpaceBehind: try truth("rstrip", false),
      isNormalized: try truth("normalized", try !truth("special", false)))
  }
}

extension Tokenizer {
  /// The ids of a text's tokens.
  ///
  /// - Parameters:
  ///   - text: the text.
  ///   - bare: whether special tokens around it are left out.
  /// - Returns: ids below ``vocabularySize``.
  /// - Throws: `EquipoiseError` where a part of the text has no token and there is none for what is unknown, or a regular
  ///   expression of the tokeniser's does not come to an end on it.
  public func ids(of text: String, bare: Bool = false) throws -> [Int] {
    let own = try ownIds(of: text)
    return bare ? own : surroundings.before + own + surroundings.behind
  }

  /// The same of at most so many tokens, special ones included: a longer text loses its end, or where the tokeniser's file
  /// says so its beginning.
  ///
  /// - Parameters:
  ///   - text: the text.
  ///   - most: tokens in all, more than ``surroundingCount``.
  /// - Returns: the ids, and how many the whole text has.
  /// - Throws: as ``ids(of:bare:)``.
  public func ids(of text: String, atMost most: Int) throws -> (ids: [Int], whole: Int) {
    let room = most - surroundingCount
    precondition(room > 0, "\(most) tokens of which \(surroundingCount) are special")
    let own = try ownIds(of: text)
    let kept = own.count <= room ? own : Array(keepsEnd ? own.suffix(room) : own.prefix(room))
    return (surroundings.before + kept + surroundings.behind, own.count + surroundingCount)
  }

  private func ownIds(of text: String) throws -> [Int] {
    var ids: [Int] = []
    do {
      let pieces = try added.pieces(of: text.codePoints)
      for piece in try preTokenizer?(pieces) ?? pieces {
        if let token = piece.token {
          ids.append(token)
        } else {
          try model.append(piece.text, to: &ids)
        }
      }
    } catch is Pattern.TooManySteps {
      throw EquipoiseError(
        .data, "a regular expression of the tokeniser does not come to an end on a text", at: path,
        fix: "shorten the text, or take another tokeniser")
    }
    return ids
  }
}

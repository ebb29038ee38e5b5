// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseFormats

extension TreeReader {
  private static let models = ["WordPiece", "BPE", "Unigram", "WordLevel"]

  /// What makes tokens of pieces. Files of former versions do not say its type, which its keys tell.
  func model() throws -> any TokenModel {
    switch try member("type")?.text() ?? guessedModel() {
    case "WordPiece":
      return WordPiece(
        try vocabulary(), unknown: try required("unk_token").codePoints(),
        prefix: try member("continuing_subword_prefix")?.codePoints() ?? "##".codePoints,
        longest: try member("max_input_chars_per_word")?.id() ?? 100)
    case "WordLevel":
      return WordLevel(try vocabulary(), unknown: try required("unk_token").codePoints())
    case "BPE": return try bytePairs()
    case "Unigram": return try unigram()
    case let type: throw unknown("models", type, Self.models)
    }
  }

  private func guessedModel() throws -> String {
    if member("merges") != nil { return "BPE" }
    guard let vocabulary = member("vocab") else { throw error("has no 'vocab'") }
    if case .array(_) = vocabulary.value { return "Unigram" }
    return member("continuing_subword_prefix") == nil ? "WordLevel" : "WordPiece"
  }

  private func vocabulary() throws -> [(text: [UInt32], token: Int)] {
    let found = try required("vocab").members().map { (text: $0.key, token: try $0.value.id()) }
    guard !found.isEmpty else { throw error("has a vocabulary without a token") }
    return found
  }

  private func bytePairs() throws -> BytePairs {
    var options = BytePairs.Options()
    options.unknown = try member("unk_token")?.codePoints()
    options.prefix = try member("continuing_subword_prefix")?.codePoints() ?? []
    options.suffix = try member("end_of_word_suffix")?.codePoints() ?? []
    options.fusesUnknown = try truth("fuse_unk", false)
    options.fallsBackToBytes = try truth("byte_fallback", false)
    options.ignoresMerges = try truth("ignore_merges", false)
    let vocabulary = try vocabulary()
    let merges = try required("merges").elements().map { try $0.merge() }
    do {
      return try BytePairs(vocabulary, merging: merges, options)
    } catch let error as EquipoiseError {
      throw EquipoiseError(error.kind, error.what, at: path, fix: error.remedy)
    }
  }

  /// `["a", "b"]`, or of former versions `"a b"`.
  private func merge() throws -> (first: [UInt32], second: [UInt32]) {
    var parts: [[UInt32]]
    if case .text(let text) = value {
      parts = text.split(separator: 0x20, omittingEmptySubsequences: false).map(Array.init)
    } else {
      parts = try elements().map { try $0.codePoints() }
    }
    guard parts.count == 2 else { throw error("is not two tokens") }
    return (parts[0], parts[1])
  }

  private func unigram() throws -> Unigram {
    let vocabulary = try required("vocab").elements().map { entry in
      let parts = try entry.elements()
      guard parts.count == 2 else { throw entry.error("is not a token and its score") }
      return (text: try parts[0].codePoints(), score: try parts[1].number())
    }
    guard !vocabulary.isEmpty else { throw error("has a vocabulary without a token") }
    let unknown = member("unk_id")
    if let unknown, try unknown.id() >= vocabulary.count {
      throw unknown.error("is no token of the vocabulary")
    }
    return Unigram(
      vocabulary, unknown: try unknown?.id(), fallsBackToBytes: try truth("byte_fallback", false))
  }
}

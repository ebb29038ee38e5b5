// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit

extension TreeReader {
  /// What is said of a part that this program does not have.
  func unknown(_ what: String, _ type: String, _ known: [String]) -> EquipoiseError {
    error(
      "is of type '\(type)', and the \(what) that are known are " + known.joined(separator: ", "),
      fix: "take a tokeniser that is made of these")
  }

  /// A text as it stands, or a regular expression.
  func pattern() throws -> Pattern {
    if let text = member("String") { return Pattern(literally: try text.codePoints()) }
    let place = try required("Regex")
    do {
      return try Pattern(place.codePoints())
    } catch let refusal as PatternParser.Refusal {
      throw place.error(
        "is a regular expression that is not read: it \(refusal.what)",
        fix: "take another tokeniser")
    }
  }

  /// The elements of a sequence, which may be nested a little.
  func parts<Part>(_ name: String, _ depth: Int, _ read: (TreeReader) throws -> Part) throws
    -> [Part]
  {
    guard depth < 16 else { throw error("is nested too deep") }
    return try required(name).elements().map(read)
  }

  private static let normalizers = [
    "BertNormalizer", "NFC", "NFD", "NFKC", "NFKD", "Lowercase", "StripAccents", "Strip", "Prepend",
    "Replace", "Precompiled", "Nmt", "ByteLevel", "Sequence",
  ]

  /// A normaliser.
  func normalizer(depth: Int = 0) throws -> Normalizer {
    let type = try required("type").text()
    switch type {
    case "BertNormalizer":
      let lowercases = try truth("lowercase", true)
      return .bert(
        cleans: try truth("clean_text", true),
        setsIdeographsApart: try truth("handle_chinese_chars", true),
        stripsAccents: try truth("strip_accents", lowercases), lowercases: lowercases)
    case "NFC": return .composed(compatible: false)
    case "NFD": return .decomposed(compatible: false)
    case "NFKC": return .composed(compatible: true)
    case "NFKD": return .decomposed(compatible: true)
    case "Lowercase": return .lowercase
    case "StripAccents": return .stripAccents
    case "Strip":
      return .strip(left: try truth("strip_left", true), right: try truth("strip_right", true))
    case "Prepend": return .prepend(try required("prepend").codePoints())
    case "Replace":
      return .replace(
        try required("pattern").pattern(), by: try required("content").codePoints())
    case "Precompiled":
      let place = try required("precompiled_charsmap")
      // Nothing to replace.
      if try place.codePoints().isEmpty { return .sequence([]) }
      guard let map = Charsmap(base64: try place.codePoints()) else {
        throw place.error("is not a table of SentencePiece in base 64")
      }
      return .charsmap(map)
    case "Nmt": return .controls
    case "ByteLevel": return .byteLevel
    case "Sequence":
      return .sequence(
        try parts("normalizers", depth) { try $0.normalizer(depth: depth + 1) })
    default: throw unknown("normalisers", type, Self.normalizers)
    }
  }
}

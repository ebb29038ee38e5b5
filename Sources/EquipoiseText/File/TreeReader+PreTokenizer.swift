// SPDX-License-Identifier: Apache-2.0

extension TreeReader {
  private static let preTokenizers = [
    "BertPreTokenizer", "ByteLevel", "Whitespace", "WhitespaceSplit", "Metaspace", "Split",
    "Punctuation", "Digits", "CharDelimiterSplit", "Sequence",
  ]

  /// What splits a text.
  func preTokenizer(depth: Int = 0) throws -> PreTokenizer {
    let type = try required("type").text()
    switch type {
    case "BertPreTokenizer": return .bert
    case "ByteLevel":
      return .byteLevel(
        prependsSpace: try truth("add_prefix_space", true), splits: try truth("use_regex", true))
    case "Whitespace": return .words
    case "WhitespaceSplit": return .whitespace
    case "Metaspace": return try metaspace()
    case "Split":
      return .split(
        try required("pattern").pattern(), try required("behavior").choice(SplitBehavior.self),
        inverted: try truth("invert", false))
    case "Punctuation":
      return .punctuation(try member("behavior")?.choice(SplitBehavior.self) ?? .isolated)
    case "Digits": return .digits(each: try truth("individual_digits", false))
    case "CharDelimiterSplit": return .delimiter(try required("delimiter").character())
    case "Sequence":
      return .sequence(
        try parts("pretokenizers", depth) { try $0.preTokenizer(depth: depth + 1) })
    default: throw unknown("pre-tokenisers", type, Self.preTokenizers)
    }
  }

  private func character() throws -> UInt32 {
    let text = try codePoints()
    guard text.count == 1 else { throw error("is not one character") }
    return text[0]
  }

  private func metaspace() throws -> PreTokenizer {
    var prepending = try member("prepend_scheme")?.choice(PreTokenizer.Prepending.self) ?? .always
    // Files of former versions say it with this.
    if member("prepend_scheme") == nil, try !truth("add_prefix_space", true) { prepending = .never }
    return .metaspace(
      mark: try member("replacement")?.character() ?? 0x2581, prepending,
      splits: try truth("split", true))
  }
}

// SPDX-License-Identifier: Apache-2.0

/// The tokens before and behind those of a text, such as `[CLS]` and `[SEP]`.
struct Surroundings: Sendable {
  var before: [Int] = []
  var behind: [Int] = []
}

extension TreeReader {
  private static let processors = [
    "TemplateProcessing", "BertProcessing", "RobertaProcessing", "ByteLevel", "Sequence",
  ]

  /// What is put around a text's tokens.
  func surroundings(depth: Int = 0) throws -> Surroundings {
    let type = try required("type").text()
    switch type {
    case "BertProcessing", "RobertaProcessing":
      return Surroundings(before: [try pairedId("cls")], behind: [try pairedId("sep")])
    case "TemplateProcessing": return try template()
    // It moves the places of tokens in the text alone.
    case "ByteLevel": return Surroundings()
    case "Sequence":
      return try parts("processors", depth) { try $0.surroundings(depth: depth + 1) }
        .reduce(into: Surroundings()) { all, part in
          all.before = part.before + all.before
          all.behind += part.behind
        }
    default: throw unknown("post-processors", type, Self.processors)
    }
  }

  /// `["[SEP]", 102]`
  private func pairedId(_ name: String) throws -> Int {
    let parts = try required(name).elements()
    guard parts.count == 2 else { throw try required(name).error("is not a token and its id") }
    return try parts[1].id()
  }

  private func template() throws -> Surroundings {
    var found = Surroundings()
    var hasText = false
    for piece in try required("single").elements() {
      if let sequence = piece.member("Sequence") {
        guard !hasText, try sequence.required("id").text() == "A" else {
          throw piece.error("is a second text in the template of one")
        }
        hasText = true
        continue
      }
      let name = try piece.required("SpecialToken").required("id").codePoints()
      let tokens = try required("special_tokens").members()
      guard let token = tokens.last(where: { $0.key == name })?.value else {
        throw piece.error("names a token that 'special_tokens' lacks")
      }
      let ids = try token.required("ids").elements().map { try $0.id() }
      if hasText { found.behind += ids } else { found.before += ids }
    }
    guard hasText else { throw try required("single").error("has no text") }
    return found
  }
}

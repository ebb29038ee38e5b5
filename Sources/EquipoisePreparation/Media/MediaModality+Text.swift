// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
package import EquipoiseFeatures
internal import EquipoiseText

extension MediaModality {
  /// A modality of texts as ids of tokens, as long as its settings or the texts themselves say.
  ///
  /// - Parameters:
  ///   - name: what it is called.
  ///   - settings: the tokeniser and how many tokens are kept.
  ///   - texts: all of them.
  ///   - place: where the settings are set, for errors.
  /// - Returns: the modality, and what is to be said of the texts and of what is kept of them.
  /// - Throws: `EquipoiseError` without a tokeniser, or for one that is not read.
  package static func text(
    _ name: String, _ settings: TextConfiguration, of texts: [String], at place: String
  ) throws -> (modality: MediaModality, note: String) {
    guard let path = settings.tokenizer else {
      let key = place.isEmpty ? "tokenizer" : place + ".tokenizer"
      throw EquipoiseError(
        .configuration, "'\(name)' is text, and no tokeniser makes ids of it", at: key,
        fix: "name a tokenizer.json, or the folder of the encoder that holds one, with "
          + "\(.setting("\(key)=DIR"))")
    }
    let tokenizer = try Tokenizer(path: path)
    let counts = try TokenCounts(of: texts, by: tokenizer)
    let length =
      switch settings.maxLength {
      case .tokens(let count): count
      case .auto: counts.chosenLength(for: tokenizer)
      }
    let text: TokenizedText
    do {
      text = try TokenizedText(tokenizer, length: length)
    } catch let error as EquipoiseError {
      throw EquipoiseError(
        error.kind, error.what, at: place.isEmpty ? "maxLength" : place + ".maxLength",
        fix: error.remedy)
    }
    let longer = counts.count(above: length)
    let note =
      "texts of '\(name)' have \(counts.sentence); "
      + (longer == 0
        ? "all are kept"
        : "\(length) are kept, and \(Enumeration.count(longer, "text")) of \(texts.count) lose the rest")
    return (MediaModality(name: name, feature: try TextFeature(text, modality: name)), note)
  }
}

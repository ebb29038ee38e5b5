// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseFeatures
internal import EquipoiseKit

extension ManifestSource {
  /// A column of texts, and what is to be said of it.
  func texts(
    _ index: Int, _ settings: TextConfiguration
  ) throws -> (modality: MediaModality, note: String) {
    let name = listed.modalities[index]
    let texts = listed.rows.compactMap { row -> String? in
      let file = row.files[index]
      if file.isEmpty { return nil }
      if let text = InlineText.text(file) { return text }
      // What cannot be read is named by the work itself.
      return (try? folder.resolve(file, namedIn: row.place)).flatMap { try? TextFeature.file($0) }
        ?? ""
    }
    return try MediaModality.text(name, settings, of: texts, at: "modalities.\(name)")
  }
}

// SPDX-License-Identifier: Apache-2.0
package import EquipoiseKit
package import EquipoiseMedia
package import EquipoiseData
package import EquipoiseFormats
internal import EquipoiseText
internal import Foundation

/// A text in the place of a file's path, as a table's cell holds it. No path has a zero byte.
package enum InlineText {
  private static let mark = "\u{0}text:"

  /// The text as a path.
  package static func path(of text: String) -> String { mark + text }

  /// The text that stands in a path's place; nil of a path.
  package static func text(_ path: String) -> String? {
    path.hasPrefix(mark) ? String(path.dropFirst(mark.count)) : nil
  }
}

/// Texts as ids of tokens.
package struct TextFeature: StandardFeature, SteppedFeature {
  package let text: TokenizedText
  /// The tokeniser's file in a dataset's folder.
  let tokenizerFile: String
  /// Of the tokeniser's file.
  let sha256: String

  /// A tokeniser and a length, for a modality of a name. Throws where the file cannot be read.
  package init(_ text: TokenizedText, modality name: String) throws {
    (self.text, tokenizerFile) = (text, name + "." + Tokenizer.fileName)
    sha256 = try Digest.sha256Hex(ofFile: text.tokenizer.path)
  }

  package var description: ModalityDescription { text.description(tokenizerFile: tokenizerFile) }
  package var decodes: Bool { false }
  package var hasLengths: Bool { true }
  package var record: FeatureRecord { .text(TextRecord(sha256: sha256, length: text.length)) }

  package func steps(of files: [String]) throws -> Int { try text(Self.content(files)).whole }

  package func callAsFunction(
    _ files: [String], of id: String, by media: any MediaDecoding, _ stream: inout RandomStream
  ) throws -> HostArray { try text(Self.content(files)).ids }

  /// Copies the tokeniser into a dataset's folder.
  package func writeTokenizer(to folder: String) throws {
    let content = try MappedFile(path: text.tokenizer.path).withBytes { Data($0) }
    guard Digest.sha256Hex(of: Array(content)) == sha256 else {
      throw EquipoiseError(
        .data, "the tokeniser was changed while it was used", at: text.tokenizer.path,
        fix: "\(.preparingAgain)")
    }
    try AtomicFile.write(data: content, to: folder + "/" + tokenizerFile)
    try Checksums.add([tokenizerFile], in: folder)
  }

  private static func content(_ files: [String]) throws -> String {
    guard let path = files.first else { preconditionFailure("TextFeature: no text") }
    return try InlineText.text(path) ?? file(path)
  }

  /// The text of a file, without a byte-order mark.
  package static func file(_ path: String) throws -> String {
    let bytes = try MappedFile(path: path).withBytes { Array($0) }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw EquipoiseError(
        .data, "the file is not text in UTF-8", at: path, fix: "save it as UTF-8")
    }
    return text.first == "\u{FEFF}" ? String(text.dropFirst()) : text
  }
}

/// What is known of texts that became ids.
package struct TextRecord: Equatable, Sendable {
  /// Of the tokeniser's file.
  let sha256: String
  /// Tokens of a sample.
  let length: Int

  /// The feature, by the tokeniser that lies beside the record. Throws `EquipoiseError` where there is none, or another.
  func feature(_ description: ModalityDescription, at place: String?) throws -> TextFeature {
    let folder = FileSystem.folder(of: place ?? "")
    guard let file = description.tokens?.tokenizer else {
      throw EquipoiseError(
        .data, "the dataset has no tokeniser, which makes ids of a text", at: folder,
        fix: "\(.preparingAgain)")
    }
    let path = folder + "/" + file
    guard try Digest.sha256Hex(ofFile: path) == sha256 else {
      throw EquipoiseError(
        .data, "the tokeniser is not the one that made the dataset", at: path,
        fix: "restore the file, or remove the dataset and \(.preparingAgain)")
    }
    let name =
      file.hasSuffix("." + Tokenizer.fileName)
      ? String(file.dropLast(Tokenizer.fileName.count + 1)) : file
    return try TextFeature(TokenizedText(Tokenizer(path: path), length: length), modality: name)
  }
}

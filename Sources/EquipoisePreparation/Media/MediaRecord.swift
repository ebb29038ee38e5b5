// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseFeatures
internal import EquipoiseKit
package import EquipoiseData
internal import EquipoiseFormats
internal import Foundation

/// The file beside `dataset.json` that tells how raw files became the dataset's arrays.
package struct MediaRecord: Codable, Sendable {
  // The names of the format.
  private enum CodingKeys: String, CodingKey { case version, decoding, modalities }

  /// What files of every version have.
  private struct Version: Decodable { let version: Int }

  static let fileName = DatasetDescription.mediaRecordName
  private static let current = 2

  private let version: Int
  /// As ``MediaPart/decoding``; nil in records of earlier versions.
  private let decoding: Int?
  private let modalities: [String: FeatureRecord]

  /// What is to be recorded of a source.
  init(_ source: MediaSource) {
    version = Self.current
    decoding = MediaPart.decoding
    modalities = Dictionary(
      uniqueKeysWithValues: source.modalities.map { ($0.name, $0.record) })
  }

  /// Writes the file, which is there whole or not at all.
  func write(to folder: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    let data = try encoder.encode(self) + Data("\n".utf8)
    try AtomicFile.write(data: data, to: folder + "/" + Self.fileName)
  }

  /// What is to be said where the same files give other numbers today than when the dataset was made.
  package var warning: String? {
    decoding == MediaPart.decoding
      ? nil
      : "the dataset was made by another version, which mixed channels louder or chose other frames; "
        + "prepare it again and train again where inputs are to be the same"
  }

  /// Reads a dataset's record. Throws `EquipoiseError` that says why there is none, or `FormatError`.
  package init(of dataset: PreparedDataset) throws {
    let path = dataset.folder + "/" + Self.fileName
    guard let bytes = try dataset.content(ofFile: Self.fileName) else {
      let texts = dataset.modalities.filter { $0.description.tokens?.tokenizer == nil }
      if let text = texts.first(where: { $0.description.kind == .text }) {
        throw EquipoiseError(
          .data,
          "other programs made the ids of modality '\(text.name)', and the dataset has no tokeniser for new texts",
          at: dataset.folder, fix: "give ids in npy or npz files, or a prepared dataset")
      }
      let isMedia = dataset.description.extra[MediaNotes.recipe] != nil
      throw EquipoiseError(
        .data,
        isMedia
          ? "the dataset has no \(Self.fileName), which tells how raw files become its arrays"
          : "the dataset was not made from raw media, so nothing tells how a raw file becomes its "
            + "arrays", at: dataset.folder,
        fix: isMedia
          ? "\(.preparingAgain); only the record is added"
          : "give a prepared dataset, or npy or npz files in the prepared shape")
    }
    let fix = "restore the file, or remove it and \(.preparingAgain)"
    func decoded<Content: Decodable>() throws -> Content {
      do { return try JSONDecoder().decode(Content.self, from: bytes) } catch {
        throw EquipoiseError(.data, "it is not a record of raw media", at: path, fix: fix)
      }
    }
    let header: Version = try decoded()
    guard (1...Self.current).contains(header.version) else {
      throw EquipoiseError(
        .data, "it is of version \(header.version), but this program reads 1 to \(Self.current)",
        at: path, fix: fix)
    }
    self = try decoded()
  }

  /// How files become a modality of the dataset, by what a program lends.
  ///
  /// Throws `EquipoiseError` where the record is not that of the dataset or cannot be followed.
  package func modality(
    _ modality: DatasetModality, of dataset: PreparedDataset, by media: MediaPreparation
  ) throws -> MediaModality {
    let path = dataset.folder + "/" + Self.fileName
    let description = modality.description
    let note = MediaNotes.settings(ofModality: modality.name, in: dataset.description.extra)
    guard let record = modalities[modality.name],
      // The note first: it vouches for numbers that a shape is computed from.
      try note == record.text || note == record.textOfVersion1(description),
      case let feature = try record.feature(
        description, flow: media.flow, features: media.features, at: path),
      feature.description.kind == description.kind,
      feature.description.shape == description.shape,
      feature.description.type == description.type
    else {
      throw EquipoiseError(
        .data, "what it says of modality '\(modality.name)' is not what made the dataset",
        at: path, fix: "remove it and \(.preparingAgain)")
    }
    return MediaModality(name: modality.name, feature: feature, record: record)
  }
}

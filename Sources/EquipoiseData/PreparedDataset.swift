// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseFormats
package import Foundation

/// A modality by its name.
public struct DatasetModality: Equatable, Sendable {
  /// The name, as in `dataset.json`.
  public let name: String
  /// Kind, shape, type and normalisation.
  public let description: ModalityDescription
}

/// A folder with `dataset.json` and safetensors files, opened for reading.
///
/// Opening maps every file and checks its tensors' names, types and shapes and all labels; the
/// modalities themselves are read only as samples are asked for.
public struct PreparedDataset: Sendable {
  /// The dataset's folder, as given.
  public let folder: String
  /// The content of `dataset.json`.
  public let description: DatasetDescription
  /// The modalities in use, in the order of a batch's inputs: alphabetical, or as selected.
  public let modalities: [DatasetModality]
  /// Which data these are: the SHA-256 of `dataset.json` and of each file's size and header. Files
  /// whose numbers were overwritten in place are not noticed.
  public let fingerprint: String
  let shards: [Split: [Shard]]
  /// What stands for the folder's files where the dataset itself is not here.
  private let carried: [String: Data]?

  /// Opens a dataset.
  ///
  /// - Parameters:
  ///   - folder: The folder that holds `dataset.json`.
  ///   - names: The modalities to use, in this order; nil uses all in alphabetical order.
  /// - Throws: `EquipoiseError` or `FormatError` naming the file at fault.
  public init(folder: String, modalities names: [String]? = nil) throws {
    let description = try DatasetDescription.read(folder: folder)
    let modalities = try Self.select(names, from: description, folder)
    self.folder = folder
    self.description = description
    self.modalities = modalities
    var shards: [Split: [Shard]] = [:]
    for split in Split.allCases {
      shards[split] = try description.splits[split, default: []].map {
        try Shard(
          $0, of: split, in: folder, modalities: modalities, description: description)
      }
    }
    self.shards = shards
    carried = nil
    // After the files are known to be whole.
    fingerprint = try Self.fingerprint(description, in: folder)
  }

  /// What is known of a dataset that is not here: everything but its samples, of which no split has any.
  ///
  /// - Parameters:
  ///   - files: the contents of `dataset.json` and what else tells of it, by the files' names.
  ///   - place: where they were found, for messages.
  ///   - names: The modalities to use, in this order; nil uses all in alphabetical order.
  ///   - fingerprint: Which data these were.
  /// - Throws: `EquipoiseError` naming what is not right.
  package init(
    carried files: [String: Data], from place: String, modalities names: [String]?,
    fingerprint: String
  ) throws {
    folder = place
    description = try DatasetDescription(
      files[DatasetDescription.fileName] ?? Data(),
      at: place + "/" + DatasetDescription.fileName)
    modalities = try Self.select(names, from: description, place)
    (self.fingerprint, shards, carried) = (fingerprint, [:], files)
  }

  /// The content of a file beside `dataset.json`; nil where there is none.
  ///
  /// Throws `FormatError` when it cannot be read.
  package func content(ofFile name: String) throws -> Data? {
    if let carried { return carried[name] }
    let path = folder + "/" + name
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    return try MappedFile(path: path).withBytes { Data($0) }
  }

  /// The samples of a split, which may be empty.
  ///
  /// - Parameter split: The split.
  /// - Returns: The samples in the order of the files.
  /// - Throws: `EquipoiseError` when some files of the split have groups and others do not.
  public func samples(_ split: Split) throws -> Samples {
    try Samples(split: split, modalities: modalities, shards: shards[split] ?? [], folder: folder)
  }

  private static func select(
    _ names: [String]?, from description: DatasetDescription, _ folder: String
  ) throws -> [DatasetModality] {
    let known = description.modalities.keys.sorted()
    let names = names ?? known
    guard !names.isEmpty else {
      throw EquipoiseError(
        .data, "no modality was selected", at: folder,
        fix: Nearest.hint("", in: known))
    }
    guard Set(names).count == names.count else {
      throw EquipoiseError(
        .data, "a modality was selected twice: \(names.joined(separator: ", "))", at: folder,
        fix: "select each once")
    }
    return try names.map { name in
      guard let modality = description.modalities[name] else {
        throw EquipoiseError(
          .data, "dataset '\(description.name)' has no modality '\(name)'", at: folder,
          fix: Nearest.hint(name, in: known))
      }
      return DatasetModality(name: name, description: modality)
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package import EquipoiseKit
package import EquipoiseData
import EquipoiseFormats
import Foundation

/// What a run carries of its dataset, so that it predicts and is exported where the dataset is not: the contents of
/// `dataset.json`, of `media.json` where there is one, and the statistics of the training samples.
package struct CarriedDataset {
  /// The contents by name.
  let files: [String: Data]
  /// Where they were found, for messages.
  let place: String

  /// The names of everything that may be carried.
  static let names = [
    DatasetDescription.fileName, DatasetDescription.mediaRecordName, RunFolder.statisticsName,
  ]

  /// What is to be carried of a run's data.
  init(_ data: RunData) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    var files = [RunFolder.statisticsName: try encoder.encode(data.statistics)]
    let tokenizers = data.dataset.modalities.compactMap { $0.description.tokens?.tokenizer }
    for name in [DatasetDescription.fileName, DatasetDescription.mediaRecordName] + tokenizers {
      files[name] = try data.dataset.content(ofFile: name)
    }
    (self.files, place) = (files, data.dataset.folder)
  }

  /// Contents by name; nil unless description and statistics are among them.
  init?(_ files: [String: Data], from place: String) {
    guard files[DatasetDescription.fileName] != nil, files[RunFolder.statisticsName] != nil else {
      return nil
    }
    (self.files, self.place) = (files, place)
  }

  /// What a run's folder carries; nil of a run that a former version began.
  ///
  /// Throws `FormatError` when a file cannot be read or is not the one that the run lists.
  package init?(in run: RunFolder) throws {
    var files: [String: Data] = [:]
    let listed = try Checksums(folder: run.path).digests
    for name in Self.names {
      let path = run.dataset + "/" + name
      guard FileManager.default.fileExists(atPath: path) else { continue }
      let content = try FileSystem.contents(of: path)
      let digests = listed["\(RunFolder.datasetName)/\(name)"]
      guard digests?.contains(Digest.sha256Hex(of: Array(content))) ?? true else {
        throw Checksums.mismatch(path)
      }
      files[name] = content
    }
    self.init(files, from: run.dataset)
  }

  /// Writes it into a run's folder, which exists.
  ///
  /// - Parameter run: the run's files.
  /// - Returns: the files' paths within the folder.
  /// - Throws: `FormatError` when the disk refuses.
  func write(in run: RunFolder) throws -> [String] {
    try FileSystem.makeFolder(run.dataset)
    for (name, content) in files.sorted(by: { $0.key < $1.key }) {
      let path = run.dataset + "/" + name
      if (try? FileSystem.contents(of: path)) != content {
        try AtomicFile.write(data: content, to: path)
      }
    }
    return files.keys.sorted().map { "\(RunFolder.datasetName)/\($0)" }
  }

  /// The statistics. Throws `EquipoiseError` for a damaged file, or one of a later version.
  func statistics() throws -> DataStatistics {
    let path = place + "/" + RunFolder.statisticsName
    let statistics = try JSONFile.decode(
      DataStatistics.self, from: files[RunFolder.statisticsName] ?? Data(), at: path,
      fix: "restore it from a copy, or say where the dataset is with \(.setting("data=DIR"))")
    guard statistics.version <= DataStatistics.newest else {
      throw EquipoiseError(
        .checkpoint,
        "the file is of version \(statistics.version), and this program knows up to "
          + "\(DataStatistics.newest)", at: path,
        fix: "use the version of Equipoise that wrote it, or a later one")
    }
    return statistics
  }

  /// The description. Throws `EquipoiseError` for a damaged file.
  package func description() throws -> DatasetDescription {
    try DatasetDescription(
      files[DatasetDescription.fileName] ?? Data(),
      at: place + "/" + DatasetDescription.fileName)
  }
}

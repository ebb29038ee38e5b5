// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseFeatures
internal import EquipoiseData
package import EquipoiseKit
internal import EquipoiseFormats
internal import Foundation

/// Anyone's own media.
public struct ManifestRecipe: DatasetRecipe, MediaRecipe {
  /// The recipe's name.
  public static let name = "manifest"
  /// What it makes, and from what.
  public static let summary =
    "your own audio, video, images and arrays, by a csv or jsonl manifest or one folder per class"

  private let options: ManifestOptions

  /// The recipe with these settings.
  public init(_ options: ManifestOptions) { self.options = options }

  /// Reads the manifest, or the folders.
  public func source(input: String, media: MediaPreparation) throws -> MediaSource {
    let (listed, folder) = try listed(input: input, media: media)
    return try ManifestSource(listed, folder: folder, options: options, media: media).source()
  }

  /// Reads the manifest or the folders; with `wanted` modalities only those of them that there are, labelled
  /// or not. Throws `EquipoiseError` or `FormatError` naming the line at fault.
  package func listed(
    input: String, wanted: WantedModalities? = nil, media: MediaPreparation
  ) throws -> (ListedSamples, MediaFolder) {
    var isFolder = ObjCBool(false)
    let isFile =
      FileManager.default.fileExists(atPath: input, isDirectory: &isFolder) && !isFolder.boolValue
    let home = try MediaFolder(isFile ? FileSystem.folder(of: input) : input)
    let folder = try options.root.map { try MediaFolder($0) } ?? home
    let listed: ListedSamples
    if let table = isFile ? input : try table(in: home) {
      listed = try ManifestTable.rows(
        table, folder, options, media.features, wanted: wanted?.names)
    } else if options.root != nil {
      throw EquipoiseError(
        .configuration,
        "'root' names the folder of a manifest's files, but there is no manifest in "
          + home.path, at: "root", fix: "give the manifest with \(.argument("input=FILE"))")
    } else if let wanted {
      listed = try UnsortedFolder(folder, wanted, media).rows()
    } else {
      guard options.task == .classification else {
        throw EquipoiseError(
          .data, "folders say of each sample one class, and the task is \(options.task.rawValue)",
          at: folder.path, fix: "write a table manifest.csv with the labels or numbers")
      }
      listed = try ClassFolders(folder, options, media).rows()
    }
    return (wanted.map { listed.with(only: $0.names) } ?? listed, folder)
  }

  /// The path of the table: as set, called manifest, or called metadata as Hugging Face does. Throws
  /// `EquipoiseError` where there are several.
  private func table(in folder: MediaFolder) throws -> String? {
    if let name = options.manifest {
      return name.hasPrefix("/") ? name : try folder.resolve(name)
    }
    let extensions = [".csv", ".tsv"] + TableFile.jsonExtensions
    let found = extensions.map { "manifest" + $0 }.filter(folder.isThere)
    guard found.count < 2 else {
      throw EquipoiseError(
        .data, "there are \(found.joined(separator: " and "))", at: folder.path,
        fix: "say which to read with \(.setting("manifest=\(found[0])"))")
    }
    if let name = found.first { return try folder.resolve(name) }
    let published = extensions.map { "metadata" + $0 }.filter(folder.isThere)
    guard published.count == 1, let path = try published.first.map({ try folder.resolve($0) }),
      let header = try? TableFile.read(path).header, header.contains("file_name"),
      header.contains(where: { $0.lowercased() == options.label.lowercased() })
    else { return nil }
    return path
  }
}

/// A list as it was read: nothing is coded yet.
package struct ListedSamples {
  package struct Row {
    package var id: String
    /// Empty for none.
    var split: String
    package var label: String
    var group: String?
    /// A path per modality, in the order of `modalities`.
    package var files: [String]
    package var place: String
  }

  package var modalities: [String]
  package var rows: [Row]
  /// The list or folder, for errors.
  package var place: String
  /// The column that the labels are of; nil where folders are called so.
  var labelColumn: String?
  /// What is right for each row, where the task is not classification.
  var answers: TableAnswers?
  /// What the user should know.
  package var notes: [String] = []
  /// What the files of a modality are, where their names need not tell.
  var kinds: [String: MediaKind] = [:]

  /// Of the modalities only those named.
  func with(only names: [String]) -> ListedSamples {
    let kept = modalities.indices.filter { names.contains(modalities[$0]) }
    var listed = self
    listed.modalities = kept.map { modalities[$0] }
    for row in rows.indices { listed.rows[row].files = kept.map { rows[row].files[$0] } }
    return listed
  }
}

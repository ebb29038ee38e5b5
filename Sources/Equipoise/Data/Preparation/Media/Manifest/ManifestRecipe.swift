internal import Formats
internal import Foundation

/// Anyone's own media.
public struct ManifestRecipe: DatasetRecipe, MediaRecipe {
  /// The name on the command line.
  public static let name = "manifest"
  /// What it makes, and from what.
  public static let summary =
    "your own audio, video, images and arrays, by a csv or jsonl manifest or one folder per class"

  private let options: ManifestOptions

  /// The recipe with these settings.
  public init(_ options: ManifestOptions) { self.options = options }

  func source(input: String, media: MediaPreparation) throws -> MediaSource {
    let (listed, folder) = try listed(input: input, media: media)
    return try ManifestSource(listed, folder: folder, options: options, media: media).source()
  }

  /// Reads the manifest or the folders; with `wanted` modalities only those of them that there are, labelled
  /// or not. Throws `EquipoiseError` or `FormatError` naming the line at fault.
  func listed(
    input: String, wanted: WantedModalities? = nil, media: MediaPreparation
  ) throws -> (ListedSamples, MediaFolder) {
    var isFolder = ObjCBool(false)
    let isFile =
      FileManager.default.fileExists(atPath: input, isDirectory: &isFolder) && !isFolder.boolValue
    let parent = (input as NSString).deletingLastPathComponent
    let folder = try MediaFolder(isFile ? (parent.isEmpty ? "." : parent) : input)
    let table = isFile ? (input as NSString).lastPathComponent : options.manifest ?? found(folder)
    let listed: ListedSamples
    if let table {
      listed = try ManifestTable.rows(table, folder, options, wanted: wanted?.names)
    } else if let wanted {
      listed = try UnsortedFolder(folder, wanted, media).rows()
    } else {
      listed = try ClassFolders(folder, options, media).rows()
    }
    return (wanted.map { listed.with(only: $0.names) } ?? listed, folder)
  }

  private func found(_ folder: MediaFolder) -> String? {
    ["manifest.csv", "manifest.jsonl"].first {
      FileManager.default.fileExists(atPath: folder.path + "/" + $0)
    }
  }
}

/// A list as it was read: nothing is coded yet.
struct ListedSamples {
  struct Row {
    var id: String
    /// Empty for none.
    var split: String
    var label: String
    var group: String?
    /// A path per modality, in the order of `modalities`.
    var files: [String]
    var place: String
  }

  var modalities: [String]
  var rows: [Row]
  /// The list or folder, for errors.
  var place: String
  /// What the user should know.
  var notes: [String] = []
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

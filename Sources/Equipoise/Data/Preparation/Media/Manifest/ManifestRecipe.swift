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
    return try ManifestSource(listed, folder: folder, options: options).source()
  }

  /// Reads the manifest or the folders, with the names of `wanted` modalities only those that there are,
  /// labelled or not. Throws `EquipoiseError` or `FormatError` naming the line at fault.
  func listed(
    input: String, wanted: [String]? = nil, media: MediaPreparation
  ) throws -> (ListedSamples, MediaFolder) {
    var isFolder = ObjCBool(false)
    let isFile =
      FileManager.default.fileExists(atPath: input, isDirectory: &isFolder) && !isFolder.boolValue
    let parent = (input as NSString).deletingLastPathComponent
    let folder = try MediaFolder(isFile ? (parent.isEmpty ? "." : parent) : input)
    let table = isFile ? (input as NSString).lastPathComponent : options.manifest ?? found(folder)
    let listed =
      try table.map { try ManifestTable.rows($0, folder, options, wanted: wanted) }
      ?? ClassFolders.rows(folder, options, media)
    return (wanted.map(listed.with(only:)) ?? listed, folder)
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

  /// Of the modalities only those named.
  func with(only names: [String]) -> ListedSamples {
    let kept = modalities.indices.filter { names.contains(modalities[$0]) }
    var listed = self
    listed.modalities = kept.map { modalities[$0] }
    for row in rows.indices { listed.rows[row].files = kept.map { rows[row].files[$0] } }
    return listed
  }
}

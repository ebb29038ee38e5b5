internal import Foundation

/// A folder with the frames of a clip as images.
enum ImageFolder {
  static let extensions: Set<String> = ["jpg", "jpeg", "png"]

  /// The images in a folder whose names begin with `prefix`, sorted by name; nil if `path` is a file.
  /// Throws `EquipoiseError` for a folder without.
  static func images(in path: String, prefix: String = "") throws -> [String]? {
    var isFolder = ObjCBool(false)
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue
    else { return nil }
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    let folder = try MediaFolder(path)
    let images = names.filter {
      $0.hasPrefix(prefix) && extensions.contains(($0 as NSString).pathExtension.lowercased())
    }.sorted()
    guard !images.isEmpty else {
      let what = prefix.isEmpty ? "images" : "images '\(prefix)*'"
      throw EquipoiseError(
        .data, "the folder has no \(what)", at: path, fix: "put JPEG or PNG frames into it")
    }
    return try images.map { try folder.resolve($0, namedIn: path + "/" + $0) }
  }
}

import Foundation

/// A folder of media files from which no path leads out: what a manifest or list names is found inside
/// or refused, so that a data set from elsewhere cannot make this program read other files.
public struct MediaFolder: Sendable {
  /// The folder itself, absolute and free of symbolic links.
  public let path: String

  /// The folder at `path`.
  ///
  /// - Throws: `EquipoiseError` when there is no such folder.
  public init(_ path: String) throws {
    guard let real = Self.realPath(path) else {
      throw EquipoiseError(
        .data, "cannot open the folder: \(String(cString: strerror(errno)))", at: path,
        fix: "check the path and its permissions")
    }
    var isFolder = ObjCBool(false)
    guard FileManager.default.fileExists(atPath: real, isDirectory: &isFolder), isFolder.boolValue
    else { throw EquipoiseError(.data, "it is not a folder", at: path, fix: "name a folder") }
    self.path = real
  }

  /// The file that `name` means, with its symbolic links followed.
  ///
  /// - Parameters:
  ///   - name: a path relative to the folder, or an absolute one inside it.
  ///   - place: where the name was read, such as `manifest.csv:12`, for the error; by default the name.
  /// - Returns: an absolute path that lies in the folder and exists.
  /// - Throws: `EquipoiseError` for a name that has `..` in it, that leads out of the folder directly or
  ///   by symbolic links, or that is not there.
  public func resolve(_ name: String, namedIn place: String? = nil) throws -> String {
    let place = place ?? name
    guard !name.isEmpty, !name.utf8.contains(0) else {
      throw EquipoiseError(.data, "the path is empty", at: place, fix: "name a file")
    }
    guard !name.split(separator: "/").contains("..") else {
      throw EquipoiseError(
        .data, "the path '\(name)' has '..' in it", at: place,
        fix: "name files inside \(path) without '..'")
    }
    let whole = name.hasPrefix("/") ? name : path + "/" + name
    guard let real = Self.realPath(whole) else {
      throw EquipoiseError(
        .data, "cannot open '\(name)': \(String(cString: strerror(errno)))", at: place,
        fix: "check that \(whole) exists")
    }
    guard contains(real) else {
      throw EquipoiseError(
        .data, "the path '\(name)' leads out of the folder, to \(real)", at: place,
        fix: "put the file itself into \(path), or name the folder that holds it as the data's")
    }
    return real
  }

  /// Whether a path that is free of symbolic links lies in the folder.
  private func contains(_ real: String) -> Bool {
    path == "/" || real == path || real.hasPrefix(path + "/")
  }

  private static func realPath(_ path: String) -> String? {
    guard let pointer = realpath(path, nil) else { return nil }
    defer { free(pointer) }
    return String(cString: pointer)
  }
}

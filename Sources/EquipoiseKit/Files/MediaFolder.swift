// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseFormats
internal import Foundation

/// A folder of media files from which no path leads out: what a manifest or list names is found inside
/// or refused, so that a data set from elsewhere cannot make this program read other files.
public struct MediaFolder: Sendable {
  /// The folder itself, absolute and free of symbolic links.
  public let path: String
  private let equivalents = EquivalentNames()

  /// The folder at `path`.
  ///
  /// - Throws: `EquipoiseError` when there is no such folder.
  public init(_ path: String) throws {
    guard let real = Self.realPath(path) else {
      throw EquipoiseError(
        .data, "cannot open the folder: \(String(cString: strerror(errno)))", at: path,
        fix: "check the path and its permissions")
    }
    guard FileSystem.isFolder(real) else {
      throw EquipoiseError(.data, "it is not a folder", at: path, fix: "name a folder")
    }
    self.path = real
  }

  /// The file that `name` means, with its symbolic links followed.
  ///
  /// - Parameters:
  ///   - name: a path relative to the folder, or an absolute one inside it; accented letters may be
  ///     written in either Unicode form.
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
    guard let real = try located(name, whole, place) else {
      let near = below(name).map { equivalents.suggestions(for: $0, below: path) } ?? []
      throw EquipoiseError(
        .data, "cannot open '\(name)': \(String(cString: strerror(ENOENT)))", at: place,
        fix: near.isEmpty
          ? "check that \(whole) exists"
          : "did you mean \(near.map { "'\($0)'" }.joined(separator: " or "))?")
    }
    guard contains(real) else {
      throw EquipoiseError(
        .data, "the path '\(name)' leads out of the folder, to \(real)", at: place,
        fix: "put the file itself into \(path), or name the folder that holds it as the data's")
    }
    return real
  }

  /// Whether `name` means something that is there; where that leads is `resolve`'s to judge.
  ///
  /// - Parameters:
  ///   - name: as for `resolve`.
  ///   - place: as for `resolve`.
  /// - Returns: whether there is something, in the folder or out of it.
  /// - Throws: `EquipoiseError` for a name that is empty or has `..` in it, there or not, and for one that
  ///   may not be looked at.
  package func holds(_ name: String, namedIn place: String) throws -> Bool {
    if name.isEmpty || name.utf8.contains(0) || name.split(separator: "/").contains("..") {
      _ = try resolve(name, namedIn: place)
    }
    return try located(name, name.hasPrefix("/") ? name : path + "/" + name, place) != nil
  }

  /// The path without links of what `name` means; nil if there is nothing. Throws for other reasons.
  private func located(_ name: String, _ whole: String, _ place: String) throws -> String? {
    if let real = Self.realPath(whole) { return real }
    guard errno == ENOENT else {
      throw EquipoiseError(
        .data, "cannot open '\(name)': \(String(cString: strerror(errno)))", at: place,
        fix: "check \(whole) and the permissions of its folders")
    }
    return below(name).flatMap { equivalents.path(of: $0, below: path) }.flatMap(Self.realPath)
  }

  /// A name relative to the folder, or nil for an absolute one outside.
  private func below(_ name: String) -> String? {
    guard name.hasPrefix("/") else { return name }
    return name.hasPrefix(path + "/") ? String(name.dropFirst(path.count + 1)) : nil
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

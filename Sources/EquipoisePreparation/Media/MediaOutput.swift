// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseData
internal import EquipoiseFormats
internal import Foundation

/// What is at the dataset's path already: nothing, or what the same recipe made before.
struct MediaOutput {
  /// The dataset that is there.
  let description: DatasetDescription?
  private let path: String

  /// Throws `EquipoiseError` when there is something else.
  init(_ path: String, recipe: String) throws {
    self.path = path
    let content = try? FileManager.default.contentsOfDirectory(atPath: path)
    guard FileManager.default.fileExists(atPath: path), content?.isEmpty != true else {
      description = nil
      return
    }
    let found = try? DatasetDescription.read(folder: path)
    guard let found, found.extra[MediaNotes.recipe] == recipe else {
      throw EquipoiseError(
        .data, "there is something at this path already, which recipe '\(recipe)' did not make",
        at: path, fix: "remove it or choose another path")
    }
    description = found
  }

  /// The hash of all that it was made from.
  var key: String? { description?.extra[MediaNotes.prepared] }
  /// How many corrupt samples it was made without.
  var leftOut: Int { description?.extra[MediaNotes.leftOut].flatMap(Int.init) ?? 0 }

  /// Puts the dataset at `new` in its place, at one stroke where the file system can: at every moment
  /// there is the former one or the new one.
  ///
  /// - Parameters:
  ///   - new: the folder of a complete dataset.
  ///   - old: a free path, for the former dataset on its way out.
  /// - Throws: `FormatError`; the former dataset is then there.
  func replace(by new: String, keeping old: String) throws {
    guard description != nil else { return try FileSystem.move(new, to: path) }
    if try FileSystem.exchange(new, with: path) { return try FileSystem.remove(new) }
    try FileSystem.move(path, to: old)
    do {
      try FileSystem.move(new, to: path)
    } catch {
      // The former dataset is better than none.
      try? FileSystem.move(old, to: path)
      throw error
    }
    try FileSystem.remove(old)
  }
}

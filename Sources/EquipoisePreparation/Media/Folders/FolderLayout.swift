// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseData
internal import EquipoiseKit

/// What the folders of a tree are, level by level.
struct FolderLayout {
  /// From the top down; what lies deeper only tells samples apart.
  let levels: [FolderLevel]
  private let takesImagesAlone: (_ path: [String]) -> Bool

  /// As the user says. Throws `EquipoiseError` without a level of classes, or one named twice.
  init(
    levels: [FolderLevel], at place: String, takesImagesAlone: @escaping ([String]) -> Bool
  ) throws {
    let named = levels.filter { $0 != .other }
    guard named.contains(.label), Set(named).count == named.count else {
      throw EquipoiseError(
        .configuration, "one level is 'class', and each other one is named once at most",
        at: "levels", fix: "give for example \(.setting("levels=[split, class, group]"))")
    }
    (self.levels, self.takesImagesAlone) = (levels, takesImagesAlone)
  }

  /// As names and depth of the folders with media tell. Throws `EquipoiseError` where they do not.
  init(
    of folders: [FolderTree.Folder], _ values: SplitValues, at place: String,
    takesImagesAlone: @escaping ([String]) -> Bool
  ) throws {
    let finder = FolderLevelFinder(
      folders: folders.filter { !$0.path.isEmpty }, values: values, place: place,
      takesImagesAlone: takesImagesAlone)
    (levels, self.takesImagesAlone) = (try finder.levels(), takesImagesAlone)
  }

  /// Whether the images in a folder are the frames of one sample.
  func isSample(_ folder: FolderTree.Folder) -> Bool {
    folder.holdsImagesOnly && folder.path.count > levels.count && !takesImagesAlone(folder.path)
  }

  /// What the folders of a path are at a level.
  func name(_ level: FolderLevel, in path: [String]) -> String? {
    levels.firstIndex(of: level).flatMap { path.indices.contains($0) ? path[$0] : nil }
  }

  /// The path without what tells modalities apart: it is the same for the files of one sample.
  func shared(_ path: [String]) -> [String] {
    guard let index = levels.firstIndex(of: .modality), path.indices.contains(index) else {
      return path
    }
    return Array(path[..<index] + path[(index + 1)...])
  }

  /// `SPLIT/CLASS`
  var text: String {
    levels.map { $0 == .other ? "*" : $0.rawValue.uppercased() }.joined(separator: "/")
  }
}

// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseFeatures
package import EquipoiseKit
internal import EquipoiseFormats
internal import Foundation

/// Media files anywhere below a folder, by the name of their clip: the file's without extension, and
/// without the `_START_END` that downloads of Kinetics append.
package struct ClipIndex {
  private var videos: [String: String] = [:]
  private var sounds: [String: String] = [:]
  /// What cannot be looked through.
  package let notes: [String]

  package init(_ folder: MediaFolder) {
    let tree = FolderTree(folder)
    notes = tree.leftOut.faults(at: folder.path).map { "left out: \($0.what)" }
    for folder in tree.mediaFolders {
      for (name, kind) in folder.files {
        add((folder.path + [name]).joined(separator: "/"), called: name, kind)
      }
    }
  }

  private mutating func add(_ file: String, called name: String, _ kind: MediaKind) {
    let stem = (name as NSString).deletingPathExtension
    for name in [stem, Self.withoutTimes(stem)] {
      if kind == .spectrogram { sounds[name] = min(file, sounds[name] ?? file) }
      if kind == .frames { videos[name] = min(file, videos[name] ?? file) }
    }
  }

  /// The path of a clip's video below the folder, if it is there.
  package func video(_ clip: String) -> String? { videos[clip] ?? videos[Self.withoutTimes(clip)] }
  /// The path of a clip's own sound file, if there is one.
  package func audio(_ clip: String) -> String? { sounds[clip] ?? sounds[Self.withoutTimes(clip)] }

  /// `ID` of `ID_000010_000020`.
  private static func withoutTimes(_ name: String) -> String {
    let parts = name.split(separator: "_", omittingEmptySubsequences: false)
    guard parts.count > 2,
      parts.suffix(2).allSatisfy({ $0.count == 6 && $0.allSatisfy(\.isNumber) })
    else { return name }
    return parts.dropLast(2).joined(separator: "_")
  }
}

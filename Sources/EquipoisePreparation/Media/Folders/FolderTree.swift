// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseFeatures
internal import EquipoiseKit
internal import EquipoiseFormats
internal import Foundation

/// All that lies below a folder: its media by folders, and everything else by why it is not taken.
struct FolderTree {
  /// One folder of the tree.
  struct Folder {
    /// The names of the folders that lead to it; none for the whole.
    let path: [String]
    /// The media files in it, by name.
    var files: [(name: String, kind: MediaKind)] = []
    /// The other files in it.
    var others: [String] = []

    var name: String { path.joined(separator: "/") }
    var holdsImagesOnly: Bool { !files.isEmpty && files.allSatisfy { $0.kind == .image } }
  }

  /// Every folder, those above before those below.
  private(set) var folders: [Folder] = []
  private(set) var leftOut = LeftOut()
  private let root: MediaFolder
  private let skipped: Set<String>
  private let features: FeatureCatalogue

  /// Reads the tree below a folder, but for folders whose name or path is in `skip`; `features` say which
  /// files are media.
  init(
    _ root: MediaFolder, skip: [String] = [], features: FeatureCatalogue = .standard
  ) {
    (self.root, self.features) = (root, features)
    skipped = Set(skip.map { $0.hasSuffix("/") ? String($0.dropLast()) : $0 })
    visit([], above: FolderListing.folder(at: root.path).map { [$0] } ?? [])
  }

  /// The folders with media files in them.
  var mediaFolders: [Folder] { folders.filter { !$0.files.isEmpty } }

  private mutating func visit(_ path: [String], above: [FolderListing.Kind]) {
    let name = path.joined(separator: "/")
    let entries: [FolderListing.Entry]
    do {
      // A link that leads out of the whole folder is refused here.
      entries = try FolderListing.entries(of: name.isEmpty ? root.path : root.resolve(name))
    } catch let error as FormatError {
      return leftOut.add(.unreadable, name, error.reason)
    } catch {
      return leftOut.add(.outside, name)
    }
    let place = folders.count
    folders.append(Folder(path: path))
    for entry in entries {
      let whole = name.isEmpty ? entry.name : name + "/" + entry.name
      if FolderWords.isOfTheSystem(entry.name) {
        leftOut.add(.system, whole)
      } else if skipped.contains(entry.name) || skipped.contains(whole) {
        leftOut.add(.skipped, whole)
      } else if case .folder = entry.kind {
        guard entry.isUTF8 else {
          leftOut.add(.notUTF8, whole)
          continue
        }
        guard !above.contains(entry.kind) else {
          leftOut.add(.loop, whole)
          continue
        }
        visit(path + [entry.name], above: above + [entry.kind])
      } else {
        add(entry, whole, to: place)
      }
    }
    // A sample or speaker whose files were lost would vanish without a word.
    if !path.isEmpty, entries.allSatisfy({ FolderWords.isOfTheSystem($0.name) }) {
      leftOut.add(.empty, name)
    }
  }

  private mutating func add(_ entry: FolderListing.Entry, _ whole: String, to place: Int) {
    let ending = (entry.name as NSString).pathExtension.lowercased()
    let kind = ending.isEmpty ? nil : features.kind(ofFile: entry.name)
    switch entry.kind {
    case .special: leftOut.add(.special, whole)
    case .unreadable(let code) where kind == nil:
      leftOut.add(.unreadable, whole, String(cString: strerror(code)))
    case _ where kind != nil && !entry.isUTF8: leftOut.add(.notUTF8, whole)
    default:
      if let kind {
        folders[place].files.append((entry.name, kind))
      } else {
        folders[place].others.append(entry.name)
        leftOut.add(FolderWords.unreadMedia.contains(ending) ? .unreadMedia : .other, whole)
      }
    }
  }
}

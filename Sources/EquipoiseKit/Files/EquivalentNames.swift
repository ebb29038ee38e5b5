// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseFormats
internal import Synchronization

/// Finds files whose names are written in another Unicode form than the one asked for: macOS decomposes
/// `é` into two characters, most lists have it as one. Each folder is read once.
final class EquivalentNames: Sendable {
  /// The names in a folder, by themselves: `String` compares by what is read, not by code points.
  private let folders = Mutex<[String: [String: String]]>([:])

  /// The path below `folder` that reads as `name` does and exists, or nil.
  func path(of name: String, below folder: String) -> String? {
    name.split(separator: "/").reduce(folder) { path, part in
      guard let path else { return nil }
      return names(in: path)[String(part)].map { path + "/" + $0 }
    }
  }

  /// Names in the folder of a file that is not there that its name may have meant.
  func suggestions(for name: String, below folder: String) -> [String] {
    let parts = name.split(separator: "/").map(String.init)
    guard let last = parts.last,
      let folder = path(of: parts.dropLast().joined(separator: "/"), below: folder)
    else { return [] }
    let names = Array(names(in: folder).values)
    let sameLetters = names.filter { $0.lowercased() == last.lowercased() }.sorted()
    return sameLetters.isEmpty ? Nearest.matches(last, in: names, limit: 2) : sameLetters
  }

  private func names(in folder: String) -> [String: String] {
    folders.withLock { folders in
      if let names = folders[folder] { return names }
      let found = (try? FileSystem.names(in: folder)) ?? []
      let names = Dictionary(found.map { ($0, $0) }) { first, _ in first }
      folders[folder] = names
      return names
    }
  }
}

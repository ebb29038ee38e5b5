// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
import EquipoiseFormats
import Foundation

/// How the next points of a search are found.
package enum SearchSampler: String, Codable, CaseIterable, Sendable {
  /// At random.
  case random
  /// Like those that did well: the tree-structured Parzen estimator.
  case tpe
}

/// How a search in parts was set up and which parts it has begun: `search.json`, by which the same command goes on.
package struct SavedSearch: Codable, Equatable, Sendable {
  /// The form of the file.
  package var version = 1
  /// How points are found.
  package let sampler: SearchSampler
  /// η of the halving; nil trains every trial to its end.
  package let factor: Int?
  /// The epochs of a whole run.
  package let epochs: Int
  /// The seed of the drawing.
  package let searchSeed: Int
  /// The seeds of every trial.
  package let seeds: [Int]
  /// Of each method what is searched, each `KEY=VALUES`.
  package let spaces: [String: [String]]
  /// The parts that were begun.
  package var brackets: [SearchBracket] = []

  /// A search that is to begin.
  package init(
    sampler: SearchSampler, factor: Int?, epochs: Int, searchSeed: Int, seeds: [Int],
    spaces: [String: [String]]
  ) {
    (self.sampler, self.factor, self.epochs) = (sampler, factor, epochs)
    (self.searchSeed, self.seeds, self.spaces) = (searchSeed, seeds, spaces)
  }

  private static let newest = 1

  /// What a folder's search has begun; nil where there is no such search.
  ///
  /// Throws `EquipoiseError` for a damaged file, or one of a later version.
  static func read(_ folder: ExperimentFolder) throws -> SavedSearch? {
    guard FileManager.default.fileExists(atPath: folder.search) else { return nil }
    let saved = try JSONFile.read(
      SavedSearch.self, from: folder.search,
      fix: "restore it from a copy, or search into another folder")
    guard saved.version <= newest else {
      throw EquipoiseError(
        .checkpoint,
        "the file is of version \(saved.version), and this program knows up to \(newest)",
        at: folder.search, fix: "use the version of Equipoise that wrote it, or a later one")
    }
    return saved
  }

  /// Writes it into the search's folder, which exists. Throws `FormatError` when the disk refuses.
  func write(_ folder: ExperimentFolder) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try AtomicFile.write(data: try encoder.encode(self), to: folder.search)
  }

  /// Throws unless a folder's search was set up so.
  func check(_ before: SavedSearch, in folder: ExperimentFolder) throws {
    func text<Value>(_ value: Value?) -> String { value.map { "\($0)" } ?? "none" }
    let pairs: [(String, String, String)] = [
      ("sampler", sampler.rawValue, before.sampler.rawValue),
      ("halving", text(factor), text(before.factor)), ("epochs", text(epochs), text(before.epochs)),
      ("search seed", text(searchSeed), text(before.searchSeed)),
      ("seeds", text(seeds), text(before.seeds)),
      (
        "methods and values", text(spaces.sorted { $0.key < $1.key }),
        text(before.spaces.sorted { $0.key < $1.key })
      ),
    ]
    guard let (name, now, then) = pairs.first(where: { $0.1 != $0.2 }) else { return }
    throw EquipoiseError(
      .checkpoint, "the folder holds another search: \(name) \(now), not \(then)",
      at: folder.search, fix: "\(.repeating("search")), or search into another folder")
  }
}

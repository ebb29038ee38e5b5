// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
import EquipoiseFormats
import Foundation

/// What a comparison's folder says about itself, in `comparison.json`: enough to make its tables
/// without the command line that made the runs.
package struct SavedComparison: Codable, Equatable, Sendable {
  /// One entry.
  package struct Entry: Codable, Equatable, Sendable {
    /// Its name, which is also that of its folder.
    package let name: String
    /// The folder of each modality's reference runs; in the file as ``ExperimentFolder`` spells it.
    package fileprivate(set) var references: [String: String]
    /// Where a search chose settings in each fold: them, each `KEY=VALUE`; of a fold without a winner none.
    package var chosen: [[String]]? = nil
  }

  /// The form of the file; `nil` for the first one, in which references had whole paths.
  private let version: Int?
  /// The entries in the order of the table.
  package private(set) var entries: [Entry]
  /// The seeds of every entry.
  package let seeds: [Int]
  /// The number of folds of a cross-validation; nil without one.
  package let folds: Int?
  /// The entry that the others are tested against.
  package var baseline: String

  /// Reads it back.
  ///
  /// - Parameter folder: the comparison's folder.
  /// - Throws: `EquipoiseError` when there is none.
  package init(in folder: String) throws {
    let place = ExperimentFolder(folder)
    guard place.isComparison else {
      throw EquipoiseError(
        .usage, "the folder holds no comparison", at: folder,
        fix: "name \(.comparisonFolder)")
    }
    self = try JSONFile.read(
      Self.self, from: place.comparison,
      fix: "\(.repeating("comparison")), which writes it again")
    guard Set(seeds).count == seeds.count, Set(entries.map(\.name)).count == entries.count else {
      throw EquipoiseError(
        .checkpoint, "the file is damaged: a seed or an entry is listed twice",
        at: place.comparison, fix: "\(.repeating("comparison")), which writes it again")
    }
    guard version ?? 1 <= Self.newest else {
      throw EquipoiseError(
        .checkpoint,
        "the file is of version \(version ?? 1), and this program knows up to \(Self.newest)",
        at: place.comparison, fix: "use the version of Equipoise that wrote it, or a later one")
    }
    let isFirst = version == nil
    rewriteReferences {
      (isFirst ? place.formerReference($0) : place.reference($0)).path
    }
  }

  init(entries: [Entry], seeds: [Int], folds: Int? = nil, baseline: String) {
    (self.entries, self.seeds, self.baseline) = (entries, seeds, baseline)
    self.folds = folds
    // Programs of version 2 would take folds for entries without runs.
    version = folds == nil ? Self.newest - 1 : Self.newest
  }

  /// Each fold; nil stands for the dataset's splits.
  package var everyFold: [Int?] { folds.everyFold }

  /// Writes it into the comparison's folder.
  package func write(in folder: String) throws {
    let place = ExperimentFolder(folder)
    var written = SavedComparison(entries: entries, seeds: seeds, folds: folds, baseline: baseline)
    written.rewriteReferences(place.written(reference:))
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try Checksums.replace(
      [(ExperimentFolder.comparisonName, try encoder.encode(written))], in: folder)
  }

  private static let newest = 3

  private mutating func rewriteReferences(_ change: (String) -> String) {
    for index in entries.indices {
      entries[index].references = entries[index].references.mapValues(change)
    }
  }
}

internal import EquipoiseKit
import Formats
import Foundation

/// What a comparison's folder says about itself, in `comparison.json`: enough to make its tables
/// without the command line that made the runs.
package struct SavedComparison: Codable, Equatable, Sendable {
  /// One entry.
  package struct Entry: Codable, Equatable, Sendable {
    /// Its name, which is also that of its folder.
    package let name: String
    /// The folder of each modality's reference runs.
    package let references: [String: String]
  }

  /// The entries in the order of the table.
  package let entries: [Entry]
  /// The seeds of every entry.
  package let seeds: [Int]
  /// The entry that the others are tested against.
  package var baseline: String

  /// Reads it back.
  ///
  /// - Parameter folder: the comparison's folder.
  /// - Throws: `EquipoiseError` when there is none.
  package init(in folder: String) throws {
    guard FileManager.default.fileExists(atPath: Self.path(in: folder)) else {
      throw EquipoiseError(
        .usage, "the folder holds no comparison", at: folder,
        fix: "name the folder given to 'equipoise compare --out'")
    }
    self = try JSONFile.read(
      Self.self, from: Self.path(in: folder),
      fix: "repeat the comparison's command, which writes it again")
    guard Set(seeds).count == seeds.count, Set(entries.map(\.name)).count == entries.count else {
      throw EquipoiseError(
        .checkpoint, "the file is damaged: a seed or an entry is listed twice",
        at: Self.path(in: folder), fix: "repeat the comparison's command, which writes it again")
    }
  }

  init(entries: [Entry], seeds: [Int], baseline: String) {
    (self.entries, self.seeds, self.baseline) = (entries, seeds, baseline)
  }

  /// Writes it into the comparison's folder.
  package func write(in folder: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try Checksums.replace([(Self.fileName, try encoder.encode(self))], in: folder)
  }

  private static let fileName = "comparison.json"
  private static func path(in folder: String) -> String { folder + "/" + fileName }
}

// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseFeatures
internal import EquipoiseData
internal import EquipoiseKit
internal import EquipoiseFormats
internal import Foundation

/// Tells the columns of a table that name files from others: numbers of rows, ages, transcripts.
struct FileColumns {
  let table: TextTable
  let folder: MediaFolder
  /// The table's path, for errors.
  let path: String
  /// What files are by their endings.
  let features: FeatureCatalogue

  /// Cells that are looked at until one is a file.
  private static let shown = 1000

  /// Whether a column only counts the rows, as pandas and R write it.
  func isIndex(_ name: String) throws -> Bool {
    let isNamed =
      name.isEmpty || name.hasPrefix("Unnamed: ")
      || ["index", "level_0"].contains(name.lowercased())
    guard isNamed else { return false }
    let numbers = try table.column(name).map { Int(TableCell.trimmed($0)) }
    return [0, 1].contains { start in
      numbers.indices.allSatisfy { numbers[$0] == $0 + start }
    }
  }

  /// What the cells of a column are that names no files.
  private struct Content {
    let what: String
    /// What is to be said of it, if anything.
    let advice: String?
  }

  /// Throws `EquipoiseError` for columns of which no cell is a file, with what they hold instead.
  func check(_ names: [String]) throws {
    var (files, others): ([String], [(name: String, content: Content)]) = ([], [])
    for name in names {
      let cells = try table.column(name).map(TableCell.trimmed).filter { !TableCell.isMissing($0) }
      if cells.isEmpty || cells.prefix(Self.shown).contains(where: isFile) {
        files.append(name)
      } else {
        others.append((name, Self.content(cells)))
      }
    }
    guard !others.isEmpty else { return }
    let what = others.map { "column '\($0.name)' holds \($0.content.what)" }
    let advice = Set(others.compactMap(\.content.advice)).sorted().map { $0 + "; " }.joined()
    let roles =
      "a column of splits, groups or names is named with "
      + "\(.setting("split=COLUMN")), group=COLUMN or id=COLUMN"
    throw EquipoiseError(
      .data, "\(what.joined(separator: ", ")), not files in \(folder.path)", at: path,
      fix: advice
        + (files.isEmpty
          ? "give a column with the path of a file for each modality, or name the folder that they are "
            + "in with \(.setting("root=DIR"))"
          : "take the columns with files alone, \(.setting("only=[\(files.joined(separator: ", "))]")), or name "
            + "the folder that the files are in with \(.setting("root=DIR")); \(roles)"))
  }

  /// Whether a cell names something that is there, or has a name like those of media files.
  private func isFile(_ cell: String) -> Bool {
    guard !cell.contains("://"), cell.utf8.count < 4096, !cell.utf8.contains(0) else {
      return false
    }
    if !(cell as NSString).pathExtension.isEmpty, features.kind(ofFile: cell) != nil {
      return true
    }
    return folder.isThere(cell)
  }

  private static func content(_ cells: [String]) -> Content {
    let shown = TableCell.shown(Array(Set(cells.prefix(Self.shown))).sorted())
    if cells.allSatisfy({ TableCell.number($0) != nil }) {
      return Content(
        what: "numbers (\(shown))", advice: "numbers are not supported as a modality yet")
    }
    if cells.allSatisfy({ $0.contains("://") }) {
      return Content(what: "addresses (\(shown))", advice: "download what they lead to")
    }
    guard cells.contains(where: { $0.contains(" ") }) else {
      return Content(what: "words (\(shown))", advice: nil)
    }
    return Content(
      what: "text (\(shown))",
      advice:
        "texts are a modality with \(.setting("modalities.COLUMN={kind: text, tokenizer: DIR}"))")
  }
}

extension MediaFolder {
  /// The path that a cell of a table means: the cell, without white space around it and with `/` for `\` where a file of that name is there and none of the
  /// cell's own.
  func fileName(in cell: String) -> String {
    let trimmed = TableCell.trimmed(cell)
    guard trimmed != cell || cell.contains("\\") else { return cell }
    let candidates = [cell, trimmed, trimmed.replacing("\\", with: "/")]
    return candidates.first(where: isThere) ?? trimmed
  }

  /// Whether a cell of a table names something; where that leads is `resolve`'s to judge.
  func isThere(_ name: String) -> Bool {
    (try? holds(name, namedIn: name)) ?? false
  }
}

// SPDX-License-Identifier: Apache-2.0
/// A table in a file of any of the formats that are read.
package enum TableFile {
  /// The extensions of tables in JSON; all others are cells between separators.
  package static let jsonExtensions = [".jsonl", ".ndjson", ".json"]

  /// The table, by the extension of the file's name. Throws `FormatError` naming the line at fault.
  package static func read(_ path: String) throws -> TextTable {
    let isJSON = jsonExtensions.contains { path.lowercased().hasSuffix($0) }
    return isJSON ? try JSONTable.read(path) : try CSV.read(path)
  }
}

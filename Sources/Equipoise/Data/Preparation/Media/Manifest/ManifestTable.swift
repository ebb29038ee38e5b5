internal import Formats

/// Reads a manifest.
enum ManifestTable {
  /// Throws `EquipoiseError` or `FormatError` naming the line at fault. With the names of `wanted`
  /// modalities only columns of those names are read, and there need be no labels.
  static func rows(
    _ name: String, _ folder: MediaFolder, _ options: ManifestOptions, wanted: [String]? = nil
  ) throws -> ListedSamples {
    let path = try folder.resolve(name)
    let table = path.hasSuffix(".jsonl") ? try JSONTable.read(path) : try CSV.read(path)
    func column(_ name: String) throws -> [String]? {
      table.header.contains(name) ? try table.column(name) : nil
    }
    let labels = wanted == nil ? try table.column(options.label) : try column(options.label)
    let (ids, splits) = (try column(options.id), try column(options.split))
    let groups = try column(options.group)
    let special = [options.id, options.split, options.label, options.group]
    let columns = table.header.filter { !special.contains($0) }
    for name in options.modalities.names where !columns.contains(name) {
      throw EquipoiseError(
        .configuration, "the manifest has no column '\(name)'", at: "modalities.\(name)",
        fix: Nearest.hint(name, in: columns))
    }
    let modalities =
      try wanted.map { columns.filter($0.contains) }
      ?? ManifestSource.selected(columns, options.only)
    let files = try modalities.map(table.column)
    let digits = String(table.rowCount).count
    let rows = try (0..<table.rowCount).map { row in
      let place = "\(path):\(table.line(ofRow: row))"
      for (file, modality) in zip(files, modalities) where file[row].isEmpty {
        throw EquipoiseError(
          .data, "column '\(modality)' is empty", at: place,
          fix: "name a file for every modality, or leave the row out")
      }
      let number = String(row + 1)
      let numbered = String(repeating: "0", count: digits - number.count) + number
      return ListedSamples.Row(
        id: ids?[row] ?? numbered, split: splits?[row] ?? "", label: labels?[row] ?? "",
        group: groups?[row], files: files.map { $0[row] }, place: place)
    }
    return ListedSamples(modalities: modalities, rows: rows, place: path)
  }
}

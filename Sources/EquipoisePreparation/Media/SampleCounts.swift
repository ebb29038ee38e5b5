// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseData
internal import EquipoiseKit

/// What is asserted of a list: no file is missing, and splits have the published sizes.
enum SampleCounts {
  /// How many names an error holds.
  private static let shown = 20

  /// Throws `EquipoiseError` naming the differences; `report` is the file that lists them all.
  static func check(
    _ source: MediaSource, _ resolved: ResolvedSamples, report: String
  ) throws {
    guard source.expectCounts else { return }
    let counts = source.expected.sorted { $0.key.rawValue < $1.key.rawValue }.compactMap {
      split, expected -> String? in
      let found = resolved.samples.count { $0.split == split }
      return found == expected
        ? nil : "\(found) samples for \(split.rawValue) where \(expected) are published"
    }
    guard !counts.isEmpty || !resolved.missing.isEmpty else { return }
    var what = counts
    if !resolved.missing.isEmpty {
      let names = resolved.missing.prefix(shown).map { "\($0.id) (\($0.file))" }
      let rest = resolved.missing.count - names.count
      what.append(
        "missing: " + names.joined(separator: ", ")
          + (rest > 0 ? " and \(rest) more, all listed in \(report)" : ""))
    }
    throw EquipoiseError(
      .data, what.joined(separator: "; "), at: source.folder.path,
      fix: resolved.samples.isEmpty
        ? "none of the files is there: paths start from this folder, or for recipe 'manifest' from that of "
          + "\(.setting("root=DIR"))"
        : "complete the folder, or accept it with \(.setting("expectCounts=false"))")
  }
}

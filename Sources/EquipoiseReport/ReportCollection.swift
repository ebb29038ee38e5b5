// SPDX-License-Identifier: Apache-2.0
internal import Equipoise
internal import EquipoiseFormats
internal import Foundation

/// The runs that a report is about, found below the paths that were named: runs, comparisons, searches,
/// and folders of these.
package struct ReportCollection {
  /// Runs that share everything but the seed.
  struct Group {
    let name: String
    var runs: [RunFolder]
    /// The runs of each modality alone.
    let references: [String: [RunFolder]]
    /// Where it is an entry of a comparison: the comparison's place among them, and the entry's in it.
    var entry: (comparison: Int, place: Int)?
  }

  /// A comparison's folder and what it says.
  struct Comparison {
    let folder: String
    let saved: SavedComparison
  }

  private(set) var groups: [Group] = []
  private(set) var comparisons: [Comparison] = []
  /// The folders of searches.
  private(set) var searches: [String] = []
  /// Files of features, among the paths.
  private(set) var features: [FeatureFile] = []

  /// Finds the runs.
  ///
  /// - Parameter paths: folders, and files of features.
  /// - Throws: `EquipoiseError` for one below which there is no run, `FormatError` for a damaged file.
  package init(_ paths: [String]) throws {
    for path in paths {
      if let file = try FeatureFile(path) {
        features.append(file)
        continue
      }
      let before = groups.count
      try add(path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path, depth: 0)
      guard groups.count > before else {
        throw EquipoiseError(
          .usage, "no run is here", at: path,
          fix: "name \(.runFolder) or \(.comparisonFolder)")
      }
    }
    nameApart()
  }

  /// Folders of folders are searched as deep as `reproduce` and `sweep` lay them.
  private static let deepest = 5

  private mutating func add(_ path: String, depth: Int) throws {
    let run = RunFolder(path)
    if ExperimentFolder(path).isComparison {
      try add(Comparison(folder: path, saved: SavedComparison(in: path)))
    } else if run.isBegun {
      add(run)
    } else if depth < Self.deepest {
      if ExperimentFolder(path).isSearch { searches.append(path) }
      let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
      for name in names.sorted() { try add(path + "/" + name, depth: depth + 1) }
    }
  }

  private mutating func add(_ comparison: Comparison) {
    comparisons.append(comparison)
    let folder = ExperimentFolder(comparison.folder)
    func begun(_ group: RunGroupFolder) -> [RunFolder] {
      comparison.saved.everyFold.flatMap { fold in
        comparison.saved.seeds.map { group.fold(fold).run(seed: $0) }
      }.filter(\.isBegun)
    }
    for (place, entry) in comparison.saved.entries.enumerated() {
      let runs = begun(folder.entry(entry.name))
      guard !runs.isEmpty else { continue }
      groups.append(
        Group(
          name: entry.name, runs: runs,
          references: entry.references.mapValues { begun(RunGroupFolder($0)) },
          entry: (comparisons.count - 1, place)))
    }
  }

  /// A run of a group of runs belongs to the group of that name.
  private mutating func add(_ run: RunFolder) {
    let parent = RunGroupFolder(of: run)?.path
    let folder = parent.flatMap { $0 == "." ? nil : $0 } ?? run.path
    let name = (folder as NSString).lastPathComponent
    if let parent, let last = groups.last, last.name == name,
      last.runs.first.flatMap({ RunGroupFolder(of: $0)?.path }) == parent
    {
      groups[groups.count - 1].runs.append(run)
    } else {
      groups.append(Group(name: name, runs: [run], references: [:]))
    }
  }

  /// Groups of one name from different places get the place before it.
  private mutating func nameApart() {
    let names = Dictionary(grouping: groups.map(\.name)) { $0 }
    groups = groups.map { group in
      guard names[group.name]?.count ?? 0 > 1, let run = group.runs.first else { return group }
      let parts = run.path.split(separator: "/").suffix(3)
      let place = parts.dropLast(parts.last == Substring(group.name) ? 1 : 2).last ?? ""
      return Group(
        name: place.isEmpty ? group.name : "\(place)/\(group.name)", runs: group.runs,
        references: group.references, entry: group.entry)
    }
  }
}

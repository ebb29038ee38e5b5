// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseData
internal import EquipoisePreparation
internal import EquipoiseFormats

/// Collects what is wrong with a list and its files.
struct ListScan {
  private let source: MediaSource
  private(set) var items: [ScanItem] = []
  private var findings: [ScanReport.Finding] = []
  private var files: Set<String> = []
  /// What is found already: two modalities of one file would tell it twice.
  private var found: Set<ScanReport.Finding> = []
  /// Where each content was first seen, by digest.
  private var contents: [String: RawSample] = [:]

  init(_ source: MediaSource) { self.source = source }

  /// Finds what is missing, and names that lead out of the folder.
  mutating func lookForFiles() {
    for sample in source.samples {
      for (index, names) in sample.files.enumerated() {
        var paths: [String] = []
        for name in names {
          do {
            if try source.folder.holds(name, namedIn: sample.place) {
              paths.append(try source.folder.resolve(name, namedIn: sample.place))
            } else {
              note(.missing, sample.id, "\(source.modalities[index].name): \(name)")
            }
          } catch { note(.list, sample.id, "\(error)") }
        }
        files.formUnion(paths)
        if paths.count == names.count, !names.isEmpty {
          items.append(ScanItem(sample: sample, modality: index, files: paths))
        }
      }
    }
  }

  mutating func add(_ state: FileState, of item: ScanItem) {
    if let finding = state.finding { note(finding.kind, finding.subject, finding.detail) }
    for warning in state.warnings { note(.doubtful, item.sample.id, warning) }
    for digest in state.digests {
      guard let other = contents[digest] else {
        contents[digest] = item.sample
        continue
      }
      guard other.place != item.sample.place || other.id != item.sample.id else { continue }
      let isLeak = other.split != item.sample.split
      note(
        isLeak ? .leak : .duplicate, item.sample.id,
        "has the content of '\(other.id)'"
          + (isLeak ? ", which is for \(other.split.rawValue)" : ""))
    }
  }

  /// The findings with those of the list itself.
  func report(input: String) -> ScanReport {
    var scan = self
    scan.compareNames()
    scan.compareGroups()
    scan.lookForLoneSamples()
    let counts = Dictionary(
      uniqueKeysWithValues: Split.allCases.map { split in (split.rawValue, classCounts(split)) })
    for (name, count) in zip(source.classes, classCounts(.train)) where count == 0 {
      scan.note(.absent, name, "no training samples")
    }
    let kinds = ScanReport.Finding.Kind.allCases
    return ScanReport(
      input: input, samples: source.samples.count, files: files.count, classes: source.classes,
      counts: counts, notes: source.notes,
      findings: kinds.flatMap { kind in scan.findings.filter { $0.kind == kind } })
  }

  private func classCounts(_ split: Split) -> [Int] {
    var counts = [Int](repeating: 0, count: source.classes.count)
    for sample in source.samples where sample.split == split {
      guard let targets = sample.targets else {
        counts[sample.label] += 1
        continue
      }
      // Several labels; a regression has no counts.
      for label in counts.indices where targets[label] == 1 { counts[label] += 1 }
    }
    return counts
  }

  private mutating func compareNames() {
    var seen: [String: RawSample] = [:]
    for sample in source.samples {
      if let other = seen[sample.id] {
        let isLeak = other.split != sample.split
        note(
          isLeak ? .leak : .duplicate, sample.id,
          "listed at \(other.place) and at \(sample.place)"
            + (isLeak ? ", for \(other.split.rawValue) and \(sample.split.rawValue)" : ""))
      }
      seen[sample.id] = sample
    }
  }

  private mutating func compareGroups() {
    var splits: [String: Set<Split>] = [:]
    for sample in source.samples {
      if let group = sample.group { splits[group, default: []].insert(sample.split) }
    }
    for (group, found) in splits.sorted(by: { $0.key < $1.key }) where found.count > 1 {
      let names = Split.allCases.filter(found.contains).map(\.rawValue)
      note(.leak, group, "the group is in \(names.joined(separator: " and "))")
    }
  }

  /// Samples without a group where others have one, and classes of which one group has all.
  private mutating func lookForLoneSamples() {
    let grouped = source.samples.filter { $0.group != nil }
    guard !grouped.isEmpty else { return }
    for sample in source.samples where sample.group == nil {
      note(.group, sample.id, "has no group, as \(grouped.count) others have")
    }
    guard source.task == .classification else { return }
    var groups = [Set<String>](repeating: [], count: source.classes.count)
    for sample in source.samples { groups[sample.label].insert(sample.group ?? "(\(sample.id))") }
    for (name, groups) in zip(source.classes, groups) where groups.count == 1 {
      note(
        .group, name,
        "all its samples are of group '\(groups.first ?? "")', so it cannot be in two "
          + "splits that share no group")
    }
  }

  mutating func note(
    _ kind: ScanReport.Finding.Kind, _ subject: String, _ detail: String
  ) {
    let finding = ScanReport.Finding(kind: kind, subject: subject, detail: detail)
    if found.insert(finding).inserted { findings.append(finding) }
  }
}

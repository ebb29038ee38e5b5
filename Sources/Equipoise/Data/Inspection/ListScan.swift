internal import Formats

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

  /// Finds what is missing. Throws `EquipoiseError` for a file outside of the folder.
  mutating func lookForFiles() throws {
    for sample in source.samples {
      for (index, names) in sample.files.enumerated() {
        var paths: [String] = []
        for name in names {
          if try source.folder.holds(name, namedIn: sample.place) {
            paths.append(try source.folder.resolve(name, namedIn: sample.place))
          } else {
            note(.missing, sample.id, "\(source.modalities[index].name): \(name)")
          }
        }
        files.formUnion(paths)
        if paths.count == names.count {
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
    let counts = Dictionary(
      uniqueKeysWithValues: Split.allCases.map { split in (split.rawValue, classCounts(split)) })
    for (name, count) in zip(source.classes, classCounts(.train)) where count == 0 {
      scan.note(.absent, name, "no training samples")
    }
    let kinds = ScanReport.Finding.Kind.allCases
    return ScanReport(
      input: input, samples: source.samples.count, files: files.count, classes: source.classes,
      counts: counts, findings: kinds.flatMap { kind in scan.findings.filter { $0.kind == kind } })
  }

  private func classCounts(_ split: Split) -> [Int] {
    var counts = [Int](repeating: 0, count: source.classes.count)
    for sample in source.samples where sample.split == split { counts[sample.label] += 1 }
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

  private mutating func note(
    _ kind: ScanReport.Finding.Kind, _ subject: String, _ detail: String
  ) {
    let finding = ScanReport.Finding(kind: kind, subject: subject, detail: detail)
    if found.insert(finding).inserted { findings.append(finding) }
  }
}

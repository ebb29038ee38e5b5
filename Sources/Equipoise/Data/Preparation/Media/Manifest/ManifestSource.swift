internal import Formats
internal import Foundation

/// From the words of a list to classes, splits and features.
struct ManifestSource {
  private let listed: ListedSamples
  private let folder: MediaFolder
  private let options: ManifestOptions
  private let media: MediaPreparation
  private let order: [Int]

  init(
    _ listed: ListedSamples, folder: MediaFolder, options: ManifestOptions,
    media: MediaPreparation
  ) throws {
    (self.listed, self.folder, self.options, self.media) = (listed, folder, options, media)
    guard !listed.rows.isEmpty, !listed.modalities.isEmpty else {
      throw EquipoiseError(
        .data, "it lists no \(listed.rows.isEmpty ? "samples" : "modalities")", at: listed.place,
        fix: "give one row per sample and one column per modality")
    }
    order = listed.modalities.indices.sorted { listed.modalities[$0] < listed.modalities[$1] }
  }

  /// Throws `EquipoiseError` naming the line at fault.
  func source() throws -> MediaSource {
    let classes = try classes
    let numbers = Dictionary(uniqueKeysWithValues: classes.enumerated().map { ($1, $0) })
    let hasSplits = listed.rows.contains { !$0.split.isEmpty }
    let splits = splitNames
    var samples = try listed.rows.compactMap { row in
      try media.collecting { try sample(row, numbers, hasSplits ? splits : nil) }
    }
    try refuseUnlearnable(samples, classes)
    let notes = try hasSplits ? SplitNotes.of(samples) : assigned(&samples, classes)
    return MediaSource(
      name: options.name ?? URL(fileURLWithPath: folder.path).lastPathComponent, folder: folder,
      classes: classes, modalities: try order.map(modality), samples: samples,
      expectCounts: options.expectCounts,
      extra: ["split": hasSplits ? "as listed" : "by class and seed \(options.seed)"],
      notes: listed.notes + (SampleGroups(samples)?.note.map { [$0] } ?? []) + notes)
  }

  private func sample(
    _ row: ListedSamples.Row, _ numbers: [String: Int], _ splits: [String: Split]?
  ) throws -> RawSample {
    guard !row.label.isEmpty else {
      throw EquipoiseError(
        .data, "the sample has no label", at: row.place, fix: "give it one or leave it out")
    }
    guard let label = numbers[row.label] else {
      throw EquipoiseError(
        .data, "'\(row.label)' is none of the \(numbers.count) classes", at: row.place,
        fix: Nearest.hint(row.label, in: numbers.keys.sorted()))
    }
    guard let split = splits.map({ $0[row.split] }) ?? .train else {
      throw EquipoiseError(
        .data, "'\(row.split)' is no split", at: row.place,
        fix: Nearest.hint(row.split, in: splits?.keys.sorted() ?? []))
    }
    return RawSample(
      id: row.id, split: split, label: label, group: row.group.flatMap { $0.isEmpty ? nil : $0 },
      files: order.map { [row.files[$0]] }, place: row.place)
  }

  /// What training would refuse after all has been decoded.
  private func refuseUnlearnable(_ samples: [RawSample], _ classes: [String]) throws {
    let names = Enumeration.text(classes.map { "'\($0)'" })
    if classes.count < 2 {
      try media.report(
        EquipoiseError(
          .data, "all samples are of one class, \(names)", at: listed.place,
          fix: "add samples of at least one other class"))
    }
    let trained = Set(samples.filter { $0.split == .train }.map(\.label))
    let absent = classes.indices.filter { !trained.contains($0) }
    // A scan tells it itself.
    guard !trained.isEmpty, !absent.isEmpty, media.faults == nil else { return }
    throw EquipoiseError(
      .data,
      "no sample for training is of class \(Enumeration.text(absent.map { "'\(classes[$0])'" }))",
      at: listed.place, fix: "add some, or leave the class out")
  }

  private func assigned(
    _ samples: inout [RawSample], _ classes: [String]
  ) throws -> [String] {
    try SplitAssignment(
      classes: classes, seed: options.seed, keepsGroups: options.keepGroups, place: listed.place,
      remedy:
        "add groups, give the splits yourself, or let groups be in several splits, which lets "
        + "a model know test speakers from training, with --set keepGroups=false"
    ).assign(&samples, test: options.testShare, validation: options.validationShare)
  }

  /// The names among `known` that are to be used. Throws `EquipoiseError` for one that is not there.
  static func selected(_ known: [String], _ only: [String]?) throws -> [String] {
    for name in only ?? [] where !known.contains(name) {
      throw EquipoiseError(
        .configuration, "there is no modality '\(name)'", at: "only",
        fix: Nearest.hint(name, in: known))
    }
    return known.filter { only?.contains($0) ?? true }
  }

  private var classes: [String] {
    get throws {
      let found = Set(listed.rows.map(\.label)).subtracting([""])
      if let classes = options.classes { return classes }
      let numbers = found.compactMap(Int.init)
      return numbers.count == found.count
        ? found.sorted { (Int($0) ?? 0, $0) < (Int($1) ?? 0, $1) } : found.sorted()
    }
  }

  private var splitNames: [String: Split] {
    let values = options.splitValues
    let pairs =
      values.train.map { ($0, Split.train) } + values.validation.map { ($0, Split.validation) }
      + values.test.map { ($0, Split.test) } + Split.allCases.map { ($0.rawValue, $0) }
    return Dictionary(pairs, uniquingKeysWith: { first, _ in first })
  }

  private func modality(_ index: Int) throws -> MediaModality {
    let name = listed.modalities[index]
    let options = self.options.modalities[name] ?? MediaModalityOptions()
    let (first, place) = (listed.rows[0].files[index], listed.rows[0].place)
    var kind = options.kind ?? listed.kinds[name] ?? MediaKind(file: first)
    if options.kind == nil, kind == .frames, name == "audio" { kind = .spectrogram }
    guard let kind else {
      throw EquipoiseError(
        .data, "it is not clear what '\(first)' in column '\(name)' is", at: place,
        fix: "say so with --set modalities.\(name).kind="
          + MediaKind.allCases.map(\.rawValue).joined(separator: "|")
          + ", or leave the column out with --set only=[...]")
    }
    let path = kind == .array ? try folder.resolve(first, namedIn: place) : first
    let feature = try options.feature(kind, like: path)
    return MediaModality(
      name: name, feature: feature,
      standardised: options.standardise && feature.description.type != .uint8)
  }
}

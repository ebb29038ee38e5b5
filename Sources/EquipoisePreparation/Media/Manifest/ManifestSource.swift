// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseFeatures
internal import EquipoiseSettings
internal import EquipoiseKit
internal import EquipoiseData
internal import EquipoiseFormats
internal import Foundation

/// From the words of a list to classes, splits and features.
struct ManifestSource {
  let listed: ListedSamples
  let folder: MediaFolder
  private let options: ManifestOptions
  private let media: MediaPreparation
  private let order: [Int]
  /// Whether files that are corrupt or differ from others are for the work itself to name.
  private var tolerant: Bool { media.maxCorrupt > 0 || media.faults != nil }

  init(
    _ listed: ListedSamples, folder: MediaFolder, options: ManifestOptions,
    media: MediaPreparation
  ) throws {
    (self.folder, self.options, self.media) = (folder, options, media)
    let listed = try Self.dropped(listed, folder, options)
    self.listed = listed
    guard !listed.rows.isEmpty, !listed.modalities.isEmpty else {
      throw EquipoiseError(
        .data, "it lists no \(listed.rows.isEmpty ? "samples" : "modalities")", at: listed.place,
        fix: "give one row per sample and one column per modality")
    }
    order = listed.modalities.indices.sorted { listed.modalities[$0] < listed.modalities[$1] }
  }

  /// Without the rows that lack a file, where these are to be left out.
  private static func dropped(
    _ listed: ListedSamples, _ folder: MediaFolder, _ options: ManifestOptions
  ) throws -> ListedSamples {
    guard options.missing == .drop else { return listed }
    let kept = try listed.rows.indices.filter { row in
      try zip(listed.modalities, listed.rows[row].files).allSatisfy { name, file in
        if options.modalities[name]?.kind == .text, InlineText.text(file) != nil { return true }
        return try !file.isEmpty && folder.holds(file, namedIn: listed.rows[row].place)
      }
    }
    guard kept.count < listed.rows.count else { return listed }
    var left = listed
    left.rows = kept.map { listed.rows[$0] }
    left.answers = listed.answers?.rows(kept)
    left.notes.append(
      "left out \(Enumeration.count(listed.rows.count - kept.count, "sample")) of \(listed.rows.count) that lack a modality"
    )
    return left
  }

  /// Samples with what they are to be told by, and the names of that.
  private struct Read {
    var samples: [RawSample]
    let classes: [String]
    /// The classes that splits are to keep even; one where samples do not have one class each.
    let strata: [String]
    var notes: [String] = []
  }

  /// Throws `EquipoiseError` naming the line at fault.
  func source() throws -> MediaSource {
    let hasSplits = listed.rows.contains { !$0.split.isEmpty }
    let splits = hasSplits ? SplitWords(options.splitValues, takesNames: true) : nil
    var read = try listed.answers.map { try answered($0, splits) } ?? labelled(splits)
    let notes =
      try hasSplits
      ? SplitNotes.of(read.samples, read.strata) : assigned(&read.samples, read.strata)
    let basis = listed.answers == nil ? "class and " : ""
    var said: [String] = []
    let modalities = try order.map { try modality($0, &said) }
    var source = MediaSource(
      name: options.name ?? URL(fileURLWithPath: folder.path).lastPathComponent, folder: folder,
      classes: read.classes, modalities: modalities, samples: read.samples,
      expectCounts: options.expectCounts,
      extra: ["split": hasSplits ? "as listed" : "by \(basis)seed \(options.seed)"],
      notes: listed.notes + read.notes + (SampleGroups(read.samples)?.note.map { [$0] } ?? [])
        + notes + said)
    (source.task, source.targets) = (options.task, listed.answers?.targets ?? [])
    source.allowsMissing = options.missing == .absent
    return source
  }

  /// Samples of one class each.
  private func labelled(_ splits: SplitWords?) throws -> Read {
    let labels = try labels
    let samples = try zip(listed.rows, labels.codes).compactMap { row, code in
      try media.collecting { try sample(row, code, labels.classes, splits) }
    }
    try refuseUnlearnable(samples, labels.classes)
    return Read(
      samples: samples, classes: labels.classes, strata: labels.classes, notes: labels.notes)
  }

  /// Samples of several labels, or of numbers.
  private func answered(_ answers: TableAnswers, _ splits: SplitWords?) throws -> Read {
    let samples = try zip(listed.rows, answers.answers).compactMap { row, answer in
      try media.collecting {
        guard case .targets(let targets) = answer else { throw noLabel(row) }
        var sample = try sample(row, 0, [], splits)
        sample.targets = targets
        return sample
      }
    }
    return Read(samples: samples, classes: answers.classes, strata: ["all"])
  }

  private func sample(
    _ row: ListedSamples.Row, _ code: Int?, _ classes: [String], _ splits: SplitWords?
  ) throws -> RawSample {
    guard let label = code else {
      throw TableCell.isMissing(TableCell.trimmed(row.label))
        ? noLabel(row)
        : EquipoiseError(
          .data, "'\(row.label)' is not one of the \(classes.count) classes", at: row.place,
          fix: Nearest.hint(row.label, in: classes))
    }
    guard let split = splits.map({ $0[row.split] }) ?? .train else {
      throw EquipoiseError(
        .data, row.split.isEmpty ? "the sample has no split" : "'\(row.split)' is not a split",
        at: row.place,
        fix: row.split.isEmpty
          ? "give every sample one, or none"
          : Nearest.hint(row.split, in: splits?.words ?? []))
    }
    return RawSample(
      id: row.id, split: split, label: label, group: row.group.flatMap { $0.isEmpty ? nil : $0 },
      files: order.map { row.files[$0].isEmpty ? [] : [row.files[$0]] }, place: row.place)
  }

  private func noLabel(_ row: ListedSamples.Row) -> EquipoiseError {
    EquipoiseError(
      .data, "the sample has no label", at: row.place, fix: "give it one or leave it out")
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
        + "a model know test speakers from training, with \(.setting("keepGroups=false"))"
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

  private var labels: ClassLabels {
    get throws {
      let cells = listed.rows.map(\.label)
      let place = { listed.rows[$0].place }
      guard let column = listed.labelColumn else {
        if options.classes == nil {
          try ClassLabels.refuseSpellings(folders: cells, at: listed.place)
        }
        return try ClassLabels(folders: cells, naming: options.classes)
      }
      do {
        if media.faults == nil, let row = ClassLabels.missing(cells, naming: options.classes) {
          throw noLabel(listed.rows[row])
        }
        return try ClassLabels(cells, of: column, naming: options.classes, at: place)
      } catch let error as EquipoiseError {
        // A scan goes on with the words as they are.
        try media.report(error)
        return try ClassLabels(
          folders: cells.map(TableCell.trimmed), naming: options.classes)
      }
    }
  }

  private func modality(_ index: Int, _ notes: inout [String]) throws -> MediaModality {
    let name = listed.modalities[index]
    guard listed.rows.contains(where: { !$0.files[index].isEmpty }) else {
      throw EquipoiseError(
        .data, "no sample has a file in column '\(name)'", at: listed.place,
        fix: "leave the column out with \(.setting("only=[...]"))")
    }
    let section = options.modalities[name] ?? FeatureSection()
    var settings = section.settings
    if let auto = settings as? AutoFeature {
      settings = auto.settings(for: try kind(index), of: media.features)
    }
    let modality: MediaModality
    if let array = settings as? ArrayConfiguration {
      modality = MediaModality(name: name, feature: try arrays(index, array))
    } else if let text = settings as? TextConfiguration {
      let (modality, note) = try texts(index, text)
      notes.append(note)
      return modality
    } else if let settings = settings as? any MediaFeatureConfiguration {
      modality = try MediaModality(name: name, feature: settings)
    } else {
      preconditionFailure("ManifestSource: '\(section.name)' makes no feature")
    }
    return MediaModality(
      name: name, feature: modality.feature, record: modality.record,
      standardised: section.standardise && modality.feature.description.type != .uint8)
  }

  /// The kind of a column's files, which have to agree.
  private func kind(_ index: Int) throws -> MediaKind {
    let name = listed.modalities[index]
    if let kind = listed.kinds[name] { return kind }
    var first: (kind: MediaKind, file: String, place: String)?
    for row in listed.rows {
      let file = row.files[index]
      guard !file.isEmpty else { continue }
      guard var kind = media.features.kind(ofFile: file) else {
        try media.report(
          EquipoiseError(
            .data, "it is not clear what '\(file)' in column '\(name)' is", at: row.place,
            fix: "say so with \(.setting("modalities.\(name).kind=KIND")), of "
              + media.features.names.joined(separator: ", ")
              + ", or leave the column out with \(.setting("only=[...]"))"))
        continue
      }
      if kind == .frames, name == "audio" { kind = .spectrogram }
      guard let known = first else {
        first = (kind, file, row.place)
        continue
      }
      guard known.kind == kind else {
        // A path that leads elsewhere is the graver mistake.
        for (file, place) in [(known.file, known.place), (file, row.place)] {
          guard try folder.holds(file, namedIn: place) else { continue }
          _ = try folder.resolve(file, namedIn: place)
        }
        try media.report(
          EquipoiseError(
            .data,
            "'\(file)' in column '\(name)' is taken as \(kind.rawValue), but '\(known.file)' as "
              + known.kind.rawValue, at: row.place,
            fix:
              "give a column files of one kind, or say with \(.setting("modalities.\(name).kind=KIND")) what to "
              + "make of all"))
        continue
      }
    }
    return first?.kind ?? .frames
  }

  /// What the headers of a column's arrays agree on, of those that are there.
  private func arrays(_ index: Int, _ settings: ArrayConfiguration) throws -> ArrayFeature {
    let name = listed.modalities[index]
    let rows = listed.rows.filter { !$0.files[index].isEmpty }
    let there = try rows.filter { try folder.holds($0.files[index], namedIn: $0.place) }
    let files = try (there.isEmpty ? Array(rows.prefix(1)) : there).map { row in
      (path: try folder.resolve(row.files[index], namedIn: row.place), place: row.place)
    }
    let key = try ArrayFile.key(
      in: files.map(\.path), settings.key, for: name, setting: "modalities.\(name).key")
    return try ArrayFeature(like: files, key: key, length: settings.length, tolerant: tolerant)
  }
}

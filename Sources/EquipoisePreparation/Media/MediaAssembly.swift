// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseFeatures
internal import EquipoiseKit
internal import EquipoiseData
internal import EquipoiseFormats
internal import Foundation

/// A sample that is left out because a file of it is corrupt, or used though one is doubtful.
struct CorruptFile {
  let sample: ResolvedSample
  let modality: String
  let problem: String
}

/// Puts finished parts together into a prepared dataset.
struct MediaAssembly {
  let source: MediaSource
  let samples: [ResolvedSample]
  let parts: [MediaPart]
  let folder: String
  let corrupt: [Int: CorruptFile]
  var warnings: [CorruptFile] = []
  let extra: [String: String]

  /// Writes the dataset and what was left out of it; `note` is told how many series were cut.
  func write(
    to output: String, missing: ResolvedSamples, note: (String) -> Void
  ) throws -> DatasetDescription {
    let groups = SampleGroups(samples)
    let writer = try DatasetWriter(
      folder: output, description: try description(groups),
      standardising: Set(source.modalities.filter(\.standardised).map(\.name)),
      lengths: Set(source.modalities.filter(\.hasLengths).map(\.name)),
      absences: Set(samples.flatMap(absent)))
    var cut = [Int](repeating: 0, count: source.modalities.count)
    let width = source.modalities.count
    for start in stride(from: 0, to: parts.count, by: width) {
      let chunk = try parts[start..<start + width].map(read)
      for (row, index) in parts[start].samples.enumerated() where corrupt[index] == nil {
        let sample = samples[index]
        var prepared = PreparedSample(
          inputs: chunk.map { $0.array.row(row) }, answer: sample.answer,
          group: groups?.numbers[index],
          id: sample.id)
        prepared.absent = absent(sample)
        for (place, modality) in source.modalities.enumerated() {
          guard let steps = chunk[place].steps?[row], !prepared.absent.contains(modality.name)
          else { continue }
          let most = modality.feature.description.shape[0]
          prepared.lengths[modality.name] = min(steps, most)
          if steps > most { cut[place] += 1 }
        }
        try writer.append(prepared, to: sample.split)
      }
    }
    for (modality, count) in zip(source.modalities, cut) where count > 0 {
      note(
        "\(Enumeration.count(count, "sample")) of '\(modality.name)' had more than "
          + "\(modality.feature.description.shape[0]) \(modality.unit): the rest was cut off")
    }
    let description = try writer.finish()
    for modality in source.modalities {
      try (modality.feature as? TextFeature)?.writeTokenizer(to: output)
    }
    try MediaRecord(source).write(to: output)
    let left = corrupt.sorted(by: { $0.key < $1.key }).map(\.value)
    if !left.isEmpty { try write(left, to: output + "/corrupt.csv") }
    if !warnings.isEmpty { try write(warnings, to: output + "/warnings.csv") }
    if !missing.missing.isEmpty {
      try AtomicFile.write(data: Data(missing.table.utf8), to: output + "/missing.csv")
    }
    return description
  }

  /// The modalities that a sample lacks.
  private func absent(_ sample: ResolvedSample) -> Set<String> {
    Set(zip(source.modalities, sample.paths).filter { $1.isEmpty }.map(\.0.name))
  }

  private func read(_ part: MediaPart) throws -> MediaPartContent {
    let path = folder + "/" + part.name
    let modality = source.modalities[part.modality]
    guard
      let content = MediaPartContent(
        of: path, like: modality.feature.description, hasLengths: modality.hasLengths,
        count: part.samples.count)
    else {
      throw EquipoiseError(
        .data, "the part was damaged after it was made", at: path,
        fix: "check the disk and \(.preparingAgain)")
    }
    return content
  }

  /// Throws what writing would throw of names and shapes, before anything is decoded.
  func check(at place: String) throws { try description(SampleGroups(samples)).check(at: place) }

  private func description(_ groups: SampleGroups?) throws -> DatasetDescription {
    var notes = source.extra.merging(extra) { $1 }
    if let groups, groups.names.count <= 200 {
      notes[MediaNotes.groups] = groups.names.joined(separator: ", ")
    }
    if !corrupt.isEmpty { notes[MediaNotes.leftOut] = "\(corrupt.count)" }
    for modality in source.modalities {
      notes[MediaNotes.key(ofModality: modality.name)] = try modality.record.text
    }
    return DatasetDescription(
      name: source.name, classes: source.classes,
      modalities: Dictionary(
        uniqueKeysWithValues: source.modalities.map { ($0.name, $0.feature.description) }),
      extra: notes, task: source.task, targets: source.targets)
  }

  private func write(_ files: [CorruptFile], to path: String) throws {
    var table = CSV.line(["id", "split", "modality", "files", "problem"])
    for file in files {
      let index = source.modalities.firstIndex { $0.name == file.modality }
      table += CSV.line([
        file.sample.id, file.sample.split.rawValue, file.modality,
        index.map {
          file.sample.paths[$0].map { InlineText.text($0) ?? $0 }.joined(separator: " ")
        } ?? "", file.problem,
      ])
    }
    try AtomicFile.write(data: Data(table.utf8), to: path)
  }
}

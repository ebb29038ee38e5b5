// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseFeatures
internal import EquipoiseKit
internal import EquipoiseMedia
internal import EquipoiseData
internal import EquipoiseFormats
internal import Foundation

/// Makes the prepared dataset of a list of raw samples, part by part beside it, so that a run that was
/// killed goes on where it was and a changed option makes again only what depends on it.
struct MediaPreparer {
  private let recipe: String
  private let source: MediaSource
  private let output: String
  private let media: MediaPreparation
  private let decoder: any MediaDecoding
  private var work: String { output + ".parts" }

  init(
    recipe: String, source: MediaSource, output: String, media: MediaPreparation,
    decoder: any MediaDecoding
  ) {
    self.recipe = recipe
    self.source = source
    self.output = output.hasSuffix("/") ? String(output.dropLast()) : output
    self.media = media
    self.decoder = decoder
  }

  func run(_ report: (PreparationEvent) -> Void) throws -> DatasetDescription {
    let former = try MediaOutput(output, recipe: recipe)
    for note in source.notes { report(.note(note)) }
    try source.check()
    let resolved = try ResolvedSamples(source)
    try check(resolved, report)
    try MediaAssembly(
      source: source, samples: resolved.samples, parts: [], folder: "", corrupt: [:], extra: [:]
    ).check(at: source.folder.path)
    let parts = try PartMaker.parts(resolved.samples, source)
    let key = key(parts, resolved.samples)
    if let description = former.description,
      former.key == key || former.key == keyOfVersion1(parts, resolved.samples),
      former.leftOut <= media.maxCorrupt, !media.verify || isCurrent(parts, resolved.samples)
    {
      // Datasets of earlier versions have none.
      if !FileManager.default.fileExists(atPath: output + "/" + MediaRecord.fileName) {
        try MediaRecord(source).write(to: output)
      }
      let compared = media.verify ? ", and the files have the content that it was made of" : ""
      report(.note("\(output) is up to date\(compared): nothing to do"))
      return description
    }
    try FileSystem.makeWritableFolder(FileSystem.folder(of: output))
    try FileSystem.makeWritableFolder(work)
    let lock = try ProcessLock(folder: work) { report(.note($0)) }
    defer { withExtendedLifetime(lock) {} }
    try removeLeftovers()
    try checkSpace(parts, report)
    let (corrupt, warnings) = try make(parts, resolved.samples, report)
    let assembly = MediaAssembly(
      source: source, samples: resolved.samples, parts: parts, folder: work, corrupt: corrupt,
      warnings: warnings, extra: [MediaNotes.recipe: recipe, MediaNotes.prepared: key])
    let description = try assembly.write(to: work + "/dataset", missing: resolved) {
      report(.note($0))
    }
    try former.replace(by: work + "/dataset", keeping: work + "/replaced")
    try removeUnused(parts)
    if !corrupt.isEmpty {
      report(
        .note("left out \(corrupt.count) corrupt samples, listed in \(output)/corrupt.csv"))
    }
    if let first = warnings.first {
      report(
        .note(
          "\(warnings.count) \(warnings.count == 1 ? "sample is" : "samples are") used but doubtful, "
            + "listed in \(output)/warnings.csv; the first is '\(first.sample.id)': \(first.problem)"
        ))
    }
    report(
      .note("finished parts stay in \(work), for runs with changed options; remove it at will"))
    return description
  }

  private func check(_ resolved: ResolvedSamples, _ report: (PreparationEvent) -> Void) throws {
    let list = output + ".missing.csv"
    if !resolved.missing.isEmpty, source.expectCounts {
      try AtomicFile.write(data: Data(resolved.table.utf8), to: list)
    } else {
      try? FileSystem.remove(list)
    }
    try SampleCounts.check(source, resolved, report: list)
    if !resolved.missing.isEmpty {
      let count = Set(resolved.missing.map(\.id)).count
      report(.note("left out \(count) samples without files, listed in \(output)/missing.csv"))
    }
    for (modality, count) in resolved.absences(source) {
      report(
        .note(Enumeration.lacking(count, of: resolved.samples.count, modality)))
    }
    guard resolved.samples.contains(where: { $0.split == .train }) else {
      throw EquipoiseError(
        .data, "there are no samples for training", at: source.folder.path,
        fix: "check the list and its splits")
    }
  }

  /// A hash of all that the dataset depends on.
  private func key(_ parts: [MediaPart], _ samples: [ResolvedSample]) -> String {
    var text = ([recipe, source.name, "\(source.classes.count)"] + source.classes).map { "\($0)\n" }
      .joined()
    text += source.extra.sorted { $0.key < $1.key }.map { "\($0.key)\t\($0.value)\n" }.joined()
    text += source.modalities.map { "\($0.name)\t\($0.standardised)\n" }.joined()
    if source.task != .classification {
      // Datasets of former versions keep their keys.
      text += ([source.task.rawValue] + source.targets.map { "\($0.sentence)\t\($0.unit ?? "")" })
        .map { "\($0)\n" }.joined()
      text += source.targets.compactMap { $0.sentiment.map { "sentiment\t\($0)\n" } }.joined()
      text += samples.map { "\($0.targets ?? [])\n" }.joined()
    }
    for sample in samples {
      text += "\(sample.id)\t\(sample.split.rawValue)\t\(sample.label)\t\(sample.group ?? "")\n"
    }
    text += parts.map(\.name).joined(separator: "\n")
    return Digest.sha256Hex(of: Array(text.utf8))
  }

  /// What the first version noted of the same dataset, so that it is not made again: it hashed what Swift prints
  /// of lists.
  private func keyOfVersion1(_ parts: [MediaPart], _ samples: [ResolvedSample]) -> String {
    func quoted(_ text: String) -> String { String(reflecting: text) }
    let classes = "[" + source.classes.map(quoted).joined(separator: ", ") + "]"
    let extra = source.extra.sorted { $0 < $1 }
      .map { "(key: \(quoted($0.key)), value: \(quoted($0.value)))" }.joined(separator: ", ")
    var text = "\(recipe)\n\(source.name)\n\(classes)\n[\(extra)]\n"
    text += source.modalities.map { "\($0.name) \($0.standardised)\n" }.joined()
    for sample in samples {
      text += "\(sample.id)\t\(sample.split.rawValue)\t\(sample.label)\t\(sample.group ?? "")\n"
    }
    text += parts.map { $0.nameOfVersion1(samples, source) ?? $0.name }.joined(separator: "\n")
    return Digest.sha256Hex(of: Array(text.utf8))
  }

  /// Of a process that was killed; no other one runs, as this one has the lock.
  private func removeLeftovers() throws {
    for name in try FileSystem.names(in: work)
    where Leftovers.isOne(name) || name == "dataset" || name == "replaced" {
      try FileSystem.remove(work + "/" + name)
    }
  }

  private func removeUnused(_ parts: [MediaPart]) throws {
    let used = Set(parts.map(\.name))
    for name in try FileSystem.names(in: work)
    where name.hasSuffix(".safetensors") && !used.contains(name) {
      try FileSystem.remove(work + "/" + name)
    }
  }

  private func checkSpace(_ parts: [MediaPart], _ report: (PreparationEvent) -> Void) throws {
    func bytes(_ part: MediaPart) -> Int {
      part.samples.count * source.modalities[part.modality].feature.description.byteCount
    }
    let all = parts.reduce(0) { $0 + bytes($1) }
    let missing = parts.filter { !FileManager.default.fileExists(atPath: work + "/" + $0.name) }
    let needed = all + missing.reduce(0) { $0 + bytes($1) }
    let free = try FileSystem.freeBytes(at: work)
    let megabytes = { (count: Int64) in "\((count + 999_999) / 1_000_000) MB" }
    report(.note("needs \(megabytes(Int64(needed))) of disk; \(megabytes(free)) are free"))
    guard needed <= free else {
      throw EquipoiseError(
        .data, "\(megabytes(Int64(needed))) are needed and \(megabytes(free)) are free", at: work,
        fix: "make room, choose another disk, or store less: fewer frames, smaller images, float16")
    }
  }

  private func isCurrent(_ parts: [MediaPart], _ samples: [ResolvedSample]) -> Bool {
    let maker = maker(samples)
    let queue = PrefetchQueue(
      0..<parts.count, workers: media.workers, capacity: 2 * media.workers
    ) { maker.isCurrent(parts[$0]) }
    defer { queue.stop() }
    return parts.indices.allSatisfy { (try? queue.take($0)) ?? false }
  }

  private func maker(_ samples: [ResolvedSample]) -> PartMaker {
    PartMaker(
      source: source, samples: samples, folder: work, decoder: decoder,
      stopsAtCorrupt: media.maxCorrupt == 0, verifies: media.verify)
  }

  /// The corrupt samples, by place in the list, with what is wrong; and the doubtful files of others.
  private func make(
    _ parts: [MediaPart], _ samples: [ResolvedSample], _ report: (PreparationEvent) -> Void
  ) throws -> ([Int: CorruptFile], [CorruptFile]) {
    let maker = maker(samples)
    let queue = PrefetchQueue(
      0..<parts.count, workers: media.workers, capacity: 2 * media.workers
    ) { try maker.make(parts[$0]) }
    defer { queue.stop() }
    var corrupt: [Int: CorruptFile] = [:]
    var warnings: [CorruptFile] = []
    var done = 0
    report(.progress(0, of: samples.count))
    for (index, part) in parts.enumerated() {
      let findings = try queue.take(index)
      for (sample, warning) in findings.warnings.sorted(by: { $0.key < $1.key }) {
        warnings.append(
          CorruptFile(
            sample: samples[sample], modality: source.modalities[part.modality].name,
            problem: warning))
      }
      for (sample, problem) in findings.corrupt.sorted(by: { $0.key < $1.key }) {
        if corrupt[sample] == nil {
          corrupt[sample] = CorruptFile(
            sample: samples[sample], modality: source.modalities[part.modality].name,
            problem: problem)
        }
        guard corrupt.count <= media.maxCorrupt else {
          throw EquipoiseError(
            .data,
            "\(corrupt.count) samples are corrupt, the last is '\(samples[sample].id)': \(problem)",
            at: samples[sample].place,
            fix: "repair them, or allow more than \(.argument("maxCorrupt=\(media.maxCorrupt)"))")
        }
      }
      // The parts of the same samples follow one another.
      if part.modality == source.modalities.count - 1 {
        done += part.samples.count
        report(.progress(done, of: samples.count))
      }
    }
    return (corrupt, warnings)
  }
}

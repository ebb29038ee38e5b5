// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseMedia
internal import EquipoiseSettings
package import EquipoiseData
internal import EquipoiseFeatures
package import EquipoisePreparation
package import EquipoiseTraining
internal import EquipoiseFormats
internal import Foundation

/// Raw files that become arrays exactly as those of the run's dataset did. Files are decoded a few samples
/// ahead of the batch at hand, and nothing else is held in memory.
package struct MediaPredictionSource: PredictionSource {
  package let modalities: [DatasetModality]
  private let samples: [Sample]
  /// As `modalities`.
  private let features: [MediaModality]
  private let decoder: any MediaDecoding
  private let media: MediaPreparation
  private let report: (String) -> Void

  /// One sample's files, which are there.
  private struct Sample: Sendable {
    let id: String
    let label: Int?
    /// In the order of the modalities; nil of one that the sample lacks.
    let files: [String?]
    let place: String
  }

  /// The samples of a manifest or of a folder, whose files may lie in folders of any depth.
  ///
  /// - Parameters:
  ///   - input: a CSV or JSONL file or a folder, as recipe `manifest` takes them; columns that are not a
  ///     modality of the run's are ignored, and labels count where they are classes of the run's.
  ///   - root: the folder of the table's files; nil takes the table's own.
  ///   - run: what was trained.
  ///   - media: the decoder and the like.
  ///   - report: told of samples that are left out.
  /// - Throws: `EquipoiseError` or `FormatError` naming the line or file at fault.
  package init(
    manifest input: String, root: String? = nil, for run: RunParts, media: MediaPreparation,
    report: @escaping (String) -> Void = { _ in }
  ) throws {
    let known = run.dataset.modalities.map(\.name)
    let record = try MediaRecord(of: run.dataset)
    if let warning = record.warning { report(warning) }
    let lender = LentDecoder(media)
    let lent = lender.lent(media)
    var options = ManifestOptions()
    options.root = root
    // What a sample lacks is missing, as a modality is that all lack.
    options.missing = .absent
    for modality in run.dataset.modalities where modality.description.kind == .text {
      options.modalities[modality.name] = FeatureSection(TextConfiguration())
    }
    let wanted = try WantedModalities(run.dataset, record, lent)
    let (listed, folder) = try ManifestRecipe(options).listed(
      input: input, wanted: wanted, media: lent)
    listed.notes.forEach(report)
    guard !listed.modalities.isEmpty, !listed.rows.isEmpty else {
      if let refusal = wanted.refusal { throw refusal }
      throw EquipoiseError(
        .data,
        listed.rows.isEmpty
          ? "it lists no samples" : "it has none of the modalities that the run was trained on",
        at: listed.place, fix: "give files of one or more of \(known.joined(separator: ", "))")
    }
    let order = known.compactMap(listed.modalities.firstIndex)
    let classes = run.dataset.description.classes
    let numbers = Dictionary(classes.enumerated().map { ($1, $0) }) { first, _ in first }
    let samples = try listed.rows.map { row in
      Sample(
        id: row.id, label: numbers[TableCell.trimmed(row.label)],
        files: try order.map { place in
          let file = row.files[place]
          if file.isEmpty || InlineText.text(file) != nil { return file.isEmpty ? nil : file }
          return try folder.resolve(file, namedIn: row.place)
        }, place: row.place)
    }
    if let empty = samples.first(where: { $0.files.allSatisfy { $0 == nil } }) {
      throw EquipoiseError(
        .data, "sample '\(empty.id)' has none of the modalities", at: empty.place,
        fix: "give it a file of one at least, or leave it out")
    }
    try self.init(
      samples, of: order.map { listed.modalities[$0] }, run, record, lender, lent, report)
  }

  /// One sample of a file for each modality, named after the first file without its extension. Of a text it is the text
  /// itself, unless there is a file of this name or the name ends with `.txt`.
  ///
  /// - Parameters:
  ///   - files: paths by modality, or of a text what it says.
  ///   - run: what was trained.
  ///   - media: the decoder and the like.
  ///   - report: told of what is doubtful.
  /// - Throws: `EquipoiseError` or `FormatError` naming the file at fault.
  package init(
    files: [(modality: String, path: String)], for run: RunParts, media: MediaPreparation,
    report: @escaping (String) -> Void = { _ in }
  ) throws {
    let given = try ArrayPredictionSource.byModality(files, for: run)
    let record = try MediaRecord(of: run.dataset)
    if let warning = record.warning { report(warning) }
    let names = run.dataset.modalities.map(\.name).filter { given[$0] != nil }
    let paths = try run.dataset.modalities.compactMap { modality in
      try given[modality.name].map { try Self.file($0, of: modality) }
    }
    let first = (paths.first { InlineText.text($0) == nil } ?? "text") as NSString
    let sample = Sample(
      id: (first.lastPathComponent as NSString).deletingPathExtension, label: nil, files: paths,
      place: first as String)
    try self.init(
      [sample], of: names, run, record, LentDecoder(media), media, report)
  }

  private static func file(_ given: String, of modality: DatasetModality) throws -> String {
    if FileManager.default.fileExists(atPath: given) { return given }
    guard modality.description.kind == .text, !given.hasSuffix(".txt") else {
      throw EquipoiseError(.data, "there is no such file", at: given, fix: "check the path")
    }
    return InlineText.path(of: given)
  }

  private init(
    _ samples: [Sample], of names: [String], _ run: RunParts, _ record: MediaRecord,
    _ lender: LentDecoder, _ media: MediaPreparation, _ report: @escaping (String) -> Void
  ) throws {
    let present = run.dataset.modalities.filter { names.contains($0.name) }
    features = try present.map { try record.modality($0, of: run.dataset, by: media) }
    try lender.check(features)
    modalities = present
    decoder = lender.decoder
    (self.samples, self.media, self.report) = (samples, media, report)
  }

  package var count: Int { samples.count }

  package func name(of index: Int) -> String { samples[index].id }

  package func label(of index: Int) -> Int? { samples[index].label }

  package func forEachBatch(of size: Int, _ body: (HostBatch) throws -> Void) throws {
    let (samples, features, decoder) = (samples, features, decoder)
    // Results, not errors: a corrupt sample may be left out, and the others go on.
    let queue = PrefetchQueue(
      0..<samples.count, workers: media.workers, capacity: 2 * media.workers
    ) { index in
      let noting = NotingDecoder(decoder)
      return Result { try Self.arrays(of: samples[index], features, by: noting) }
        .map { ($0, noting.warnings) }
    }
    defer { queue.stop() }
    var (step, corrupt) = (0, 0)
    var rows: [(index: Int, inputs: [HostArray], steps: [Int?])] = []
    for index in samples.indices {
      switch try queue.take(index) {
      case .success(((let inputs, let steps), let warnings)):
        for warning in warnings { report("sample '\(samples[index].id)' is doubtful: \(warning)") }
        rows.append((index, inputs, steps))
      case .failure(let error):
        corrupt += 1
        guard corrupt <= media.maxCorrupt else {
          throw EquipoiseError(
            .data, "sample '\(samples[index].id)' cannot be predicted: \(error)",
            at: samples[index].place,
            fix: "or leave out up to N such samples with \(.argument("maxCorrupt=N"))")
        }
        report("sample '\(samples[index].id)' is left out: \(error)")
      }
      if rows.count == size || index == samples.count - 1, !rows.isEmpty {
        try body(batch(rows, step: step))
        rows = []
        step += 1
      }
    }
  }

  private static func arrays(
    of sample: Sample, _ features: [MediaModality], by decoder: any MediaDecoding
  ) throws -> (inputs: [HostArray], steps: [Int?]) {
    let inputs = try zip(features, sample.files).map { modality, file -> HostArray in
      guard let file else { return try modality.feature.description.nothing }
      let array = try modality.array([file], of: sample.id, by: decoder)
      guard array.withUnsafeBytes({ Finiteness.isFinite($0, array.type) }) else {
        throw EquipoiseError(
          .data, "modality '\(modality.name)' is not finite", at: file,
          fix: "correct the file or leave it out")
      }
      return array
    }
    let steps = try zip(features, sample.files).map { feature, file in
      try file.flatMap { try feature.steps([$0]) }
    }
    return (inputs, steps)
  }

  private func batch(
    _ rows: [(index: Int, inputs: [HostArray], steps: [Int?])], step: Int
  ) throws -> HostBatch {
    let width = rows.first?.inputs.count ?? 0
    return HostBatch(
      epoch: 0, step: step,
      inputs: try (0..<width).map { column in try .stack(rows.map { $0.inputs[column] }) },
      labels: HostArray(int64s: rows.map { _ in 0 }, shape: [rows.count]),
      indices: rows.map(\.index),
      lengths: modalities.enumerated().map { column, modality in
        let most = modality.description.shape[0]
        let own = rows.map { min($0.steps[column] ?? most, most) }
        return modality.description.kind.hasSteps && own.contains { $0 < most } ? own : nil
      },
      present: modalities.indices.map { column in
        let present = rows.map { samples[$0.index].files[column] != nil }
        return present.allSatisfy(\.self) ? nil : present
      })
  }
}

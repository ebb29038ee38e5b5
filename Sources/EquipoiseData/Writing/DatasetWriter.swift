// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseFormats
internal import Foundation

/// One sample on its way into a prepared dataset.
public struct PreparedSample: Sendable {
  /// One array per modality in alphabetical order of the names, each of the stated type and shape.
  public var inputs: [HostArray]
  /// Its class, labels or numbers.
  public var answer: SampleAnswer
  /// Its speaker, subject or the like; for all samples of a dataset or for none.
  public var group: Int?
  /// What to call it in messages and predictions; for all samples of a dataset or for none.
  public var id: String?
  /// Valid steps by modality, of those that the writer was told to note them for; all steps where nothing is said.
  public var lengths: [String: Int] = [:]
  /// The modalities that it lacks, of those that the writer was told may be missing. Their arrays are in ``inputs``
  /// nevertheless; what is in them does not matter.
  public var absent: Set<String> = []

  /// A sample.
  ///
  /// - Parameters:
  ///   - inputs: One array per modality in alphabetical order of the names.
  ///   - label: The index of its class.
  ///   - group: Its speaker, subject or the like.
  ///   - id: What to call it.
  public init(inputs: [HostArray], label: Int, group: Int? = nil, id: String? = nil) {
    self.init(inputs: inputs, answer: .label(label), group: group, id: id)
  }

  /// A sample with labels or numbers in place of a class.
  ///
  /// - Parameters:
  ///   - inputs: One array per modality in alphabetical order of the names.
  ///   - targets: 1 or 0 for each label, or the number of each target.
  ///   - group: Its speaker, subject or the like.
  ///   - id: What to call it.
  public init(inputs: [HostArray], targets: [Float], group: Int? = nil, id: String? = nil) {
    self.init(inputs: inputs, answer: .targets(targets), group: group, id: id)
  }

  /// A sample of any task.
  ///
  /// - Parameters:
  ///   - inputs: One array per modality in alphabetical order of the names.
  ///   - answer: Its class, labels or numbers.
  ///   - group: Its speaker, subject or the like.
  ///   - id: What to call it.
  public init(
    inputs: [HostArray], answer: SampleAnswer, group: Int? = nil, id: String? = nil
  ) {
    (self.inputs, self.answer, self.group, self.id) = (inputs, answer, group, id)
  }
}

/// Writes a prepared dataset, which appears under its name only when it is complete.
public final class DatasetWriter {
  private let folder: String
  private let temporary: String
  /// Says that the temporary folder is being written.
  private let lock: EntryLock?
  private let shardBytes: Int
  private let modalities: [DatasetModality]
  /// The modalities whose samples have lengths of their own, and those that samples may lack.
  private let lengths: Set<String>
  private let absences: Set<String>
  private var description: DatasetDescription
  private var buffers: [Split: ShardBuffer] = [:]
  private var statistics: [String: ChannelStatistics] = [:]

  /// Begins a dataset.
  ///
  /// - Parameters:
  ///   - folder: Where the dataset is to be: a path at which there is nothing yet.
  ///   - description: Name, classes, modalities and notes; its splits are filled in.
  ///   - standardising: Modalities whose mean and standard deviation are to be those of the
  ///     training split.
  ///   - shardBytes: The size at which a file is closed and the next one begun.
  ///   - lengths: Sequences, videos and texts whose samples have lengths of their own.
  ///   - absences: Modalities that samples may lack.
  /// - Throws: `EquipoiseError` when the path is taken, the folder around it cannot be written to
  ///   or the description is out of range.
  public init(
    folder: String, description: DatasetDescription, standardising: Set<String> = [],
    shardBytes: Int = 64 << 20, lengths: Set<String> = [], absences: Set<String> = []
  ) throws {
    try Self.refuseTaken(folder)
    try description.check(at: folder)
    let names = description.modalities.keys.sorted()
    try ModalityNames.check(names, at: folder, renaming: "it")
    if let unknown = standardising.sorted().first(where: { !names.contains($0) }) {
      throw EquipoiseError(
        .configuration, "there is no modality '\(unknown)' to standardise",
        fix: Nearest.hint(unknown, in: names))
    }
    if let unknown = lengths.union(absences).sorted().first(where: { !names.contains($0) }) {
      throw EquipoiseError(
        .configuration, "there is no modality '\(unknown)' whose samples could vary",
        fix: Nearest.hint(unknown, in: names))
    }
    if let text = standardising.sorted().first(where: {
      description.modalities[$0]?.kind == .text
    }) {
      throw EquipoiseError(
        .configuration, "ids of tokens have no mean and deviation, and '\(text)' is a text",
        fix: "standardise other modalities alone")
    }
    if let other = lengths.sorted().first(where: {
      description.modalities[$0]?.kind.hasSteps == false
    }) {
      throw EquipoiseError(
        .configuration, "samples of '\(other)' have no steps, and so no lengths",
        fix: "note lengths of sequences, videos and texts alone")
    }
    (self.lengths, self.absences) = (lengths, absences)
    self.folder = folder
    self.shardBytes = shardBytes
    self.description = description
    self.description.splits = [:]
    modalities = names.compactMap { name in
      description.modalities[name].map { DatasetModality(name: name, description: $0) }
    }
    for modality in modalities where standardising.contains(modality.name) {
      statistics[modality.name] = ChannelStatistics(modality.description)
    }
    temporary = try Self.makeTemporary(for: folder)
    lock = EntryLock(temporary)
  }

  deinit { try? FileSystem.remove(temporary) }

  /// Adds a sample at the end of a split.
  ///
  /// - Parameters:
  ///   - sample: The sample.
  ///   - split: Where it belongs.
  /// - Throws: `EquipoiseError` when a valid number is not finite or the sample has no modality at all, `FormatError`
  ///   when the disk does not take the data.
  public func append(_ sample: PreparedSample, to split: Split) throws {
    precondition(
      sample.inputs.count == modalities.count && fits(sample),
      "DatasetWriter: \(sample.inputs.count) inputs and \(sample.answer) for the task "
        + "\(description.task.rawValue)")
    checkExtent(sample)
    guard sample.absent.count < modalities.count else {
      throw EquipoiseError(
        .data, "\(sample.id.map { "sample '\($0)'" } ?? "a sample") has none of the modalities",
        at: folder, fix: "leave it out")
    }
    for (input, modality) in zip(sample.inputs, modalities) {
      precondition(
        input.type == modality.description.type && input.shape == modality.description.shape,
        "DatasetWriter: '\(modality.name)' is given \(input)")
      guard !sample.absent.contains(modality.name) else { continue }
      let input = sample.lengths[modality.name].map { input.slice(rows: 0..<$0) } ?? input
      guard input.withUnsafeBytes({ Finiteness.isFinite($0, input.type) }) else {
        let name = sample.id.map { " of sample '\($0)'" } ?? ""
        throw EquipoiseError(
          .data, "modality '\(modality.name)'\(name) is not finite", at: folder,
          fix: "correct the source or leave out the sample")
      }
      precondition(
        modality.description.tokens.map { TokenIds.first(of: input, outside: $0.vocabulary) == nil }
          ?? true, "DatasetWriter: a token outside the vocabulary of '\(modality.name)'")
      if split == .train { statistics[modality.name]?.add(input) }
    }
    buffers[
      split, default: ShardBuffer(modalities, lengths: lengths, absences: absences)
    ].append(sample)
    if buffers[split]?.byteCount ?? 0 >= shardBytes { try flush(split) }
  }

  /// A sample says nothing of modalities that the writer was not told of.
  private func checkExtent(_ sample: PreparedSample) {
    precondition(
      lengths.isSuperset(of: sample.lengths.keys) && absences.isSuperset(of: sample.absent),
      "DatasetWriter: lengths \(sample.lengths) and absent \(sample.absent) where only those of "
        + "\(lengths) and \(absences) vary")
    for (name, length) in sample.lengths {
      let most = description.modalities[name]?.shape[0] ?? 0
      precondition(
        (1...max(1, most)).contains(length), "DatasetWriter: \(length) steps of '\(name)'")
    }
  }

  private func fits(_ sample: PreparedSample) -> Bool {
    switch (description.task, sample.answer) {
    case (.classification, .label(let label)): description.classes.indices.contains(label)
    case (.multilabel, .targets(let labels)):
      labels.count == description.classes.count && labels.allSatisfy { $0 == 0 || $0 == 1 }
    case (.regression, .targets(let numbers)):
      numbers.count == description.targets.count
        && zip(description.targets, numbers).allSatisfy { $0.accepts($1) }
    default: false
    }
  }

  /// Writes what is left and gives the dataset its name.
  ///
  /// - Returns: The description as written.
  /// - Throws: `EquipoiseError` or `FormatError`; nothing then remains.
  @discardableResult
  public func finish() throws -> DatasetDescription {
    for split in Split.allCases { try flush(split) }
    for (name, statistics) in statistics {
      description.modalities[name]?.mean = statistics.mean
      description.modalities[name]?.std = statistics.std
    }
    try AtomicFile.write(
      data: Data(description.json().utf8), to: temporary + "/" + DatasetDescription.fileName)
    try Checksums.add([DatasetDescription.fileName], in: temporary)
    try FileSystem.move(temporary, to: folder)
    return description
  }

  private func flush(_ split: Split) throws {
    guard let buffer = buffers.removeValue(forKey: split), buffer.count > 0 else { return }
    let number = description.splits[split, default: []].count
    let digits = String(number)
    let padded = String(repeating: "0", count: max(0, 5 - digits.count)) + digits
    let file = "\(split.rawValue)-\(padded).safetensors"
    let digests = try buffer.write(to: temporary + "/" + file, description.task)
    description.splits[split, default: []].append(
      ShardDescription(file: file, count: buffer.count, sha256: digests))
  }

  private static func refuseTaken(_ folder: String) throws {
    // An empty folder may be there: renaming replaces it.
    let content = try? FileManager.default.contentsOfDirectory(atPath: folder)
    if FileManager.default.fileExists(atPath: folder), content?.isEmpty != true {
      throw EquipoiseError(
        .data, "there is something at this path already", at: folder,
        fix: "remove it or choose another path")
    }
  }

  private static func makeTemporary(for folder: String) throws -> String {
    // Under its own name: the user does not know the temporary folder in it.
    try FileSystem.makeWritableFolder(FileSystem.folder(of: folder))
    let path = Leftovers.temporaryPath(for: folder)
    Leftovers.sweepOnce(FileSystem.folder(of: path))
    try FileSystem.makeFolder(path)
    return path
  }
}

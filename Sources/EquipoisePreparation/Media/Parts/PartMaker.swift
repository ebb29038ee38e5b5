// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseFeatures
internal import EquipoiseKit
internal import EquipoiseMedia
internal import EquipoiseData
internal import EquipoiseFormats
internal import Foundation

/// What was found while a part was made, in words, by the samples' places in the list.
struct PartFindings: Sendable {
  /// Samples that cannot be used.
  let corrupt: [Int: String]
  /// Samples that are used though something about them is doubtful.
  let warnings: [Int: String]
}

/// Makes parts, each by one thread; what is there already is only verified.
struct PartMaker: Sendable {
  let source: MediaSource
  let samples: [ResolvedSample]
  let folder: String
  let decoder: any MediaDecoding
  /// Whether the first corrupt file ends the work.
  let stopsAtCorrupt: Bool
  /// Whether what is there already has to be of files with the same content, too.
  let verifies: Bool

  /// The parts of all samples: those of the same samples follow one another, as they may share a file.
  static func parts(_ samples: [ResolvedSample], _ source: MediaSource) throws -> [MediaPart] {
    let sampleBytes = source.modalities.map(\.feature.description.byteCount).max() ?? 1
    let size = max(1, min(64, partBytes / max(1, sampleBytes)))
    return try stride(from: 0, to: samples.count, by: size).flatMap { start in
      try source.modalities.indices.map {
        try MediaPart(modality: $0, start..<min(start + size, samples.count), samples, source)
      }
    }
  }

  private static let partBytes = 16 << 20

  /// What is wrong with the part's samples, and what is doubtful, by their place in the list.
  func make(_ part: MediaPart) throws -> PartFindings {
    let path = folder + "/" + part.name
    let modality = source.modalities[part.modality]
    let description = modality.feature.description
    let content: MediaPartContent
    if let kept = kept(part) {
      content = kept
    } else {
      content = try computed(part, modality, description)
      try content.write(to: path)
    }
    func placed(_ texts: [Int: String]) -> [Int: String] {
      Dictionary(uniqueKeysWithValues: texts.map { (part.samples.lowerBound + $0, $1) })
    }
    return PartFindings(corrupt: placed(content.corrupt), warnings: placed(content.warnings))
  }

  /// Whether a part is there, whole and made of the files as they are now.
  func isCurrent(_ part: MediaPart) -> Bool { kept(part) != nil }

  private func kept(_ part: MediaPart) -> MediaPartContent? {
    let kept = MediaPartContent(
      of: folder + "/" + part.name, like: source.modalities[part.modality].feature.description,
      hasLengths: source.modalities[part.modality].hasLengths, count: part.samples.count)
    guard let kept, !verifies || kept.sources == sources(of: part) else { return nil }
    return kept
  }

  private func sources(of part: MediaPart) -> String {
    SourceFiles.digest(of: samples[part.samples].lazy.map { $0.paths[part.modality] })
  }

  private func computed(
    _ part: MediaPart, _ modality: MediaModality, _ description: ModalityDescription
  ) throws -> MediaPartContent {
    // Before the decoding: of a file that is replaced meanwhile no part may say that it is made of it.
    let sources = sources(of: part)
    var (corrupt, warnings): ([Int: String], [Int: String]) = ([:], [:])
    var steps = [Int](repeating: 1, count: part.samples.count)
    let array = try HostArray(
      rows: part.samples.count, of: description.type, description.shape
    ) { rows in
      for (row, sample) in samples[part.samples].enumerated() {
        // The row of a modality that the sample lacks stays zeros.
        guard !sample.paths[part.modality].isEmpty else { continue }
        let noting = NotingDecoder(decoder)
        do {
          try rows.set(
            row,
            to: try modality.array(sample.paths[part.modality], of: sample.id, by: noting))
          if let own = try modality.steps(sample.paths[part.modality]) { steps[row] = own }
        } catch {
          guard !stopsAtCorrupt else { throw Self.stopping(error, sample) }
          corrupt[row] = "\(error)"
        }
        if corrupt[row] == nil, !noting.warnings.isEmpty {
          warnings[row] = noting.warnings.joined(separator: "; ")
        }
      }
    }
    return MediaPartContent(
      array: array, corrupt: corrupt, warnings: warnings, sources: sources,
      steps: modality.hasLengths ? steps : nil)
  }

  private static func stopping(_ error: any Error, _ sample: ResolvedSample) -> EquipoiseError {
    EquipoiseError(
      .data, "sample '\(sample.id)' cannot be prepared: \(error)", at: sample.place,
      fix: "or leave out and list up to N such samples with \(.argument("maxCorrupt=N"))")
  }
}

// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseFeatures
internal import EquipoiseKit
internal import EquipoiseData
internal import EquipoiseFormats
internal import Foundation

/// One modality of some consecutive samples: the unit of work, kept as a file until options or sources
/// change.
struct MediaPart: Sendable {
  let modality: Int
  let samples: Range<Int>
  /// The file's name, from a hash of all that its content depends on.
  let name: String

  /// Counts the changes of decoding that give other numbers from the same files and settings: 3 mixes
  /// channels to their mean and chooses frames by their time stamps.
  static let decoding = 3

  init(
    modality index: Int, _ range: Range<Int>, _ samples: [ResolvedSample], _ source: MediaSource
  ) throws {
    modality = index
    self.samples = range
    let settings = try source.modalities[index].record.text
    name = Self.name(index, range, samples, source, settings: settings)
  }

  /// What the first version called the same part; nil where it could not make it.
  func nameOfVersion1(_ samples: [ResolvedSample], _ source: MediaSource) -> String? {
    let modality = source.modalities[modality]
    guard let settings = modality.record.textOfVersion1(modality.feature.description) else {
      return nil
    }
    return Self.name(self.modality, self.samples, samples, source, settings: settings)
  }

  private static func name(
    _ index: Int, _ range: Range<Int>, _ samples: [ResolvedSample], _ source: MediaSource,
    settings: String
  ) -> String {
    let modality = source.modalities[index]
    var text = "\(decoding)\n\(modality.name)\n\(settings)\n"
    for sample in samples[range] {
      text += sample.id
      for file in sample.paths[index] { text += "\t\(file)\t\(SourceFiles.state(of: file))" }
      text += "\n"
    }
    return "\(modality.name)-\(Digest.sha256Hex(of: Array(text.utf8)).prefix(32)).safetensors"
  }
}

/// A part that is made.
struct MediaPartContent: Sendable {
  /// [N, shape…]; rows of corrupt samples are zeros.
  let array: HostArray
  /// What is wrong with the corrupt ones, by place in the part.
  let corrupt: [Int: String]
  /// The digest of the files that it was made from; nil in parts of earlier versions.
  let sources: String?
  /// What is doubtful about others, likewise.
  let warnings: [Int: String]
  /// The steps that the files have; nil where samples have no lengths.
  let steps: [Int]?

  /// The content of a whole and undamaged file, or nil.
  init?(of path: String, like modality: ModalityDescription, hasLengths: Bool, count: Int) {
    guard FileManager.default.fileExists(atPath: path), let file = try? SafetensorsFile(path: path),
      (try? file.verifyChecksum()) != nil, let array = try? file.array("input"),
      array.shape == [count] + modality.shape, array.type == modality.type,
      let list = file.metadata["corrupt"],
      let corrupt = try? JSONDecoder().decode([Int: String].self, from: Data(list.utf8))
    else { return nil }
    let warnings = file.metadata["warnings"].flatMap {
      try? JSONDecoder().decode([Int: String].self, from: Data($0.utf8))
    }
    (self.array, self.corrupt, self.warnings) = (array, corrupt, warnings ?? [:])
    steps =
      hasLengths ? (try? file.array("length").int64s(named: "length").map(Int.init)) : nil
    guard !hasLengths || steps?.count == count else { return nil }
    sources = file.metadata["sources"]
  }

  init(
    array: HostArray, corrupt: [Int: String], warnings: [Int: String] = [:], sources: String,
    steps: [Int]? = nil
  ) {
    self.steps = steps
    (self.array, self.corrupt, self.warnings) = (array, corrupt, warnings)
    self.sources = sources
  }

  /// Writes the file, which is there whole or not at all.
  func write(to path: String) throws {
    func list(_ texts: [Int: String]) throws -> String {
      String(decoding: try JSONEncoder().encode(texts), as: UTF8.self)
    }
    try Safetensors.writeChecksummed(
      to: path,
      tensors: [("input", array)]
        + (steps.map {
          [("length", HostArray(int64s: $0.map(Int64.init), shape: [$0.count]))]
        } ?? []),
      metadata: [
        "corrupt": list(corrupt), "warnings": list(warnings), "sources": sources ?? "",
      ])
  }
}

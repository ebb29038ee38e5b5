// SPDX-License-Identifier: Apache-2.0
package import EquipoiseKit
package import EquipoiseFormats
internal import EquipoiseData
internal import Foundation

/// Features of samples, as `equipoise features` writes them: one safetensors file, or one npy file for each tensor.
package struct FeatureTable {
  /// The form of the file, under `format` in its metadata.
  package static let format = "equipoise-features-1"
  /// The fused logits.
  package static let logits = "logits"
  /// The class, or the labels.
  package static let label = "label"
  /// A regression's numbers.
  package static let target = "target"
  static let id = "id"
  static let classesKey = "classes"
  private static let prefix = "features."

  /// `features.MODALITY`, `features.MODALITY.DEPTH` and `logits`, each [N, width] in single precision.
  package let columns: [String: HostArray]
  /// What is right for each sample: classes int64 [N], labels uint8 [N, K] or numbers float32 [N, T].
  package let answers: HostArray?
  /// What each sample is called.
  package let ids: [String]
  /// Of modalities that some samples lack, whether each has it.
  package let present: [String: [Bool]]
  /// The names of the classes, labels or targets.
  package let outputs: [String]
  /// What was learned.
  package let task: LearningTask

  /// The name of a modality's features, with a depth from 1 those of a block. Names are spelled as in `metrics.jsonl`.
  package static func column(_ modality: String, depth: Int? = nil) -> String {
    prefix + MetricName.telemetry("x", modality: modality, depth: depth).key.dropFirst(2)
  }

  /// Everything by name.
  private var tensors: [(String, HostArray)] {
    var all = columns.map { ($0.key, $0.value) }
    if let answers { all.append((task == .regression ? Self.target : Self.label, answers)) }
    let bytes = ids.map { Array($0.utf8) }
    let width = max(1, bytes.map(\.count).max() ?? 0)
    let padded = bytes.flatMap { $0 + [UInt8](repeating: 0, count: width - $0.count) }
    all.append((Self.id, HostArray(uint8s: padded, shape: [ids.count, width])))
    for (name, own) in present {
      let column = "present." + Self.column(name).dropFirst(Self.prefix.count)
      all.append((column, HostArray(uint8s: own.map { $0 ? 1 : 0 }, shape: [own.count])))
    }
    return all.sorted { $0.0 < $1.0 }
  }

  /// Writes one file; an old one stays until the new one is complete.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - origin: where the features are from, by any keys, such as `run`.
  /// - Throws: `FormatError` when the disk refuses.
  package func write(to path: String, origin: [String: String] = [:]) throws {
    var metadata = origin
    metadata["format"] = Self.format
    metadata["task"] = task.rawValue
    metadata[Self.classesKey] = outputs.joined(separator: "\n")
    try Safetensors.writeChecksummed(to: path, tensors: tensors, metadata: metadata)
  }

  /// Writes one npy file for each tensor into a folder, which is made if it is not there.
  ///
  /// - Parameter folder: the folder.
  /// - Returns: the files' names.
  /// - Throws: `EquipoiseError` for a name that no file can have, `FormatError` when the disk refuses.
  package func writeArrays(to folder: String) throws -> [String] {
    let all = tensors
    for (name, _) in all where name.contains("/") || name.utf8.count > 200 {
      throw EquipoiseError(
        .usage, "no file can be called as the tensor '\(name)'", at: folder,
        fix: "write one safetensors file")
    }
    try FileSystem.makeWritableFolder(folder)
    for (name, array) in all { try NPY.write(array, to: "\(folder)/\(name).npy") }
    return all.map { $0.0 + ".npy" }
  }
}

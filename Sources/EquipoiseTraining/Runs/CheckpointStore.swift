// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
import EquipoiseFormats
import Foundation
import EquipoiseTorch

/// The checkpoints of a run: files that are written atomically, carry a checksum, and of which
/// several are kept.
package struct CheckpointStore {
  /// The folder, `RUN/checkpoints`.
  package let folder: String
  /// How many to keep, at least 2.
  package let keep: Int

  /// The checkpoints in a folder, which is made when the first is saved.
  package init(folder: String, keep: Int) {
    self.folder = folder
    self.keep = max(2, keep)
  }

  /// Every checkpoint file, newest first.
  package var files: [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.filter { $0.hasPrefix("step-") && $0.hasSuffix(".safetensors") }
      .sorted(by: >).map { folder + "/" + $0 }
  }

  /// Saves a checkpoint, then removes the oldest ones beyond what is kept.
  ///
  /// - Parameter checkpoint: the state.
  /// - Throws: when the disk does not take it; every older checkpoint then stays.
  package func save(_ checkpoint: Checkpoint) throws {
    try FileSystem.makeFolder(folder)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    // A method's number may be infinite in the middle of an epoch.
    encoder.nonConformingFloatEncodingStrategy = .named
    let progress = String(decoding: try encoder.encode(checkpoint.progress), as: UTF8.self)
    let step = String(checkpoint.progress.globalStep)
    let name = "step-" + String(repeating: "0", count: max(0, 10 - step.count)) + step
    try TensorFile.write(
      checkpoint.tensors, to: "\(folder)/\(name).safetensors",
      metadata: ["format": Self.format, "progress": progress], checksummed: true)
    for path in files.dropFirst(keep) { try FileSystem.remove(path) }
  }

  /// The newest checkpoint that is whole and fits the run's other files.
  ///
  /// - Parameters:
  ///   - warn: told of each one that is skipped, and why.
  ///   - misfit: what in the run's other files contradicts a checkpoint; `nil` where nothing does.
  /// - Returns: `nil` when there is none at all.
  /// - Throws: `EquipoiseError` when there are checkpoints and none can be used.
  package func latest(
    warn: (String) -> Void, misfit: (TrainingProgress) throws -> String? = { _ in nil }
  ) throws -> Checkpoint? {
    let files = files
    var misfits: [String] = []
    for path in files {
      let checkpoint: Checkpoint
      do {
        checkpoint = try Self.load(path)
      } catch {
        warn("checkpoint \(path) is damaged and is skipped: \(error)")
        continue
      }
      guard let reason = try misfit(checkpoint.progress) else { return checkpoint }
      warn("checkpoint \(path) is skipped: \(reason)")
      misfits.append(reason)
    }
    guard let reason = misfits.last else {
      guard files.isEmpty else {
        throw EquipoiseError(
          .checkpoint, "none of the \(files.count) checkpoints can be read", at: folder,
          fix: "restore one from a copy, or train into a new folder")
      }
      return nil
    }
    throw EquipoiseError(
      .checkpoint, "none of the \(files.count) checkpoints can be used: \(reason)", at: folder,
      fix: "restore the files from a copy, or remove this folder to train again from the start")
  }

  /// The newest whole checkpoint of a given moment; `nil` when there is none.
  package func first(where matches: (TrainingProgress) -> Bool) -> Checkpoint? {
    files.lazy.compactMap { try? Self.load($0) }.first { matches($0.progress) }
  }

  /// What a checkpoint says of training. Throws when the file is damaged.
  package static func progress(of path: String) throws -> TrainingProgress {
    try load(path).progress
  }

  private static let format = "equipoise-checkpoint-1"

  private static func load(_ path: String) throws -> Checkpoint {
    let file = try SafetensorsFile(path: path)
    try file.verifyChecksum()
    guard file.metadata["format"] == format, let progress = file.metadata["progress"] else {
      throw EquipoiseError(
        .checkpoint, "the file is not a checkpoint of this version", at: path, fix: nil)
    }
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .named
    return Checkpoint(
      progress: try decoder.decode(TrainingProgress.self, from: Data(progress.utf8)),
      tensors: try file.names.map { ($0, Tensor(try file.array($0))) })
  }
}

import Formats
import Foundation
import Torch

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
    try AtomicFile.removeLeftovers(in: folder)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    let progress = String(decoding: try encoder.encode(checkpoint.progress), as: UTF8.self)
    let step = String(checkpoint.progress.globalStep)
    let name = "step-" + String(repeating: "0", count: max(0, 10 - step.count)) + step
    try TensorFile.write(
      checkpoint.tensors, to: "\(folder)/\(name).safetensors",
      metadata: ["format": Self.format, "progress": progress], checksummed: true)
    for path in files.dropFirst(keep) { try FileSystem.remove(path) }
  }

  /// The newest checkpoint that is whole.
  ///
  /// - Parameter warn: told of each one that is damaged and passed over.
  /// - Returns: `nil` when there is none at all.
  /// - Throws: `EquipoiseError` when there are checkpoints and every one is damaged.
  package func latest(warn: (String) -> Void) throws -> Checkpoint? {
    let files = files
    for path in files {
      do {
        return try Self.load(path)
      } catch {
        warn("checkpoint \(path) is damaged and is passed over: \(error)")
      }
    }
    guard files.isEmpty else {
      throw EquipoiseError(
        .checkpoint, "none of the \(files.count) checkpoints can be read", at: folder,
        fix: "restore one from a copy, or train into a new folder")
    }
    return nil
  }

  private static let format = "equipoise-checkpoint-1"

  private static func load(_ path: String) throws -> Checkpoint {
    try Safetensors.verifyChecksum(path)
    let file = try SafetensorsFile(path: path)
    guard file.metadata["format"] == format, let progress = file.metadata["progress"] else {
      throw EquipoiseError(
        .checkpoint, "the file is no checkpoint of this version", at: path, fix: nil)
    }
    return Checkpoint(
      progress: try JSONDecoder().decode(TrainingProgress.self, from: Data(progress.utf8)),
      tensors: try file.names.map { ($0, Tensor(try file.array($0))) })
  }
}

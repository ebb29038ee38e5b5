// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
package import EquipoiseFormats
internal import Foundation
internal import Synchronization

extension PreparedDataset {
  /// Reads every tensor for which the dataset's author noted a digest, and compares.
  ///
  /// - Parameter isCancelled: asked between tensors whether to stop early.
  /// - Returns: how many tensors were compared.
  /// - Throws: `EquipoiseError` that names the first file and tensor that has changed, or `FormatError`.
  package func verify(isCancelled: () -> Bool = { false }) throws -> Int {
    var count = 0
    for split in Split.allCases {
      // The files that are open: others may have taken their names since.
      for (shard, open) in zip(description.splits[split] ?? [], shards[split] ?? [])
      where shard.sha256 != nil {
        let changed = try shard.changedTensor(in: open.file) {
          count += 1
          return !isCancelled()
        }
        if let changed { throw Self.damaged(changed, open.path) }
        if isCancelled() { return count }
      }
    }
    return count
  }

  private static func damaged(_ tensor: String, _ path: String) -> EquipoiseError {
    EquipoiseError(
      .data,
      "tensor '\(tensor)' is not what \(DatasetDescription.fileName) says it was when it was written: "
        + "the file is damaged or was changed", at: path,
      fix: "prepare the dataset again, or restore the file from a copy")
  }
}

extension ShardDescription {
  /// The first tensor whose bytes are not those that its author noted; nil where all are, or none was noted.
  ///
  /// - Parameters:
  ///   - file: the shard.
  ///   - goesOn: asked after each tensor that has not changed.
  /// - Returns: the tensor's name.
  /// - Throws: `FormatError` for a tensor that is no longer there.
  package func changedTensor(
    in file: SafetensorsFile, while goesOn: () -> Bool = { true }
  ) throws -> String? {
    for (name, digest) in (sha256 ?? [:]).sorted(by: { $0.key < $1.key }) {
      let found = try file.array(name).withUnsafeBytes { Digest.sha256Hex(of: $0) }
      guard found == digest else { return name }
      guard goesOn() else { return nil }
    }
    return nil
  }
}

/// The verification of a dataset beside the first epoch, which reads the same files anyway.
package final class BackgroundVerification: Sendable {
  private let error = Mutex<(any Error)?>(nil)
  private let isCancelled = Atomic(false)
  private let done = DispatchGroup()

  /// Starts reading.
  package init(_ dataset: PreparedDataset) {
    DispatchQueue.global(qos: .utility).async(group: done) { [self] in
      do {
        _ = try dataset.verify { isCancelled.load(ordering: .relaxed) }
      } catch {
        self.error.withLock { $0 = error }
      }
    }
  }

  /// Waits for the end. Throws what `PreparedDataset.verify` throws.
  package func finish() throws {
    done.wait()
    if let error = error.withLock({ $0 }) { throw error }
  }

  /// Ends early: training has stopped.
  package func cancel() { isCancelled.store(true, ordering: .relaxed) }
}

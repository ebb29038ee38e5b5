internal import Formats
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
      for shard in description.splits[split] ?? [] {
        guard let digests = shard.sha256 else { continue }
        let file = try SafetensorsFile(path: folder + "/" + shard.file)
        for (name, digest) in digests.sorted(by: { $0.key < $1.key }) {
          if isCancelled() { return count }
          let found = try file.array(name).withUnsafeBytes { Digest.sha256Hex(of: $0) }
          guard found == digest else { throw Self.damaged(name, file.path) }
          count += 1
        }
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

/// The verification of a dataset beside the first epoch, which reads the same files anyway.
final class BackgroundVerification: Sendable {
  private let error = Mutex<(any Error)?>(nil)
  private let isCancelled = Atomic(false)
  private let done = DispatchGroup()

  /// Starts reading.
  init(_ dataset: PreparedDataset) {
    DispatchQueue.global(qos: .utility).async(group: done) { [self] in
      do {
        _ = try dataset.verify { isCancelled.load(ordering: .relaxed) }
      } catch {
        self.error.withLock { $0 = error }
      }
    }
  }

  /// Waits for the end. Throws what `PreparedDataset.verify` throws.
  func finish() throws {
    done.wait()
    if let error = error.withLock({ $0 }) { throw error }
  }

  /// Ends early: training has stopped.
  func cancel() { isCancelled.store(true, ordering: .relaxed) }
}

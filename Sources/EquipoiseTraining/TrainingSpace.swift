// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseMethods
internal import EquipoiseKit
internal import EquipoiseSettings
import EquipoiseFormats
import EquipoiseTorch

/// What a run needs of the disk: its checkpoints and weights, against which all else is little.
struct TrainingSpace {
  /// In bytes, with one more checkpoint than are kept, as the oldest goes after the newest has come.
  let needed: Int64

  init(needed: Int64) { self.needed = needed }

  /// The estimate for a run that has not taken a step.
  init(_ parts: RunParts) {
    func bytes(_ tensors: [NamedTensor]) -> Int {
      tensors.reduce(0) { $0 + $1.tensor.count * $1.tensor.dtype.byteCount }
    }
    let configuration = parts.configuration
    // The optimiser's own numbers for each parameter, which come with the first step.
    let moments = configuration.training.optimiser.settings.numbersPerParameter
    let weights = bytes(parts.model.state)
    let averages = configuration.training.averaging.type == .none ? 0 : weights
    let checkpoint = bytes(parts.trained) + moments * bytes(parts.learned) + averages
    needed = Int64(
      weights.multipliedSaturating(by: 2).addedSaturating(
        to: checkpoint.multipliedSaturating(
          by: configuration.runtime.keepCheckpoints.addedSaturating(to: 1))))
  }

  /// Why a run cannot end well; nil where there is room.
  ///
  /// - Parameters:
  ///   - free: bytes free for it and what it has written already.
  ///   - path: the run's folder.
  /// - Returns: an error that says how much is missing.
  func refusal(free: Int64, at path: String) -> EquipoiseError? {
    guard needed > free else { return nil }
    let megabytes = { (count: Int64) in "\(count / 1_000_000) MB" }
    return EquipoiseError(
      .usage,
      "the run's checkpoints and weights need \(megabytes(needed)) of disk, of which "
        + "\(megabytes(free)) are there",
      at: path,
      fix: "make room, choose a \(.argument("folder")) on another disk, or keep fewer checkpoints "
        + "(runtime.keepCheckpoints)")
  }

  /// Throws unless the disk of a run's folder has room for it.
  func check(_ folder: RunFolder) throws {
    // A path that cannot be looked at is refused where the folder is made.
    guard var free = try? FileSystem.freeBytes(at: folder.path) else { return }
    // What a run that is continued has written is replaced.
    for path in CheckpointStore(folder: folder.checkpoints, keep: 2).files + [folder.best] {
      free += FileSystem.size(of: path)
    }
    if let error = refusal(free: free, at: folder.path) { throw error }
  }
}

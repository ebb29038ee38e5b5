// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
import EquipoiseFormats
import Foundation
import EquipoiseTorch

/// The file of the weights that were best on validation so far.
struct BestWeights {
  let run: RunFolder

  /// Replaces the file by a model's weights.
  func save(_ weights: [NamedTensor], of best: BestEpoch) throws {
    try TensorFile.write(
      weights, to: run.best, metadata: ["epoch": "\(best.epoch)", "score": "\(best.score)"],
      checksummed: true)
  }

  /// Makes a damaged or lost file again from the checkpoint at the end of its epoch, so that a run never
  /// ends with other weights than it would have had.
  ///
  /// - Parameters:
  ///   - best: the epoch that a continued run knows as the best.
  ///   - checkpoints: those of the run.
  ///   - warn: told when the file was made again.
  /// - Throws: `EquipoiseError` when no checkpoint of that epoch is left.
  func mend(_ best: BestEpoch, from checkpoints: CheckpointStore, warn: (String) -> Void) throws {
    guard let damage else { return }
    let source = checkpoints.first { $0.epoch == best.epoch + 1 && $0.step == 0 }
    guard let source else {
      throw EquipoiseError(
        .checkpoint,
        "\(damage), and there is no checkpoint of epoch \(best.epoch) to make them again from",
        at: run.best,
        fix:
          "restore the file from a copy, or remove \(run.checkpoints) to train again from the start"
      )
    }
    let average = source.section("average.weights")
    let weights = (average.isEmpty ? source.section("model") : average).map {
      (name: $0.key, tensor: $0.value)
    }
    try save(weights, of: best)
    warn("\(run.best): \(damage); they were made again from a checkpoint")
  }

  /// What is wrong with the file; `nil` when it is whole.
  private var damage: String? {
    guard FileManager.default.fileExists(atPath: run.best) else {
      return "the best weights are missing"
    }
    do {
      try TensorFile(path: run.best).verify()
      return nil
    } catch {
      return "the best weights are damaged"
    }
  }
}

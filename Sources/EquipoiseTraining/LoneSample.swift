// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseModels
import EquipoiseTorch

/// A training batch of one sample has no spread for batch normalisation where a channel is a single
/// number: there is nothing to learn from and libtorch refuses it. Found at start-up.
enum LoneSample {
  /// Throws when some batch would be a single sample and the model cannot train on one.
  static func check(_ model: MultimodalModel, data: RunData, batchSize: Int) throws {
    guard data.samplesPerEpoch % batchSize == 1 || batchSize == 1 else { return }
    let summary = model.summarize()
    for (encoder, (name, module)) in zip(summary.encoders, model.encoders.entries) {
      let isNormalised = module.namedModules.contains { $0.module is BatchNorm }
      // A video of one valid frame is one row.
      let isOneFrame = encoder.inputShape.count == 4 && data.hasSamplesOfOneStep(name)
      let isSingle = encoder.blocks.contains {
        $0.outputShape.dropFirst(isOneFrame && encoder.inputShape[0] > 1 ? 2 : 1).reduce(1, *) == 1
      }
      guard isNormalised, isSingle else { continue }
      throw EquipoiseError(
        .configuration,
        "\(data.samplesPerEpoch) training samples in batches of \(batchSize) leave a batch of one, "
          + "which the batch normalisation of encoder '\(name)' cannot train on",
        at: "training.batchSize", fix: "choose another batch size or set training.dropLast=true")
    }
  }
}

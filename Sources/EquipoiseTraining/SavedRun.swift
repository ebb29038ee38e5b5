// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseSettings
internal import EquipoiseModels
package import EquipoiseKit
internal import EquipoiseData
internal import EquipoiseMethods
import EquipoiseFormats
import Foundation
import EquipoiseTorch

/// Reading back what a run has left.
extension RunConfiguration {
  /// The configuration that a run was begun with.
  ///
  /// - Parameters:
  ///   - folder: the run's files.
  ///   - catalogue: what it may name.
  /// - Returns: the resolved configuration.
  /// - Throws: `EquipoiseError` when the folder holds no run.
  package static func saved(
    in folder: RunFolder, catalogue: RunCatalogue = .inUse
  ) throws -> RunConfiguration {
    guard folder.isBegun else { throw FoundInstead.error(.run, at: folder.path) }
    return try resolve(file: folder.configuration, catalogue: catalogue).configuration
  }
}

/// Which weights of a run to use.
package enum SavedWeights: String, CaseIterable, Sendable {
  /// Those of the best epoch by validation.
  case best
  /// Those after the last step.
  case last
}

/// What a command asks of a run's dataset.
package enum DataNeed: Sendable {
  /// Its samples.
  case samples
  /// What a run carries of it: names, shapes, normalisation, and how raw files become arrays.
  case description
}

extension RunParts {
  /// The parts of a run that has been trained, with its weights.
  ///
  /// - Parameters:
  ///   - folder: the run's files, or a bundle of it.
  ///   - weights: which ones to load.
  ///   - need: what is asked of the dataset. Of a run that carries its description nothing else is read.
  ///   - catalogue: what the run may name.
  ///   - change: what to use instead of the run's own values, such as another device.
  /// - Returns: the parts, ready to evaluate, or to predict where only the description was needed.
  /// - Throws: when there are no such weights or the data does not fit.
  package static func trained(
    in folder: RunFolder, weights: SavedWeights = .best, needing need: DataNeed = .samples,
    catalogue: RunCatalogue = .inUse,
    changing change: (inout RunConfiguration) -> Void = { _ in }
  ) throws -> RunParts {
    let saved = try SavedModel(folder, catalogue: catalogue)
    var configuration = saved.configuration
    change(&configuration)
    configuration.model.forgetInitialWeights()
    let carried = need == .description ? try saved.carried() : nil
    let description = configuration.data + "/" + DatasetDescription.fileName
    guard carried != nil || FileManager.default.fileExists(atPath: description) else {
      throw EquipoiseError(
        .data, "the run's dataset is not here", at: configuration.data,
        fix: "say where it is with \(.setting("data=DIR"))")
    }
    let parts = try RunParts(configuration, catalogue: catalogue, carried: carried)
    try saved.load(weights, into: parts.model)
    return parts
  }
}

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

extension RunParts {
  /// The parts of a run that has been trained, with its weights.
  ///
  /// - Parameters:
  ///   - folder: the run's files.
  ///   - weights: which ones to load.
  ///   - catalogue: what the run may name.
  ///   - change: what to use instead of the run's own values, such as another device.
  /// - Returns: the parts, ready to evaluate.
  /// - Throws: when there are no such weights or the data does not fit.
  package static func trained(
    in folder: RunFolder, weights: SavedWeights = .best, catalogue: RunCatalogue = .inUse,
    changing change: (inout RunConfiguration) -> Void = { _ in }
  ) throws -> RunParts {
    var configuration = try RunConfiguration.saved(in: folder, catalogue: catalogue)
    change(&configuration)
    configuration.model.forgetInitialWeights()
    let description = configuration.data + "/" + DatasetDescription.fileName
    guard FileManager.default.fileExists(atPath: description) else {
      throw EquipoiseError(
        .data, "the run's dataset is not here", at: configuration.data,
        fix: "say where it is with \(.setting("data=DIR"))")
    }
    let parts = try RunParts(configuration, catalogue: catalogue)
    let path = weights == .best ? folder.best : folder.weights
    guard FileManager.default.fileExists(atPath: path) else {
      throw EquipoiseError(
        .usage, "the run has no \(weights.rawValue) weights yet", at: path,
        fix: "\(.repeating("run")), and let it finish an epoch")
    }
    try parts.model.load(from: path)
    return parts
  }
}

// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseMethods
internal import EquipoiseModels
import EquipoiseFormats
import EquipoiseKit
import EquipoiseTraining

/// What runs take, from their models alone.
package enum RunEstimates {
  /// Resident memory of the program with libtorch before it has any tensor.
  private static let base = 300 << 20

  /// An estimate for each group of runs. Building the models also finds settings that do not fit
  /// before the first run starts.
  package static func make(_ runs: [PlannedRun]) throws -> [String: RunEstimate] {
    var estimates: [String: RunEstimate] = [:]
    for run in runs where estimates[run.groupFolder] == nil {
      do {
        estimates[run.groupFolder] = try estimate(run.configuration)
      } catch let error as EquipoiseError {
        throw error.located(in: "entry '\(run.name)'")
      }
    }
    return estimates
  }

  private static func estimate(_ configuration: RunConfiguration) throws -> RunEstimate {
    var configuration = configuration
    // Sizes are the same everywhere.
    configuration.runtime.device = "cpu"
    let parts = try RunParts(configuration)
    let memory = MemoryEstimate(
      parts.model.summarize(), configuration.training, method: parts.methodResources)
    let samples = Double(parts.samplesPerEpoch) * Double(configuration.training.epochs)
    return RunEstimate(
      multiplyAdds: Double(parts.multiplyAddsPerSample) * samples,
      memory: base.addedSaturating(to: memory.total), stepsPerEpoch: parts.stepsPerEpoch)
  }
}

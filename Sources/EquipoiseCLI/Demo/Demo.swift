// SPDX-License-Identifier: Apache-2.0
import Equipoise
import EquipoiseDisplay
import Foundation

/// The demo's dataset and runs, each in a folder of its own.
struct Demo {
  let folder: String
  let seed: Int
  let quiet: Bool

  private var data: String { folder + "/data" }

  /// Makes the dataset unless it is there.
  ///
  /// - Returns: the names of its modalities.
  func prepare() throws -> [String] {
    // A dataset appears under its name only when it is complete.
    if !FileManager.default.fileExists(atPath: data) {
      try RecipeCatalogue.inUse.prepare(
        // Where every label is right, all epochs are soon alike on validation, and chance chooses one.
        "synthetic", input: nil, output: data, sets: ["seed=\(seed)", "labelNoise=0.06"],
        report: PreparationDisplay(name: "synthetic", quiet: quiet).show)
    }
    return try PreparedDataset(folder: data).modalities.map(\.name)
  }

  /// Trains one model, or continues its training: of one modality, or of all.
  func train(_ method: String, on modality: String?) throws -> TrainingOutcome {
    let name = modality ?? method
    var sets = settings + ["method.name=\(method)"]
    if let modality { sets.append("modalities=[\(modality)]") }
    // A latent space as wide as the narrow networks have use for.
    if method == "aim" { sets.append("method.decoupling.latentWidth=64") }
    let configuration = try RunConfiguration.resolve(
      sets: sets, catalogue: .inUse
    ).configuration
    return try TrainingSession(quiet: quiet, label: name).train(
      configuration, in: RunFolder("\(folder)/\(name)"), resume: .auto)
  }

  /// The same for all models. The networks are narrow and the steps short, so that a second thread
  /// would bring little, and much less than nothing on a busy machine.
  private var settings: [String] {
    [
      "data=\(data)", "runtime.seed=\(seed)", "runtime.threads=1", "runtime.device=cpu",
      "training.epochs=8", "training.batchSize=32", "training.optimiser.learningRate=0.01",
      "model.encoders.audio.width=16", "model.encoders.visual.width=16",
    ]
  }
}

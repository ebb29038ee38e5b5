import Equipoise
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
      try DatasetRecipes.prepare(
        "synthetic", input: nil, output: data, sets: ["seed=\(seed)"],
        report: PreparationDisplay(name: "synthetic", quiet: quiet).show)
    }
    return try PreparedDataset(folder: data).modalities.map(\.name)
  }

  /// Trains one model, or continues its training: of one modality, or of all.
  func train(_ method: String, on modality: String?) throws -> TrainingOutcome {
    let name = modality ?? method
    var sets = Self.settings + ["data=\(data)", "method.name=\(method)", "runtime.seed=\(seed)"]
    if let modality { sets.append("modalities=[\(modality)]") }
    let configuration = try RunConfiguration.resolve(
      sets: sets, methods: MethodRegistry.table()
    ).configuration
    return try TrainingSession(quiet: quiet, label: name).train(
      configuration, in: RunFolder("\(folder)/\(name)"), resume: .auto)
  }

  /// Small enough for two cores; both modalities get the same encoder, so that neither is favoured.
  private static let settings = [
    "training.epochs=10", "training.batchSize=32", "training.optimiser.learningRate=0.01",
  ]
}

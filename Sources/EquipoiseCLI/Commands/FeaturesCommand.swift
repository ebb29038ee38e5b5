// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Equipoise
import EquipoiseDisplay
import EquipoiseFormats

/// `equipoise features`
struct FeaturesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "features",
    abstract: "Write what a trained model makes of samples: features and logits.",
    discussion: """
      The samples are those that 'equipoise predict' takes. The file has features.MODALITY [N, width] of each \
      encoder, logits [N, classes], label, id and, with --depths, features.MODALITY.DEPTH: the mean of each \
      channel of that block's output. 'equipoise report RUN FILE' draws them.
      """)

  @Argument(help: ArgumentHelp("The run's folder, or a bundle of it.", valueName: "run"))
  var folder: String

  @OptionGroup var samples: SampleOptions

  @Flag(help: "Also take every block's output.")
  var depths = false

  @Option(help: "The weights to use: of the best epoch or of the last step.")
  var weights = SavedWeights.best

  @OptionGroup var inference: InferenceOptions

  @Option(help: "One safetensors file, or a folder with one npy file for each tensor.")
  var format = FeatureFormat.safetensors

  @Option(help: ArgumentHelp("The file or folder to write.", valueName: "path"))
  var out: String

  func validate() throws {
    try inference.check()
    try samples.check()
  }

  func run() throws {
    let parts = try RunParts.trained(
      in: RunFolder(folder), weights: weights, needing: .description
    ) { configuration in
      inference.place.apply(to: &configuration)
    }
    let table = try FeatureExtraction(
      parts, samples.source(for: parts), atDepths: depths, batchSize: inference.batchSize
    ).table()
    switch format {
    case .safetensors:
      let origin = ["run": folder, "weights": weights.rawValue]
      try table.write(to: out, origin: origin)
    case .npy: _ = try table.writeArrays(to: out)
    }
    let columns = table.columns.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.shape)" }
    Console.print("\(out): \(columns.joined(separator: ", "))")
  }
}

/// How features are written.
enum FeatureFormat: String, ExpressibleByArgument, CaseIterable {
  /// One file.
  case safetensors
  /// A file for each tensor.
  case npy
}

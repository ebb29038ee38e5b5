// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Equipoise
import EquipoiseDisplay
import EquipoiseFormats

/// `equipoise predict`
struct PredictCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict", abstract: "Class probabilities of new samples.",
    discussion: """
      The samples are a split of a prepared dataset, one npy or npz file for each modality with a sample \
      or a batch in the shape and type of the training data, or raw audio, video and images: one file \
      for each modality, or a manifest or folder as recipe 'manifest' takes it, labelled or not. Raw files \
      become arrays as those of the run's dataset did. All are normalised as in training. A \
      modality may be missing: its features are then zero, or what the model has learned for that. Beside the fused probabilities stand each \
      modality's own: of its slice of the fused logits where the fusion has slices, else with the \
      other modalities' features at zero.
      """)

  @Argument(help: ArgumentHelp("The run's folder, or a bundle of it.", valueName: "run"))
  var folder: String

  @OptionGroup var samples: SampleOptions

  @Option(help: "The weights to use: of the best epoch or of the last step.")
  var weights = SavedWeights.best

  @Option(
    help: ArgumentHelp(
      "A dataset to take names, shapes and normalisation from (default: what the run carries).",
      valueName: "dir"))
  var data: String?

  @OptionGroup var inference: InferenceOptions

  @Option(help: "How to write the probabilities.")
  var format = PredictionFormat.table

  @Option(help: ArgumentHelp("Write to a file instead.", valueName: "file"))
  var out: String?

  func validate() throws {
    try inference.check()
    try samples.check()
  }

  func run() throws {
    let parts = try RunParts.trained(
      in: RunFolder(folder), weights: weights, needing: data == nil ? .description : .samples
    ) { configuration in
      if let data { configuration.data = data }
      inference.place.apply(to: &configuration)
    }
    let source = try samples.source(for: parts)
    let predictor = Predictor(parts, source, batchSize: inference.batchSize)
    for name in predictor.missing {
      let substitute =
        predictor.hasLearned(name)
        ? "what the model has learned for that takes the place of its features"
        : "its features are zero"
      Console.note("modality '\(name)' is missing: \(substitute)")
    }
    let output = PredictionOutput(predictor)
    if let out {
      try AtomicFile.write(to: out) { sink in
        try output.write(format) { try sink.write($0) }
      }
    } else {
      try output.write(format) { text in
        switch format {
        case .csv: Console.printData(text)
        case .table, .jsonl: Console.print(text, terminator: "")
        }
      }
    }
  }
}

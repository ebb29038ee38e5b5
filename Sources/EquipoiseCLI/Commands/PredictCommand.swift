import ArgumentParser
import Equipoise
import Formats

/// `equipoise predict`
struct PredictCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict", abstract: "Class probabilities of new samples.",
    discussion: """
      The samples are a split of a prepared dataset, or one npy or npz file for each modality with a sample \
      or a batch in the shape and type of the training data; they are normalised as in training. A \
      modality may be missing: its features are then zero. Beside the fused probabilities stand each \
      modality's own: of its slice of the fused logits where the fusion has slices, else with the \
      other modalities' features at zero.
      """)

  @Argument(help: ArgumentHelp("The run's folder.", valueName: "run"))
  var folder: String

  @Argument(help: ArgumentHelp("A prepared dataset's folder.", valueName: "dataset"))
  var dataset: String?

  @Option(help: "The dataset's split.")
  var split = Split.test

  @Option(help: ArgumentHelp("A modality's samples; repeatable.", valueName: "modality=file.npy"))
  var input: [InputOption] = []

  @Option(help: "The weights to use: of the best epoch or of the last step.")
  var weights = SavedWeights.best

  @Option(
    help: ArgumentHelp(
      "Where the run's dataset is, for names, shapes and normalisation (default: the run's).",
      valueName: "dir"))
  var data: String?

  @Option(help: ArgumentHelp("The device (default: the run's).", valueName: "name"))
  var device: String?

  @Option(help: ArgumentHelp("Threads of one operation (default: the run's).", valueName: "n"))
  var threads: Int?

  @Option(help: ArgumentHelp("Samples at a time (default: the run's).", valueName: "n"))
  var batchSize: Int?

  @Option(help: "How to write the probabilities.")
  var format = PredictionFormat.table

  @Option(help: ArgumentHelp("Write to a file instead.", valueName: "file"))
  var out: String?

  func validate() throws {
    if let threads, threads < 1 { throw ValidationError("--threads takes a number from 1") }
    if let batchSize, batchSize < 1 { throw ValidationError("--batch-size takes a number from 1") }
    guard (dataset == nil) != input.isEmpty else {
      throw ValidationError("give either a dataset's folder or --input MODALITY=FILE.npy")
    }
  }

  func run() throws {
    let parts = try RunParts.trained(in: RunFolder(folder), weights: weights) { configuration in
      if let data { configuration.data = data }
      if let device { configuration.runtime.device = device }
      if let threads { configuration.runtime.threads = threads }
    }
    let source: any PredictionSource =
      try dataset.map { try DatasetPredictionSource(folder: $0, split: split, for: parts) }
      ?? ArrayPredictionSource(input.map { ($0.modality, $0.path) }, for: parts)
    let predictor = Predictor(parts, source, batchSize: batchSize)
    for name in predictor.missing {
      Console.note("modality '\(name)' is missing: its features are zero")
    }
    let output = PredictionOutput(predictor: predictor, source: source)
    if let out {
      try AtomicFile.write(to: out) { sink in
        try output.write(format) { try sink.write($0) }
      }
    } else {
      try output.write(format) { print($0, terminator: "") }
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Equipoise
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

  @Option(
    help: ArgumentHelp(
      "A modality's samples as npy or npz, or one sample's raw file or text; repeatable.",
      valueName: "modality=file"))
  var input: [InputOption] = []

  @Option(
    help: ArgumentHelp(
      "Raw files: a csv or jsonl table with a column for each modality, or a folder.",
      valueName: "path"))
  var manifest: String?

  @Option(
    help: ArgumentHelp(
      "The folder of the manifest's files (default: the manifest's own).", valueName: "dir"))
  var root: String?

  @OptionGroup var media: MediaOptions

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
    try NumberFlag.check("--threads", threads, from: 1, to: 1024)
    try NumberFlag.check("--batch-size", batchSize, from: 1, to: 1_000_000_000)
    if root != nil, manifest == nil { throw ValidationError("--root goes with --manifest") }
    guard [dataset != nil, manifest != nil, !input.isEmpty].count(where: { $0 }) == 1 else {
      throw ValidationError(
        "give one of: a dataset's folder, --input MODALITY=FILE, --manifest FILE")
    }
  }

  func run() throws {
    let parts = try RunParts.trained(in: RunFolder(folder), weights: weights) { configuration in
      if let data { configuration.data = data }
      if let device { configuration.runtime.device = device }
      if let threads { configuration.runtime.threads = threads }
    }
    let source = try source(parts)
    let predictor = Predictor(parts, source, batchSize: batchSize)
    for name in predictor.missing {
      Console.note("modality '\(name)' is missing: its features are zero")
    }
    let output = PredictionOutput(predictor: predictor)
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

  private func source(_ parts: RunParts) throws -> any PredictionSource {
    if let dataset { return try DatasetPredictionSource(folder: dataset, split: split, for: parts) }
    if let manifest {
      return try MediaPredictionSource(
        manifest: manifest, root: root, for: parts, media: media.preparation, report: Console.warn)
    }
    let files = input.map { (modality: $0.modality, path: $0.path) }
    return files.allSatisfy { ArrayPredictionSource.holdsArrays($0.path) }
      ? try ArrayPredictionSource(files, for: parts)
      : try MediaPredictionSource(
        files: files, for: parts, media: media.preparation, report: Console.warn)
  }
}

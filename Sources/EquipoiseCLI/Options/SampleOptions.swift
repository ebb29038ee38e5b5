// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Equipoise
import EquipoiseDisplay

/// The flags that say which samples a trained model is given.
struct SampleOptions: ParsableArguments {
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

  /// Throws unless one kind of samples is named.
  func check() throws {
    if root != nil, manifest == nil { throw ValidationError("--root goes with --manifest") }
    guard [dataset != nil, manifest != nil, !input.isEmpty].count(where: { $0 }) == 1 else {
      throw ValidationError(
        "give one of: a dataset's folder, --input MODALITY=FILE, --manifest FILE")
    }
  }

  /// The samples, as a run takes them.
  func source(for parts: RunParts) throws -> any PredictionSource {
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

// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseFormats
internal import Foundation

/// One training in one folder: from a configuration to scores, predictions and exports.
///
/// ```swift
/// let configuration = try Run.configuration(settings: ["data=data/digits", "method.name=aim"])
/// let run = Run(configuration, in: "runs/aim")
/// try run.train()
/// print(try run.evaluate().accuracy)
/// ```
///
/// What it writes is what `equipoise train` writes (docs/formats.md), so that both can go on with the other's runs.
/// Files of FFmpeg's kinds need a decoder (``MediaPreparation``), which the command has.
public struct Run {
  /// What it is to do.
  public let configuration: RunConfiguration
  /// Where its files lie.
  public let folder: RunFolder
  private let runs: RunCatalogue
  private let features: FeatureCatalogue

  /// A run to begin, or to continue where the folder holds it.
  ///
  /// - Parameters:
  ///   - configuration: complete; ``configuration(file:settings:catalogue:)`` makes and checks one.
  ///   - folder: the path of its folder.
  ///   - catalogue: what the configuration may name.
  public init(
    _ configuration: RunConfiguration, in folder: String, catalogue: Catalogue = .standard
  ) {
    self.configuration = configuration
    self.folder = RunFolder(folder)
    (runs, features) = (catalogue.runs, catalogue.features)
  }

  /// A run that lies in a folder, or in a bundle.
  ///
  /// - Parameters:
  ///   - folder: the path of its folder, or of the bundle.
  ///   - catalogue: what its configuration may name.
  /// - Throws: `EquipoiseError` when there is no run, or its configuration names what is not there.
  public init(in folder: String, catalogue: Catalogue = .standard) throws {
    self.folder = RunFolder(folder)
    (runs, features) = (catalogue.runs, catalogue.features)
    configuration = try SavedModel(self.folder, catalogue: runs).configuration
  }

  /// A checked configuration: a file, and settings that each override the ones before.
  ///
  /// - Parameters:
  ///   - file: the path of a YAML file, or nil.
  ///   - settings: each `KEY.PATH=VALUE`, as for `equipoise train --set`.
  ///   - catalogue: what it may name.
  /// - Returns: every setting with its value.
  /// - Throws: `EquipoiseError` for an unknown key or method, or a value of the wrong type or out of range.
  public static func configuration(
    file: String? = nil, settings: [String] = [], catalogue: Catalogue = .standard
  ) throws -> RunConfiguration {
    try RunConfiguration.resolve(file: file, sets: settings, catalogue: catalogue.runs)
      .configuration
  }

  /// Trains to the end, or until it is cancelled; a run that was stopped goes on where it was.
  ///
  /// - Parameters:
  ///   - continuing: whether to go on with a run that the folder holds; else it is refused.
  ///   - observers: told of progress, scores and warnings, on this thread.
  ///   - isCancelled: asked after each step; once it says yes the state is saved and training stops. By default it
  ///     asks whether this task is cancelled.
  /// - Returns: how it ended, with the scores of a run that is finished.
  /// - Throws: `EquipoiseError`, `TorchError` or `FormatError`: the folder is in use or holds another run, the data
  ///   does not fit, the loss is not finite, the disk is full.
  @discardableResult
  public func train(
    continuing: Bool = true, observers: [any TrainingObserver] = [],
    isCancelled: @escaping () -> Bool = { Task.isCancelled }
  ) throws -> TrainingOutcome {
    let run = try TrainingRun(
      configuration, in: folder, resume: continuing ? .auto : .never, catalogue: runs
    ) { warning in
      for observer in observers { observer.observe(.warned(warning)) }
    }
    return try run.train(stopSignal: { isCancelled() ? SIGTERM : nil }, observers: observers)
  }

  /// Scores the trained model.
  ///
  /// - Parameters:
  ///   - split: which samples.
  ///   - lastStep: whether to take the weights after the last step, not those of the best epoch.
  ///   - probing: whether to train a linear probe on each encoder's features, too.
  ///   - disturbing: whether to measure how the score falls while a modality is missing or noisy, too
  ///     (``EvaluationReport/robustness``).
  /// - Returns: the scores, fused and of each modality.
  /// - Throws: `EquipoiseError` when there are no weights yet, or the data is not there.
  public func evaluate(
    _ split: Split = .test, lastStep: Bool = false, probing: Bool = false, disturbing: Bool = false
  ) throws -> EvaluationReport {
    try trained(lastStep) {
      ($0.evaluation.probe, $0.evaluation.robustness) = (probing, disturbing)
    }.evaluate(split, probing: true, disturbing: disturbing)
  }

  /// Class probabilities of a prepared dataset's samples.
  ///
  /// - Parameters:
  ///   - dataset: the path of its folder, with one or more of the run's modalities; features of those that it lacks
  ///     are zero.
  ///   - split: which samples.
  /// - Returns: a prediction for each sample, in order.
  /// - Throws: `EquipoiseError` or `FormatError` naming what does not fit.
  public func predict(_ dataset: String, split: Split = .test) throws -> [Prediction] {
    let parts = try trained(false, needing: .description)
    return try predictions(
      parts, DatasetPredictionSource(folder: dataset, split: split, for: parts))
  }

  /// Class probabilities of arrays.
  ///
  /// - Parameter arrays: an npy or npz file for each modality, of one sample in the prepared shape, or of N along a
  ///   first axis.
  /// - Returns: a prediction for each sample, in order.
  /// - Throws: `EquipoiseError` or `FormatError` naming what does not fit.
  public func predict(arrays: [String: String]) throws -> [Prediction] {
    let parts = try trained(false, needing: .description)
    let files = arrays.sorted { $0.key < $1.key }.map { (modality: $0.key, path: $0.value) }
    return try predictions(parts, ArrayPredictionSource(files, for: parts))
  }

  /// Class probabilities of one sample's raw files, which become arrays as those of the run's dataset did.
  ///
  /// - Parameters:
  ///   - files: a file for each modality that there is one of.
  ///   - media: decodes them, where a feature needs that; its features are those of the run's catalogue.
  /// - Returns: the prediction.
  /// - Throws: `EquipoiseError` or `FormatError` naming the file at fault, or the feature that the catalogue lacks.
  public func predict(
    files: [String: String], media: MediaPreparation = .none
  ) throws -> [Prediction] {
    var media = media
    media.features = features
    let parts = try trained(false, needing: .description)
    let files = files.sorted { $0.key < $1.key }.map { (modality: $0.key, path: $0.value) }
    return try predictions(parts, MediaPredictionSource(files: files, for: parts, media: media))
  }

  /// Writes the whole model as ONNX, from prepared arrays to class probabilities, in single precision.
  ///
  /// - Parameter path: the file.
  /// - Throws: `EquipoiseError` for a model that ONNX cannot hold, or when there are no weights yet.
  public func export(onnx path: String) throws {
    let parts = try trained(false, needing: .description) {
      $0.runtime.device = "cpu"
      $0.training.precision = .fp32
    }
    try ONNXExport(of: parts).write(to: path)
  }

  /// Writes one encoder's weights as safetensors, under PyTorch's names without a prefix.
  ///
  /// - Parameters:
  ///   - modality: whose encoder.
  ///   - path: the file.
  /// - Throws: `EquipoiseError` when there are no weights yet, or no such modality.
  public func export(encoder modality: String, to path: String) throws {
    try EncoderExport(
      modality, of: trained(false, needing: .description) { $0.runtime.device = "cpu" }.model
    )
    .write(to: path)
  }

  /// Writes the run as one file: weights, configuration and what it carries of its dataset. Commands and
  /// ``init(in:catalogue:)`` take it in place of the run's folder, for all but training.
  ///
  /// - Parameter path: the file.
  /// - Throws: `EquipoiseError` when there are no weights yet.
  public func export(bundle path: String) throws {
    let parts = try trained(false, needing: .description) { $0.runtime.device = "cpu" }
    try RunBundle.write(folder, parts, weights: .best, to: path, catalogue: runs)
  }

  private func trained(
    _ lastStep: Bool, needing need: DataNeed = .samples,
    changing change: (inout RunConfiguration) -> Void = { _ in }
  ) throws -> RunParts {
    try RunParts.trained(
      in: folder, weights: lastStep ? .last : .best, needing: need, catalogue: runs,
      changing: change)
  }

  private func predictions(
    _ parts: RunParts, _ source: any PredictionSource
  ) throws -> [Prediction] {
    let predictor = Predictor(parts, source)
    let classes = predictor.classes
    func named(_ probabilities: ClassProbabilities) -> [String: Float] {
      Dictionary(uniqueKeysWithValues: zip(classes, probabilities.values))
    }
    var found: [Prediction] = []
    try predictor.forEachSample { sample in
      found.append(
        Prediction(
          sample: sample.name, label: predictor.truth(sample),
          predicted: predictor.answer(sample.fused), probabilities: named(sample.fused),
          modalities: Dictionary(
            uniqueKeysWithValues: sample.modalities.map { ($0.name, named($0.probabilities)) })))
    }
    return found
  }
}

/// What a run says of one sample.
public struct Prediction: Sendable {
  /// The sample's name, or its number.
  public let sample: String
  /// Its true class, where that is known; of several labels and of numbers all of them with `|` between.
  public let label: String?
  /// The first class with the largest fused probability, the labels of more than ½, or the numbers.
  public let predicted: String
  /// The fused probability of each class or label, or the number of each target in its own unit.
  public let probabilities: [String: Float]
  /// The same by each modality that is there: of its slice of the fused logits where the fusion has slices, else
  /// with the other modalities' features at zero.
  public let modalities: [String: [String: Float]]
}

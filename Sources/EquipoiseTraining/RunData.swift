// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseSettings
internal import EquipoiseKit
internal import EquipoiseData
internal import EquipoiseMethods
internal import EquipoiseModels
import EquipoiseTorch

/// The splits of a run's dataset, and how batches are made of them.
struct RunData {
  let dataset: PreparedDataset
  let splits: [Split: Samples]
  /// What is to be said of the carved validation split.
  let notes: [String]
  private let loader: Loader
  private let normalizer: InputNormalizer
  private let batchSize: Int
  private let dropsLast: Bool
  private let evaluationBatchSize: Int
  private let workers: Int
  /// Whether modalities are left out of training samples.
  private let isAugmentedByDropout: Bool

  /// Opens the dataset that a configuration names; a validation split that is missing is carved
  /// from the training split.
  init(_ configuration: RunConfiguration, device: Device) throws {
    dataset = try PreparedDataset(folder: configuration.data, modalities: configuration.modalities)
    try configuration.checkModalities(
      dataset.description.modalities.keys.sorted(), of: dataset.description.name)
    var notes: [String] = []
    let evaluation = configuration.evaluation
    let (fraction, seed) = (evaluation.validationFraction, UInt64(configuration.runtime.seed))
    if let folds = evaluation.foldOptions {
      splits = try dataset.foldSplits(folds, validationFraction: fraction, seed: seed) {
        notes.append($0)
      }
    } else {
      splits = try dataset.trainingSplits(validationFraction: fraction, seed: seed) {
        notes.append($0)
      }
    }
    let training = configuration.training
    let task = dataset.description.task
    guard training.sampling == .shuffled || task == .classification else {
      throw EquipoiseError(
        .configuration,
        "balanced sampling needs one class a sample, and the task is \(task.rawValue)",
        at: "training.sampling", fix: "set training.sampling=shuffled")
    }
    notes += splits.sorted { $0.key.rawValue < $1.key.rawValue }.compactMap { split, samples in
      samples.leftOut == 0
        ? nil
        : "\(Enumeration.count(samples.leftOut, "sample")) of split '\(split.rawValue)' "
          + "\(samples.leftOut == 1 ? "has" : "have") none of the modalities in use and "
          + "\(samples.leftOut == 1 ? "is" : "are") left out"
    }
    notes += try ClassBalance.notes(
      splits[.train] ?? dataset.samples(.train), of: dataset.description, training)
    notes += try Self.missingNotes(splits[.train] ?? dataset.samples(.train), in: dataset.folder)
    self.notes = notes
    isAugmentedByDropout = dataset.modalities.contains {
      configuration.augmentation[$0.name]?.modalityDropout ?? 0 > 0
    }
    let runtime = configuration.runtime
    loader = try Loader(
      splits[.train] ?? dataset.samples(.train),
      LoaderOptions(
        batchSize: training.batchSize, sampling: training.sampling, dropLast: training.dropLast,
        seed: UInt64(runtime.seed), augmentation: configuration.augmentation.elements,
        workers: runtime.loaders, prefetch: runtime.prefetch,
        bucketing: training.bucketing))
    guard training.bucketing == 0 || loader.samples.lengths.contains(where: { $0 != nil }) else {
      throw EquipoiseError(
        .configuration, "batches are sorted by length, and no modality of the dataset has lengths",
        at: "training.bucketing", fix: "leave it out")
    }
    guard loader.stepsPerEpoch > 0 else {
      throw EquipoiseError(
        .configuration,
        "the \(loader.samples.count) training samples do not fill a batch of \(training.batchSize), and "
          + "smaller batches are left out", at: "training.dropLast",
        fix: "choose a smaller training.batchSize or set training.dropLast=false")
    }
    normalizer = InputNormalizer(
      dataset.modalities, device: device, channelsLast: training.channelsLast)
    batchSize = training.batchSize
    dropsLast = training.dropLast
    evaluationBatchSize = configuration.evaluation.batchSize ?? training.batchSize
    workers = runtime.loaders
  }

  /// How many training samples lack each modality. Throws where none has one.
  private static func missingNotes(_ samples: Samples, in folder: String) throws -> [String] {
    try zip(samples.modalities, samples.present).compactMap { modality, present in
      guard let lacking = present?.count(where: { !$0 }), lacking > 0 else { return nil }
      guard lacking < samples.count else {
        throw EquipoiseError(
          .data, "no training sample has modality '\(modality.name)'", at: folder,
          fix: "name the others in 'modalities'")
      }
      return Enumeration.lacking(lacking, "training sample", of: samples.count, modality.name)
    }
  }

  var stepsPerEpoch: Int { loader.stepsPerEpoch }

  var samplesPerEpoch: Int { dropsLast ? stepsPerEpoch * batchSize : loader.samples.count }

  /// The number of training samples of each class, or that have each label; empty in a regression.
  var samplesPerClass: [Int] { loader.samples.counts(of: dataset.description) }

  /// What the training samples have of each label or target; empty in a classification.
  var targets: [[Float]] { loader.samples.targets?.columns ?? [] }

  /// What the training samples say of the task, for its loss.
  func objective(_ loss: LossSection, on device: Device) throws -> Objective {
    let description = dataset.description
    return try loss.makeObjective(
      for: LossSetting(
        task: description.task, outputs: description.outputs, samples: loader.samples.count,
        counts: samplesPerClass, device: device),
      scale: description.task == .regression
        ? loader.samples.targets.map { TargetScale(of: $0.columns, device: device) } : nil)
  }

  /// The modalities whose samples have lengths of their own.
  var modalitiesWithLengths: Set<String> {
    Set(
      splits.values.flatMap { samples in
        zip(samples.modalities, samples.lengths).filter { $1 != nil }.map(\.0.name)
      })
  }

  /// The modalities of which training samples differ in length.
  var modalitiesOfSeveralLengths: Set<String> {
    let samples = loader.samples
    return Set(
      samples.modalities.indices.filter { Set(samples.ownLengths($0) ?? []).count > 1 }
        .map { samples.modalities[$0].name })
  }

  /// Whether a training sample of a modality has a single valid step.
  func hasSamplesOfOneStep(_ name: String) -> Bool {
    let samples = loader.samples
    return samples.modalities.indices.contains {
      samples.modalities[$0].name == name && samples.ownLengths($0)?.contains(1) == true
    }
  }

  /// Whether a training sample may lack a modality, of itself or because it is left out.
  var lacksModalities: Bool {
    isAugmentedByDropout || loader.samples.present.contains { $0?.contains(false) == true }
  }

  func has(_ split: Split) -> Bool { (splits[split]?.count ?? 0) > 0 }

  /// The training batches of an epoch, shuffled and augmented.
  func trainingBatches(epoch: Int, from step: Int) throws -> DeviceBatches {
    DeviceBatches(stream: loader.batches(epoch: epoch, from: step), normalizer: normalizer)
  }

  /// Visits a split or a part of it in order, without augmentation; every sample once. A part is at
  /// least a batch.
  func forEachBatch(
    of split: Split, in subset: TrainingSubset? = nil, _ body: (Batch) throws -> Void
  ) throws {
    guard let all = splits[split], all.count > 0 else {
      throw EquipoiseError(
        .data, "the dataset has no samples in split '\(split.rawValue)'", at: dataset.folder,
        fix: "prepare the dataset with that split or choose another one")
    }
    let samples =
      subset.map { all.subset($0.indices(of: all.count, atLeast: batchSize)) } ?? all
    let loader = try Loader(
      samples, LoaderOptions(batchSize: evaluationBatchSize, workers: workers))
    let batches = DeviceBatches(stream: loader.batches(epoch: 0), normalizer: normalizer)
    while let batch = try batches.next() { try body(batch) }
  }
}

/// Batches of an epoch on the device.
final class DeviceBatches {
  private let stream: BatchStream
  private let normalizer: InputNormalizer

  init(stream: BatchStream, normalizer: InputNormalizer) {
    self.stream = stream
    self.normalizer = normalizer
  }

  /// Seconds spent waiting for data so far.
  var waitSeconds: Double { stream.waitSeconds }

  func next() throws -> Batch? { try stream.next().map { normalizer($0) } }
}

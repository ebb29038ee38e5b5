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
  /// What of the training samples a model, its objective and its method are made by.
  let statistics: DataStatistics
  /// Makes training batches; nil where the dataset is not here.
  private let loader: Loader?
  private let normalizer: InputNormalizer
  private let batchSize: Int
  private let bucketing: Int
  private let dropsLast: Bool
  private let evaluationBatchSize: Int
  private let loaders: Int
  /// The processes that train together; nil of one alone.
  private let workers: WorkerGroup?

  /// Opens the dataset that a configuration names; a validation split that is missing is carved
  /// from the training split.
  init(
    _ configuration: RunConfiguration, device: Device, workers: WorkerGroup? = nil
  ) throws {
    self.workers = workers
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
    let runtime = configuration.runtime
    var options = LoaderOptions(
      batchSize: training.batchSize, sampling: training.sampling, dropLast: training.dropLast,
      seed: UInt64(runtime.seed), augmentation: configuration.augmentation.elements,
      workers: runtime.loaders, prefetch: runtime.prefetch, bucketing: training.bucketing)
    options.share = workers.map {
      // Statistics of a worker's own rows need two of them.
      let least = training.batchStatistics == .worker || training.microBatchSize != nil ? 2 : 1
      return LoaderShare(rank: $0.rank, count: $0.count, leastRows: least)
    }
    let loader = try Loader(splits[.train] ?? dataset.samples(.train), options)
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
    self.loader = loader
    statistics = Self.statistics(of: loader.samples, splits, dataset, configuration, device)
    normalizer = InputNormalizer(
      dataset.modalities, device: device, channelsLast: training.channelsLast, workers: workers)
    batchSize = training.batchSize
    dropsLast = training.dropLast
    bucketing = training.bucketing
    evaluationBatchSize = configuration.evaluation.batchSize ?? training.batchSize
    loaders = runtime.loaders
  }

  /// What a run carries of a dataset that is not here: enough to predict, not to train or evaluate.
  init(carried: CarriedDataset, _ configuration: RunConfiguration, device: Device) throws {
    statistics = try carried.statistics()
    dataset = try PreparedDataset(
      carried: carried.files, from: carried.place, modalities: configuration.modalities,
      fingerprint: statistics.dataset)
    (splits, notes, loader) = ([:], [], nil)
    normalizer = InputNormalizer(
      dataset.modalities, device: device, channelsLast: configuration.training.channelsLast)
    batchSize = configuration.training.batchSize
    dropsLast = configuration.training.dropLast
    bucketing = configuration.training.bucketing
    evaluationBatchSize = configuration.evaluation.batchSize ?? batchSize
    (loaders, workers) = (configuration.runtime.loaders, nil)
  }

  private static func statistics(
    of training: Samples, _ splits: [Split: Samples], _ dataset: PreparedDataset,
    _ configuration: RunConfiguration, _ device: Device
  ) -> DataStatistics {
    let description = dataset.description
    let isLeftOut = dataset.modalities.contains {
      configuration.augmentation[$0.name]?.modalityDropout ?? 0 > 0
    }
    var statistics = DataStatistics(
      dataset: dataset.fingerprint, samples: training.count,
      samplesPerClass: training.counts(of: description),
      withLengths: Set(
        splits.values.flatMap { samples in
          zip(samples.modalities, samples.lengths).filter { $1 != nil }.map(\.0.name)
        }
      ).sorted(),
      ofSeveralLengths: training.modalities.indices.filter {
        Set(training.ownLengths($0) ?? []).count > 1
      }.map { training.modalities[$0].name },
      lacking: Set(
        splits.values.flatMap { samples in
          zip(samples.modalities, samples.present).filter { $1?.contains(false) == true }
            .map(\.0.name)
        }
      ).sorted(),
      lacksModalities: isLeftOut || training.present.contains { $0?.contains(false) == true })
    if description.task == .regression, let targets = training.targets {
      let scale = TargetScale(of: targets.columns, device: device)
      (statistics.means, statistics.deviations) = (scale.means, scale.deviations)
    }
    return statistics
  }

  /// Whether the samples are here.
  var hasSamples: Bool { loader != nil }

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

  var stepsPerEpoch: Int { loader?.stepsPerEpoch ?? 0 }

  var samplesPerEpoch: Int {
    dropsLast ? stepsPerEpoch * batchSize : loader?.samples.count ?? 0
  }

  /// The number of training samples of each class, or that have each label; empty in a regression.
  var samplesPerClass: [Int] { statistics.samplesPerClass }

  /// What the training samples have of each label or target; empty in a classification.
  var targets: [[Float]] { loader?.samples.targets?.columns ?? [] }

  /// What the training samples say of the task, for its loss.
  func objective(_ loss: LossSection, on device: Device) throws -> Objective {
    let description = dataset.description
    return try loss.makeObjective(
      for: LossSetting(
        task: description.task, outputs: description.outputs, samples: statistics.samples,
        counts: samplesPerClass, device: device), scale: statistics.scale(on: device))
  }

  /// The modalities whose samples have lengths of their own.
  var modalitiesWithLengths: Set<String> { Set(statistics.withLengths) }

  /// The modalities that samples of some split say they lack.
  var lackingModalities: Set<String> { Set(statistics.lacking) }

  /// The modalities of which training samples differ in length.
  var modalitiesOfSeveralLengths: Set<String> { Set(statistics.ofSeveralLengths) }

  /// The valid steps of the training samples that have a modality, of modalities where some have fewer than their shape.
  var trainingLengths: [String: [Int]] {
    guard let samples = loader?.samples else { return [:] }
    var found: [String: [Int]] = [:]
    for (index, modality) in samples.modalities.enumerated() {
      guard let own = samples.ownLengths(index), !own.isEmpty,
        own.contains(where: { $0 < modality.description.shape[0] })
      else { continue }
      found[modality.name] = own
    }
    return found
  }

  /// Whether a training sample of a modality has a single valid step.
  func hasSamplesOfOneStep(_ name: String) -> Bool {
    guard let samples = loader?.samples else { return false }
    return samples.modalities.indices.contains {
      samples.modalities[$0].name == name && samples.ownLengths($0)?.contains(1) == true
    }
  }

  /// Whether a training sample may lack a modality, of itself or because it is left out.
  var lacksModalities: Bool { statistics.lacksModalities }

  func has(_ split: Split) -> Bool { (splits[split]?.count ?? 0) > 0 }

  /// The training batches of an epoch, shuffled and augmented.
  func trainingBatches(epoch: Int, from step: Int) throws -> DeviceBatches {
    guard let loader else { throw notHere }
    return DeviceBatches(stream: loader.batches(epoch: epoch, from: step), normalizer: normalizer)
  }

  /// Visits a split or a part of it, without augmentation; every sample once. A part is at least a batch.
  ///
  /// - Parameters:
  ///   - split: which samples.
  ///   - subset: which part of them; nil for all.
  ///   - byLength: whether, where training sorts its batches by length, samples of similar length come together; else
  ///     they come in order.
  ///   - body: takes a batch.
  /// - Throws: `EquipoiseError` for a split without samples, and what `body` throws.
  func forEachBatch(
    of split: Split, in subset: TrainingSubset? = nil, byLength: Bool = false,
    _ body: (Batch) throws -> Void
  ) throws {
    try forEachBatch(of: split, in: subset, byLength: byLength, among: nil, body)
  }

  /// The same of this worker's part of the batches, of consecutive ones: those of all workers are those of one process.
  func forEachOwnBatch(
    of split: Split, byLength: Bool, _ body: (Batch) throws -> Void
  ) throws {
    try forEachBatch(of: split, in: nil, byLength: byLength, among: workers, body)
  }

  private func forEachBatch(
    of split: Split, in subset: TrainingSubset?, byLength: Bool, among workers: WorkerGroup?,
    _ body: (Batch) throws -> Void
  ) throws {
    guard hasSamples else { throw notHere }
    guard let all = splits[split], all.count > 0 else {
      throw EquipoiseError(
        .data, "the dataset has no samples in split '\(split.rawValue)'", at: dataset.folder,
        fix: "prepare the dataset with that split or choose another one")
    }
    let samples =
      subset.map { all.subset($0.indices(of: all.count, atLeast: batchSize)) } ?? all
    let loader = try Loader(
      samples,
      LoaderOptions(
        batchSize: evaluationBatchSize, workers: loaders, bucketing: byLength ? bucketing : 0))
    let own = workers.map {
      BatchShare.parts(of: loader.stepsPerEpoch, among: $0.count)[$0.rank]
    }
    let batches = DeviceBatches(
      stream: loader.batches(epoch: 0, from: own?.lowerBound ?? 0, to: own?.upperBound),
      normalizer: normalizer)
    while let batch = try batches.next() { try body(batch) }
  }

  private var notHere: EquipoiseError {
    EquipoiseError(
      .data, "the run's dataset is not here", at: dataset.folder,
      fix: "say where it is with \(.setting("data=DIR"))")
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

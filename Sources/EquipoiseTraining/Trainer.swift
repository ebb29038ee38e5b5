// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseMetrics
internal import EquipoiseSettings
package import EquipoiseKit
internal import EquipoiseModels
internal import EquipoiseData
internal import EquipoiseModels
internal import EquipoiseMethods
import EquipoiseFormats
import Foundation
import EquipoiseTorch
internal import EquipoiseWorkers

/// How a run ended.
public enum TrainingOutcome: Sendable {
  /// Every epoch is done; the test split has been read once.
  case finished(RunResult)
  /// The configured number of steps is done.
  case reachedMaxSteps(Int)
  /// A signal asked to stop; the state is saved.
  case interrupted(signal: Int32)
}

/// Trains one run in a folder: steps, validation, checkpoints, and at the end one look at the test
/// split.
public final class Trainer {
  private let run: RunFolder
  private let parts: RunParts
  private let store: CheckpointStore
  private let observers: [any TrainingObserver]
  private let stopSignal: () throws -> Int32?
  /// Whether this process writes the run's files: of several that train together the first.
  private let isFirst: Bool
  private let step: (StepContext) throws -> StepReport
  private var progress = TrainingProgress()
  private var log: StepLog
  private var end: TrainingEnd
  /// Seconds of this sitting in the epoch under way, and how many of them went on waiting for data.
  private var epochSeconds = 0.0
  private var waitSeconds = 0.0

  /// A trainer of the parts that a configuration describes.
  ///
  /// - Parameters:
  ///   - parts: dataset, model, method and optimiser.
  ///   - run: the folder to write to.
  ///   - stopSignal: asked after each step whether a signal wants training to save and stop.
  ///   - observers: told of what happens.
  package init(
    _ parts: RunParts, in run: RunFolder, stopSignal: @escaping () -> Int32? = { nil },
    observers: [any TrainingObserver] = []
  ) {
    self.parts = parts
    self.run = run
    let workers = parts.workers
    self.stopSignal = {
      guard let workers else { return stopSignal() }
      return try workers.agreedSignal(stopSignal())
    }
    isFirst = workers?.isFirst != false
    self.observers = observers
    store = CheckpointStore(
      folder: run.checkpoints, keep: parts.configuration.runtime.keepCheckpoints)
    log = StepLog(
      continuing: RunningTotals(), device: parts.device, task: parts.objective.task)
    end = TrainingEnd(
      parts.configuration.training, selection: parts.selection, after: TrainingProgress(), workers)
    parts.engine.stopSignal = self.stopSignal
    step = parts.step
  }

  /// Trains until the last epoch, the step limit or a signal.
  ///
  /// - Parameter resuming: continues from the newest whole checkpoint, if there is one.
  /// - Returns: how it ended.
  /// - Throws: `EquipoiseError` for a loss that is not finite, broken data or a full disk; the
  ///   checkpoints written before stay.
  public func train(resuming: Bool) throws -> TrainingOutcome {
    let journal = try isFirst ? JSONLines(path: run.metrics) : nil
    if resuming { try resume(journal) }
    try journal?.truncate(toBytes: progress.metricsBytes)
    let histograms = (parts.method as? any DepthReporting)?.histograms ?? []
    let logs = try isFirst ? MetricsLogs(run, histograms: histograms) : nil
    notify(
      .began(
        epochs: parts.configuration.training.epochs, stepsPerEpoch: parts.stepsPerEpoch,
        epoch: progress.epoch, step: progress.step))
    if reachedLimit { return try finishEarly() }
    let verification = isFirst ? BackgroundVerification(parts.data.dataset) : nil
    defer { verification?.cancel() }
    while progress.epoch < parts.configuration.training.epochs {
      // However short its time is, a run has one step.
      if progress.step == 0, progress.globalStep > 0, let reason = try end.reason(progress) {
        notify(.stopped(reason))
        break
      }
      if let early = try trainEpoch() { return early }
      try finishEpoch(journal, logs, verification)
      if let early = try stopIfAsked() { return early }
    }
    return .finished(try conclude())
  }

  // MARK: Epochs and steps

  private func trainEpoch() throws -> TrainingOutcome? {
    let epoch = progress.epoch
    parts.plan.begin(epoch: epoch)
    parts.engine.optimizer.learningRate = parts.rates.rate(epoch: epoch, step: progress.step)
    if progress.step == 0, let early = try beginEpoch(epoch) { return early }
    // An epoch whose time was up when the run was stopped.
    if progress.step > 0, try end.isTimeUp() { return nil }
    let batches = try parts.data.trainingBatches(epoch: epoch, from: progress.step)
    (epochSeconds, waitSeconds) = (0, 0)
    var clock = ContinuousClock.now
    while let batch = try batches.next() {
      try take(batch, epoch)
      let now = ContinuousClock.now
      progress.seconds += (now - clock).seconds
      epochSeconds += (now - clock).seconds
      clock = now
      waitSeconds = batches.waitSeconds
      if progress.step < parts.stepsPerEpoch, let early = try stopIfAsked() { return early }
      try saveIfDue()
      if try end.isTimeUp() { break }
    }
    return nil
  }

  /// Lets the method act; a signal meanwhile leaves the state before.
  private func beginEpoch(_ epoch: Int) throws -> TrainingOutcome? {
    guard let method = parts.method as? any EpochAdapting else { return nil }
    let start = ContinuousClock.now
    do {
      try method.beginEpoch(epoch, with: parts.engine)
    } catch let request as StopRequest {
      return try interrupted(by: request.signal)
    }
    progress.seconds += (ContinuousClock.now - start).seconds
    return nil
  }

  private func take(_ batch: Batch, _ epoch: Int) throws {
    let context = StepContext(
      epoch: epoch, step: progress.step, stepsPerEpoch: parts.stepsPerEpoch,
      globalStep: progress.globalStep, batch: batch,
      mode: .training(dropout: dropout(of: batch)))
    if parts.rates.changeInEpochs {
      parts.engine.optimizer.learningRate = parts.rates.rate(epoch: epoch, step: progress.step)
    }
    let report = try parts.engine.taking(batch) { try step(context) }
    parts.averaging?.finishStep(of: epoch)
    if let broken = log.add(report, labels: batch.labels, step: progress.step) {
      throw notFinite(broken, batch)
    }
    progress.step += 1
    progress.globalStep += 1
    let totals = log.totals
    notify(
      .stepped(
        epoch: epoch, step: progress.step, samples: batch.count,
        meanLoss: totals.samples == 0 ? nil : totals.loss / Double(totals.samples)))
  }

  /// The run's stream; where several workers take the batch in parts, each has one of the step's.
  private func dropout(of batch: Batch) -> Generator {
    batch.share.map {
      WorkerStreams.dropout(
        "dropout", step: progress.globalStep, of: $0,
        seed: UInt64(parts.configuration.runtime.seed), parts.device)
    } ?? parts.streams["dropout"]
  }

  private func notFinite(_ step: Int, _ batch: Batch) -> EquipoiseError {
    EquipoiseError(
      .training,
      "the loss is not finite at epoch \(progress.epoch), step \(step): first seen in "
        + NonFinite.diagnose(parts.model, batch),
      at: run.path,
      fix: "lower training.optimiser.learningRate or set training.gradientClip; the checkpoints "
        + "before this step are whole")
  }

  private func finishEpoch(
    _ journal: JSONLines?, _ logs: MetricsLogs?, _ verification: BackgroundVerification?
  ) throws {
    try flushLog()
    try parts.averaging?.finishEpoch(progress.epoch) { try parts.data.forEachBatch(of: .train, $0) }
    let report = try parts.whileScored { try parts.evaluate(.validation) }
    let totals = log.totals
    let record = EpochRecord(
      epoch: progress.epoch, globalStep: progress.globalStep,
      learningRate: parts.engine.optimizer.learningRate,
      trainLoss: totals.loss / Double(max(1, totals.samples)),
      trainAccuracy: parts.objective.task == .classification
        ? Double(totals.correct) / Double(max(1, totals.samples)) : nil,
      validation: report, telemetry: log.telemetryMeans,
      multiplyAddsPerSample: parts.multiplyAddsPerSample, seconds: progress.seconds,
      dataWait: waitSeconds / max(epochSeconds, 1e-9))
    try parts.workers?.checkEqual(parts.trained, "after epoch \(progress.epoch)")
    try journal?.append(record)
    // Before the checkpoint that counts these bytes as there.
    try journal?.synchronise()
    try writeMeasurements()
    try logs?.append(record)
    try keepIfBest(report)
    end.observe(report, &progress)
    parts.rates.observe(report, epoch: progress.epoch)
    try verification?.finish()
    progress.metricsBytes = journal?.byteCount ?? 0
    progress.metricsChecksum = journal?.checksum
    progress.epoch += 1
    progress.step = 0
    log.reset()
    try save()
    notify(.finishedEpoch(record))
  }

  private func writeMeasurements() throws {
    guard isFirst, let method = parts.method as? any EpochMeasuring else { return }
    let tensors = try method.measure(with: parts.engine)
    guard !tensors.isEmpty else { return }
    try FileSystem.makeFolder(run.measurements)
    try TensorFile.write(
      tensors.map { (name: $0.name.key, tensor: $0.tensor) },
      to: run.measurements(epoch: progress.epoch), checksummed: true)
  }

  private func flushLog() throws {
    if let broken = log.read() {
      throw EquipoiseError(
        .training, "the loss is not finite at epoch \(progress.epoch), step \(broken)",
        at: run.path, fix: "lower training.optimiser.learningRate")
    }
  }

  private func keepIfBest(_ report: EvaluationReport) throws {
    let epoch = BestEpoch(
      epoch: progress.epoch,
      score: report.selectionScore(parts.selection), loss: report.loss)
    if let best = progress.best, !epoch.isBetter(than: best) { return }
    progress.best = epoch
    guard isFirst else { return }
    try parts.whileScored { try BestWeights(run: run).save(parts.model.state, of: epoch) }
  }

  // MARK: Stopping

  private var reachedLimit: Bool {
    parts.configuration.runtime.maxSteps.map { progress.globalStep >= $0 } ?? false
  }

  private func stopIfAsked() throws -> TrainingOutcome? {
    if let signal = try stopSignal() { return try interrupted(by: signal) }
    return reachedLimit ? try finishEarly() : nil
  }

  private func interrupted(by signal: Int32) throws -> TrainingOutcome {
    try save()
    notify(
      .stopped(
        "signal \(signal): the state is saved in \(run.checkpoints); "
          + "\(.repeating("run")) to continue"))
    return .interrupted(signal: signal)
  }

  private func finishEarly() throws -> TrainingOutcome {
    try save()
    try saveWeights()
    notify(.stopped("\(progress.globalStep) steps are done, as runtime.maxSteps asks"))
    return .reachedMaxSteps(progress.globalStep)
  }

  private func saveWeights() throws {
    guard isFirst else { return }
    try parts.model.save(to: run.weights, metadata: ["step": "\(progress.globalStep)"])
  }

  private func loadBest() throws {
    guard progress.best != nil else { return }
    if isFirst { try parts.model.load(from: run.best) }
    guard let workers = parts.workers else { return }
    let best = try workers.broadcast(parts.model.state)
    let named = Dictionary(uniqueKeysWithValues: best.map { ($0.name, $0.tensor) })
    if !isFirst { try parts.model.load(named, source: "worker 0") }
  }

  /// The last weights are kept; the best by validation are scored, on the test split once. What of the scores takes the
  /// whole of a split is the first worker's work.
  private func conclude() throws -> RunResult {
    try saveWeights()
    try loadBest()
    let readsTest = parts.configuration.evaluation.test && parts.data.has(.test)
    var validation = try parts.evaluate(.validation)
    var test = readsTest ? try parts.evaluate(.test) : nil
    if isFirst {
      try parts.measure(.validation, probing: true, disturbing: !readsTest, into: &validation)
      if var scores = test {
        try parts.measure(.test, probing: true, disturbing: true, into: &scores)
        test = scores
      }
    }
    let result = RunResult(
      method: parts.configuration.method.name, seed: parts.configuration.runtime.seed,
      selectedBy: parts.selection.rawValue,
      bestEpoch: progress.best?.epoch,
      validation: validation, test: test, steps: progress.globalStep, seconds: progress.seconds)
    if isFirst { try result.write(in: run) }
    return result
  }

  // MARK: State

  private func saveIfDue() throws {
    guard let every = parts.configuration.runtime.checkpointEverySteps,
      progress.globalStep.isMultiple(of: every), progress.step < parts.stepsPerEpoch
    else { return }
    try save()
  }

  private func save() throws {
    try flushLog()
    if let broken = NonFinite.firstBroken(in: parts.trained) {
      throw EquipoiseError(
        .training, "'\(broken)' is no longer finite after step \(progress.globalStep)",
        at: run.path, fix: "lower training.optimiser.learningRate; older checkpoints are whole")
    }
    progress.running = log.totals
    progress.elapsed = end.elapsed
    progress.plateau = parts.rates.plateau
    guard isFirst else { return }
    try store.save(Checkpoint(progress: progress, tensors: parts.state))
  }

  /// The newest checkpoint that fits the journal.
  private func latest(_ journal: JSONLines?) throws -> Checkpoint? {
    guard let journal else { return nil }
    return try store.latest(warn: { notify(.warned($0)) }) { progress in
      let fits = try journal.begins(
        with: progress.metricsBytes, checksum: progress.metricsChecksum)
      return fits
        ? nil
        : "\(journal.path) is damaged: it should begin with \(progress.metricsBytes) bytes that are "
          + "no longer there"
    }
  }

  private func resume(_ journal: JSONLines?) throws {
    let found =
      if let workers = parts.workers {
        try workers.checkpoint { try latest(journal) }
      } else {
        try latest(journal)
      }
    guard let checkpoint = found else { return }
    try parts.restore(checkpoint)
    progress = checkpoint.progress
    parts.rates.plateau = progress.plateau
    end = TrainingEnd(
      parts.configuration.training, selection: parts.selection, after: progress, parts.workers)
    if isFirst, let best = progress.best {
      try BestWeights(run: run).mend(best, from: store) { notify(.warned($0)) }
    }
    log = StepLog(
      continuing: progress.running, device: parts.device, task: parts.objective.task)
  }

  private func notify(_ event: TrainingEvent) {
    for observer in observers { observer.observe(event) }
  }
}

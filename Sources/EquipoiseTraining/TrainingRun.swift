// SPDX-License-Identifier: Apache-2.0
package import EquipoiseKit
internal import EquipoiseSettings
internal import EquipoiseMethods
internal import EquipoiseMetrics
internal import EquipoiseModels
import EquipoiseFormats
import Foundation
package import EquipoiseTorch
internal import EquipoiseWorkers

/// What to do about a run that a folder already holds.
package enum ResumePolicy: String, CaseIterable, Sendable {
  /// Continue it from its newest whole checkpoint; start from the beginning where there is none.
  case auto
  /// Refuse: a run is not overwritten.
  case never
}

/// A run in a folder: begun or continued, trained, and left with its results.
package struct TrainingRun {
  /// The run's files.
  package let folder: RunFolder
  /// Dataset, model, method and optimiser.
  package let parts: RunParts
  private let continues: Bool
  /// Whether it is to have more epochs than before.
  private let isGrown: Bool
  /// Of the process that writes the run's files.
  private let lock: ProcessLock?

  /// Takes a folder for a run.
  ///
  /// - Parameters:
  ///   - configuration: resolved and validated.
  ///   - folder: where the run's files go.
  ///   - resume: what to do when the folder holds a run.
  ///   - catalogue: what the configuration may name.
  ///   - workers: the processes that train together, of which the first alone reads and writes the folder; nil of one
  ///     alone.
  ///   - warn: told of changes that alter the last bits of results, of a validation split that could
  ///     not be carved in whole groups, and of a file system without locks.
  /// - Throws: when the folder holds another run, is in use, or does not fit the configuration;
  ///   nothing is written then.
  package init(
    _ configuration: RunConfiguration, in folder: RunFolder, resume: ResumePolicy,
    catalogue: RunCatalogue = .inUse, workers: WorkerGroup? = nil,
    warn: (String) -> Void = { _ in }
  ) throws {
    self.folder = folder
    func onFirst<Value: Codable>(_ body: () throws -> Value) throws -> Value {
      try workers?.agreed(body) ?? body()
    }
    var before: RunConfiguration?
    continues = try onFirst {
      before = try Self.before(configuration, in: folder, resume, catalogue)
      return before != nil
    }
    func tell(_ notice: String) { if workers?.isFirst != false { warn(notice) } }
    parts = try RunParts(configuration, catalogue: catalogue, workers: workers)
    try workers?.checkAlike(try Self.facts(parts))
    parts.data.notes.forEach(tell)
    (parts.method as? any NoticeGiving)?.notices.forEach(tell)
    if let notice = Self.precisionNotice(configuration.training.precision, on: parts.device) {
      tell(notice)
    }
    isGrown = before.map { $0.training.epochs < configuration.training.epochs } ?? false
    var lock: ProcessLock?
    let (parts, isGrown) = (self.parts, self.isGrown)
    _ = try onFirst {
      if let before { try Self.check(parts, after: before, isGrown, in: folder, warn: warn) }
      try TrainingSpace(parts).check(folder)
      try folder.create()
      lock = try ProcessLock(folder: folder.path, warn: warn)
      return true
    }
    self.lock = lock
  }

  /// Checks what a continued run is continued with, and says what differs from before.
  private static func check(
    _ parts: RunParts, after before: RunConfiguration, _ isGrown: Bool, in folder: RunFolder,
    warn: (String) -> Void
  ) throws {
    try checkEnvironment(parts, in: folder, warn: warn)
    if isGrown { RunGrowth(before, parts).notices.forEach(warn) }
    let now = parts.configuration
    if before.evaluation.batchSize != now.evaluation.batchSize {
      warn(
        "evaluation.batchSize was \(text(before)) and is now \(text(now)): the last bits of "
          + "scores may differ")
    }
  }

  /// The configuration of the run that a folder holds, which is to be continued; nil where it holds none.
  private static func before(
    _ configuration: RunConfiguration, in folder: RunFolder, _ resume: ResumePolicy,
    _ catalogue: RunCatalogue
  ) throws -> RunConfiguration? {
    guard folder.isBegun else { return nil }
    if resume == .never {
      throw EquipoiseError(
        .usage, "the folder already holds a run", at: folder.path,
        fix:
          "continue it with \(.argument("resume=auto")), or choose another \(.argument("folder"))")
    }
    return try checkUnchanged(configuration, in: folder, growing: true, catalogue)
  }

  /// What must be alike on all workers.
  private static func facts(_ parts: RunParts) throws -> [String: String] {
    var configuration = parts.configuration
    // Where each machine keeps the data, and how it reads them.
    configuration.data = ""
    (configuration.runtime.loaders, configuration.runtime.prefetch) = (0, 1)
    return [
      "the version": "\(Version.current) \(Version.commit ?? "")",
      "libtorch": Runtime.version, "the kind of device": "\(parts.device.kind)",
      "the number of threads": "\(Runtime.threads)",
      "the dataset": parts.datasetFingerprint,
      "the configuration": try ResolvedConfig(configuration: configuration, origins: [:])
        .yaml(withOrigins: false),
    ]
  }

  /// Trains to the end, the step limit or a signal.
  ///
  /// - Parameters:
  ///   - stopSignal: asked after each step whether a signal wants training to stop.
  ///   - observers: told of what happens.
  /// - Returns: how it ended.
  /// - Throws: what ``Trainer/train(resuming:)`` throws.
  package func train(
    stopSignal: @escaping () -> Int32? = { nil }, observers: [any TrainingObserver] = []
  ) throws -> TrainingOutcome {
    defer { withExtendedLifetime(lock) {} }
    if lock != nil { try writeDescription() }
    let trainer = Trainer(parts, in: folder, stopSignal: stopSignal, observers: observers)
    return try trainer.train(resuming: continues)
  }

  private static func text(_ configuration: RunConfiguration) -> String {
    configuration.evaluation.batchSize.map { "\($0)" } ?? "null"
  }

  /// Configuration last: its presence says that the run was begun.
  private func writeDescription() throws {
    if isGrown {
      // It is done no more: first of all the file goes that says so.
      for path in [folder.result, folder.confusion]
      where FileManager.default.fileExists(atPath: path) {
        try FileSystem.remove(path)
      }
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    let environment = RunEnvironment(parts)
    let yaml = try ResolvedConfig(configuration: parts.configuration, origins: [:])
      .yaml(withOrigins: false)
    let carried = try CarriedDataset(parts.data).write(in: folder)
    try Checksums.replace(
      [
        (RunFolder.environmentName, try encoder.encode(environment)),
        (RunFolder.configurationName, Data(yaml.utf8)),
      ], in: folder.path)
    try Checksums.add(carried, in: folder.path)
  }

  /// What to say of a precision that the device does not have.
  static func precisionNotice(_ precision: Precision, on device: Device) -> String? {
    guard precision == .tf32, device.kind != .cuda else { return nil }
    return "training.precision tf32 computes as fp32 on \(device): only NVIDIA GPUs have TF32"
  }

  // MARK: Checks before a run continues

  /// Throws unless a run's folder holds a run of this configuration.
  ///
  /// - Parameters:
  ///   - configuration: what is to run.
  ///   - folder: a run that was begun.
  ///   - growing: whether more epochs than before are the same run, which goes on.
  ///   - catalogue: what either may name.
  /// - Returns: the configuration that the folder holds.
  /// - Throws: `EquipoiseError` that names the keys that differ.
  @discardableResult
  package static func checkUnchanged(
    _ configuration: RunConfiguration, in folder: RunFolder, growing: Bool = false,
    _ catalogue: RunCatalogue = .inUse
  ) throws -> RunConfiguration {
    let saved = try RunConfiguration.saved(in: folder, catalogue: catalogue)
    var before = saved
    let now = configuration
    if growing, now.training.epochs > before.training.epochs {
      before.training.epochs = now.training.epochs
    }
    // Which data these are their fingerprint says, not their path.
    before.data = now.data
    before.evaluation.batchSize = now.evaluation.batchSize
    before.runtime.device = now.runtime.device
    // What may differ between two sittings of one run: how it runs, not what it learns.
    before.runtime.threads = now.runtime.threads
    before.runtime.loaders = now.runtime.loaders
    before.runtime.prefetch = now.runtime.prefetch
    before.runtime.checkpointEverySteps = now.runtime.checkpointEverySteps
    before.runtime.keepCheckpoints = now.runtime.keepCheckpoints
    before.runtime.maxSteps = now.runtime.maxSteps
    // Former versions wrote out what is now the task's own score.
    func selection(_ configuration: RunConfiguration) -> Score {
      configuration.evaluation.selectBy ?? .selection(of: .classification)
    }
    if selection(before) == selection(now) {
      before.evaluation.selectBy = now.evaluation.selectBy
    }
    let changes = try now.differences(from: before)
    guard !changes.isEmpty else { return saved }
    throw EquipoiseError(
      .checkpoint, "the configuration differs from the run's: \(changes.joined(separator: "; "))",
      at: folder.configuration,
      fix: "use the run's own values, or train into another folder")
  }

  private static func checkEnvironment(
    _ parts: RunParts, in folder: RunFolder, warn: (String) -> Void
  ) throws {
    let before = try RunEnvironment.saved(in: folder)
    let now = RunEnvironment(parts)
    guard before.dataset == now.dataset else {
      throw EquipoiseError(
        .checkpoint, "the dataset is not the one that the run was begun with",
        at: parts.configuration.data, fix: "restore the data, or train into another folder")
    }
    let changes = [
      ("threads", "\(before.threads)", "\(now.threads)"),
      ("libtorch", before.libtorch, now.libtorch), ("device", before.device, now.device),
      ("processor", before.processor, now.processor),
    ]
    for (name, old, new) in changes where old != new {
      warn("\(name) was \(old) and is now \(new): the last bits of results may differ")
    }
    let (old, new) = (before.workers ?? 1, now.workers ?? 1)
    if old != new {
      warn(
        "the number of workers was \(old) and is now \(new): masks of dropout and the last bits of "
          + "results differ")
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Equipoise
import EquipoiseDisplay
import EquipoiseTorch
import Foundation

/// `equipoise train`
struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Train a model and score it on the validation and test splits.",
    discussion: """
      The run's folder gets its configuration, metrics, checkpoints, weights and scores. SIGINT \
      (Ctrl-C) and SIGTERM save the state and stop with status 130 or 143; the same command \
      continues the run exactly where it stopped. With --workers, or under torchrun, srun or mpirun, \
      several processes train one model together.
      """)

  @OptionGroup(title: "Run") var options: RunOptions

  @Option(help: ArgumentHelp("The run's folder.", valueName: "dir"))
  var out: String?

  @Option(help: "For a folder that holds a run: auto continues it, never refuses.")
  var resume = ResumePolicy.auto

  @Option(
    help: ArgumentHelp(
      "Tell another program what happens, a JSON object a line: an open descriptor, a file or a pipe.",
      valueName: "fd|file"))
  var events: String?

  @Option(help: ArgumentHelp("Take n steps, measure them and write nothing.", valueName: "n"))
  var dryRun: Int?

  @Flag(
    help: "Instead, try learning rates on a copy, print the loss over them and suggest one.")
  var findLearningRate = false

  @Option(
    help: ArgumentHelp(
      "Train by n processes on this machine, each on a part of every batch.", valueName: "n"))
  var workers: Int?

  @Option(
    help: ArgumentHelp(
      "With --workers: start again up to n times from the last checkpoint when one fails.",
      valueName: "n"))
  var restarts = 0

  @Flag(help: "Print only warnings and the final scores.")
  var quiet = false

  @Flag(help: .hidden)
  var stopAtEndOfInput = false

  private func check() throws {
    if findLearningRate, dryRun != nil {
      throw ValidationError("--find-learning-rate and --dry-run exclude each other")
    }
    if out == nil, dryRun == nil, !findLearningRate {
      throw ValidationError("no run folder is given; add --out DIR")
    }
    try NumberFlag.check("--dry-run", dryRun, from: 1)
    try NumberFlag.check("--workers", workers, from: 1)
    try NumberFlag.check("--restarts", restarts, from: 0)
    if restarts > 0, workers ?? 1 < 2 || resume == .never {
      throw ValidationError("--restarts takes --workers 2 or more, and --resume auto")
    }
    if events != nil, dryRun != nil {
      throw ValidationError("--dry-run has no events; leave out one of the two")
    }
    for (flag, isGiven) in [
      ("--dry-run", dryRun != nil), ("--find-learning-rate", findLearningRate),
    ] where isGiven {
      if workers ?? 1 > 1 {
        throw ValidationError("\(flag) takes one process; leave out --workers")
      }
      if try membership != nil {
        throw ValidationError("\(flag) takes one process; add --workers 1")
      }
    }
  }

  func run() throws {
    try check()
    var configuration = try options.resolve().configuration
    StopSignal.install()
    if stopAtEndOfInput { StopSignal.sendAtEndOfInput() }
    if findLearningRate {
      try LearningRateTrial(configuration).run(out: out.map(RunFolder.init))
    } else if let dryRun {
      configuration.runtime.maxSteps = dryRun
      Console.print(try DryRun.measure(configuration).text, terminator: "")
    } else if let out {
      try train(configuration, in: RunFolder(out))
    }
  }

  /// Trains by this process alone, by processes that it starts, or as one of several.
  private func train(_ configuration: RunConfiguration, in folder: RunFolder) throws {
    if let workers, workers > 1 {
      return try WorkerSession.launch(workers, restarts: restarts, for: folder)
    }
    guard let membership = try membership else { return try train(configuration, in: folder, nil) }
    try WorkerSession.join(membership) { try train(configuration, in: folder, $0) }
  }

  /// This process's place among those that a launcher has started; `--workers 1` is alone.
  private var membership: WorkerMembership? {
    get throws {
      try workers == nil
        ? WorkerMembership.found(in: ProcessInfo.processInfo.environment) : nil
    }
  }

  /// Trains and prints the scores.
  private func train(
    _ configuration: RunConfiguration, in folder: RunFolder, _ workers: JoinedWorkers?
  ) throws {
    let isFirst = workers?.group.isFirst != false
    let session = TrainingSession(quiet: quiet || !isFirst, events: events, workers: workers)
    let outcome = try session.train(configuration, in: folder, resume: resume)
    switch outcome {
    case .interrupted(let signal):
      throw ExitCode(StopSignal.exitCode(for: signal))
    case .finished where !isFirst, .reachedMaxSteps where !isFirst: break
    case .finished(let result):
      Console.print(ScoreTable.text(result), terminator: "")
      Console.print("weights: \(folder.best)")
      let verdict = VerdictText(
        folder.path, configuration, result.test ?? result.validation, isTest: result.test != nil)
      if let verdict { Console.print(verdict.text, terminator: "") }
    case .reachedMaxSteps(let steps):
      Console.print("\(steps) steps are done; weights: \(folder.weights)")
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Equipoise
import EquipoiseFormats
import Foundation
import EquipoiseTorch

/// The flags of every command that trains many runs.
struct ExperimentOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The prepared dataset's folder.", valueName: "dir"))
  var data: String?

  @Option(help: ArgumentHelp("The seeds, such as 0,1,2 or 0..4.", valueName: "list"))
  var seeds = "0,1,2"

  @Option(help: ArgumentHelp("The folder of all runs.", valueName: "dir"))
  var out: String?

  @Option(help: ArgumentHelp("A YAML run configuration for all runs.", valueName: "file"))
  var config: String?

  @Option(help: ArgumentHelp("Passes over the training split.", valueName: "n"))
  var epochs: Int?

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp(
      "Any setting, for all runs; beats files and flags. Repeatable.", valueName: "key.path=value")
  )
  var sets: [String] = []

  @Option(
    help: ArgumentHelp(
      "Runs side by side (default: as many as the processors allow; on a GPU one).", valueName: "n")
  )
  var jobs: Int?

  @Option(
    help: ArgumentHelp(
      "Memory for all runs, such as 8G (default: 90 % of what is free).", valueName: "size"))
  var memory: String?

  @Flag(help: "Print only warnings and the result.")
  var quiet = false
}

extension ExperimentOptions {
  /// The folder of all runs.
  func folder() throws -> String {
    guard let out else { throw ValidationError("no folder for the runs is given; add --out DIR") }
    return out
  }

  /// The seeds, each once.
  func seedList() throws -> [Int] { try SeedList.seeds(in: seeds) }

  /// How many of such runs may go side by side. They would share one GPU and its memory, which nobody
  /// here measures: there one at a time, unless the user knows better.
  func budget(for configurations: [RunConfiguration]) throws -> RunBudget {
    try NumberFlag.check("--jobs", jobs, from: 1, to: 4096)
    let free = SystemMemory.available.map { 9 * ($0 / 10) } ?? SystemMemory.total
    let limit = try memoryLimit() ?? free
    if let jobs { return RunBudget(jobs: jobs, memory: limit) }
    let devices = try Set(configurations.map(\.runtime.device)).map(Accelerators.device)
    guard devices.allSatisfy({ $0 == .cpu }) else { return RunBudget(jobs: 1, memory: limit) }
    let threads = configurations.compactMap(\.runtime.threads).max() ?? 1
    return RunBudget(jobs: max(1, Processors.available / threads), memory: limit)
  }

  private func memoryLimit() throws -> Int? {
    guard let memory else { return nil }
    let units = ["K": 10, "M": 20, "G": 30, "T": 40]
    var digits = memory.uppercased()
    for ending in ["IB", "B"] where digits.hasSuffix(ending) { digits.removeLast(ending.count) }
    let shift = digits.last.flatMap { units[String($0)] }
    if shift != nil { digits.removeLast() }
    guard let number = Double(digits), number > 0, number < 1e12 else {
      throw ValidationError("--memory \(memory) is not a size; for example --memory 8G or 512M")
    }
    return Int(saturating: number * Double(1 << (shift ?? 0)))
  }

  /// A configuration from file, flags and `--set`, in that order.
  ///
  /// - Parameters:
  ///   - method: its method; `nil` takes the file's.
  ///   - file: the file instead of `--config`.
  ///   - extra: settings that beat everything else.
  ///   - name: what to call it in messages.
  /// - Returns: the configuration; its seed is not decided.
  /// - Throws: `EquipoiseError` that says what does not fit.
  func configuration(
    method: String?, file: String? = nil, extra: [String] = [], name: String
  ) throws -> RunConfiguration {
    let flags = [
      data.map { ConfigAssignment.flag("--data", "data", .string($0)) },
      epochs.map { ConfigAssignment.flag("--epochs", "training.epochs", .integer($0)) },
      method.map { ConfigAssignment.flag("--methods", "method.name", .string($0)) },
    ]
    do {
      try Self.checkDecided(sets + extra)
      var configuration = try RunConfiguration.resolve(
        file: file ?? config, flags: flags.compactMap { $0 }, sets: sets + extra,
        catalogue: .inUse
      ).configuration
      configuration.runtime.threads = configuration.runtime.threads ?? 1
      // From a file that was meant for something else.
      configuration.runtime.maxSteps = nil
      configuration.evaluation.test = true
      return configuration
    } catch let error as EquipoiseError {
      throw error.located(in: "entry '\(name)'")
    }
  }

  /// Settings that are not for the user to decide here.
  private static func checkDecided(_ sets: [String]) throws {
    let reasons = [
      "data": "all runs have the same data; use --data",
      "runtime.seed": "every run has a seed of its own; use --seeds",
      "runtime.maxSteps": "a run that stops early has no result; use --epochs",
      "evaluation.test": "the command decides whether the test split is read; leave it out",
    ]
    for text in sets {
      let key = String(text.prefix { $0 != "=" })
      guard let reason = reasons[key] else { continue }
      throw EquipoiseError(.usage, reason, at: "--set \(key)")
    }
  }
}

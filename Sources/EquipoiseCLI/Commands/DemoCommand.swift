// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Equipoise
import EquipoiseDisplay
import Foundation

/// `equipoise demo`
struct DemoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo",
    abstract: "Train on made-up data: how a joint model neglects a modality, and how AIM does.",
    discussion: """
      Makes the synthetic dataset, trains a joint model, one with AIM and one for each modality \
      alone, and compares. Takes about two minutes. A demo that was stopped continues where it was.
      """)

  @Option(help: ArgumentHelp("The folder for the dataset and the runs.", valueName: "dir"))
  var out = "runs/demo"

  @Option(help: ArgumentHelp("The seed of data and training.", valueName: "n"))
  var seed = 0

  @Option(
    help: ArgumentHelp(
      "Several seeds, such as 0..4, each in a folder of its own: prints means and standard deviations.",
      valueName: "list"))
  var seeds: String?

  @Flag(help: "Print only the comparison.")
  var quiet = false

  func run() throws {
    if seed < 0 { throw ValidationError("--seed takes a number from 0") }
    let list = try seeds.map { try SeedList.seeds(in: $0) }
    StopSignal.install()
    guard let list else {
      Console.print(try comparison(seed, in: out).text, terminator: "")
      return
    }
    let comparisons = try list.map { try comparison($0, in: "\(out)/seed-\($0)") }
    Console.print(DemoSpread(comparisons).text, terminator: "")
  }

  private func comparison(_ seed: Int, in out: String) throws -> DemoComparison {
    let demo = Demo(folder: out, seed: seed, quiet: quiet)
    let modalities = try demo.prepare()
    let joint = try finished(demo.train("joint", on: nil))
    let aim = try finished(demo.train("aim", on: nil))
    var alone: [String: EvaluationReport] = [:]
    for name in modalities { alone[name] = try finished(demo.train("unimodal", on: name)) }
    return DemoComparison(seed: seed, joint: joint, aim: aim, alone: alone, folder: out)
  }

  private func finished(_ outcome: TrainingOutcome) throws -> EvaluationReport {
    switch outcome {
    case .finished(let result): return result.test ?? result.validation
    case .interrupted(let signal):
      Console.note("'equipoise demo --out \(out)' continues")
      throw ExitCode(StopSignal.exitCode(for: signal))
    case .reachedMaxSteps:
      preconditionFailure("the demo has no step limit")
    }
  }
}

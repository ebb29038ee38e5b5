import ArgumentParser
import Equipoise
import Foundation

/// `equipoise demo`
struct DemoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo",
    abstract: "Train on made-up data and show how a joint model neglects a modality.",
    discussion: """
      Makes the synthetic dataset, trains a joint model and one model for each modality alone, and \
      compares. Takes about a minute. A demo that was stopped continues where it was.
      """)

  @Option(help: ArgumentHelp("The folder for the dataset and the runs.", valueName: "dir"))
  var out = "runs/demo"

  @Option(help: ArgumentHelp("The seed of data and training.", valueName: "n"))
  var seed = 0

  @Flag(help: "Print only the comparison.")
  var quiet = false

  func run() throws {
    if seed < 0 { throw ValidationError("--seed takes a number from 0") }
    StopSignal.install()
    let demo = Demo(folder: out, seed: seed, quiet: quiet)
    let modalities = try demo.prepare()
    let joint = try finished(demo.train("joint", on: nil))
    var alone: [String: EvaluationReport] = [:]
    for name in modalities { alone[name] = try finished(demo.train("unimodal", on: name)) }
    print(DemoComparison(joint: joint, alone: alone, folder: out).text, terminator: "")
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

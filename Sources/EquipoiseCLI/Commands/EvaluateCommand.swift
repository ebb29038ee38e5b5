// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Equipoise
import EquipoiseDisplay
import Foundation

/// `equipoise evaluate`
struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate", abstract: "Score a trained run on a split.",
    discussion: """
      Each modality is scored in ways that answer different questions: its own slice of the fused \
      logits, the fused logits with the other modalities' features at zero, and, with --probe, a \
      new linear classifier on its frozen features.
      """)

  @Argument(help: ArgumentHelp("The run's folder, or a bundle of it.", valueName: "run"))
  var folder: String

  @Option(help: "The split to score on.")
  var split = Split.test

  @Option(help: "The weights to use: of the best epoch or of the last step.")
  var weights = SavedWeights.best

  @Flag(help: "Also train a linear probe on each encoder's features.")
  var probe = false

  @Flag(help: "Also measure how much each branch of a model with MMTM gets from the others.")
  var utilisation = false

  @Flag(help: "Also measure how the score falls while a modality is missing or noisy.")
  var robustness = false

  @Option(help: ArgumentHelp("The dataset's folder (default: the run's).", valueName: "dir"))
  var data: String?

  @OptionGroup var place: DeviceOptions

  @Option(help: "How to print the scores.")
  var format = OutputFormat.table

  func run() throws {
    try place.check()
    let parts = try RunParts.trained(in: RunFolder(folder), weights: weights) { configuration in
      if let data { configuration.data = data }
      place.apply(to: &configuration)
      configuration.evaluation.probe = probe
      configuration.evaluation.utilisation = utilisation
      configuration.evaluation.robustness = robustness
    }
    let report = try parts.evaluate(split, probing: true, disturbing: true)
    switch format {
    case .table:
      Console.print(ScoreTable.text([(split.rawValue, report)]), terminator: "")
      if let curves = report.robustness {
        Console.print(RobustnessTable.text(curves), terminator: "")
      }
      if let verdict = verdict(parts.configuration, report) {
        Console.print(verdict.text, terminator: "")
      }
    case .json:
      let output = EvaluationOutput(
        run: folder, split: split, weights: weights, configuration: parts.configuration,
        report: report, verdict: verdict(parts.configuration, report)?.verdict)
      try JSONOutput.print(output)
    }
  }

  private func verdict(
    _ configuration: RunConfiguration, _ report: EvaluationReport
  ) -> VerdictText? {
    VerdictText(folder, configuration, report, isTest: split == .test)
  }
}

/// An evaluation's one JSON object: where it comes from, beside the report's own keys and what it confuses.
private struct EvaluationOutput: Encodable {
  let run: String
  let split: Split
  let weights: SavedWeights
  let configuration: RunConfiguration
  let report: EvaluationReport
  let verdict: Verdict?

  private enum CodingKeys: String, CodingKey {
    case run, split, weights, method, seed, confusion, verdict
  }

  func encode(to encoder: any Encoder) throws {
    try report.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encodeIfPresent(report.confusion, forKey: .confusion)
    try container.encodeIfPresent(verdict, forKey: .verdict)
    try container.encode(run, forKey: .run)
    try container.encode(split, forKey: .split)
    try container.encode(weights.rawValue, forKey: .weights)
    try container.encode(configuration.method.name, forKey: .method)
    try container.encode(configuration.runtime.seed, forKey: .seed)
  }
}

// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Equipoise
import EquipoiseDisplay
import Foundation

/// `equipoise compare`
struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Train methods with several seeds and tell their differences from chance.",
    discussion: """
      Every run is a process of its own with one thread, in OUT/ENTRY/seed-N. The unimodal \
      references of all modalities are trained too, once for all comparisons beside each other. \
      Repeating the command continues whatever stopped it; finished runs are not repeated. A run \
      that fails leaves the others alone; the status is then 1.

      An entry is a method with settings of its own:
        --entry no-pam=aim,method.parameterModulation=false
        --entry tuned=settings.yaml
      """)

  @OptionGroup(title: "Runs") var options: ExperimentOptions

  @Option(help: ArgumentHelp("The methods, each with its default settings.", valueName: "a,b"))
  var methods: String?

  @Option(
    help: ArgumentHelp(
      "A method with settings, or a run configuration, under a name. Repeatable.",
      valueName: "name=method,key=value|name=file.yaml"))
  var entry: [EntryOption] = []

  @Option(
    help: ArgumentHelp(
      "The entry that the others are tested against (default: joint, else the first).",
      valueName: "name"))
  var baseline: String?

  @Option(
    help: ArgumentHelp(
      "The folder of unimodal references (default: 'references' beside OUT).", valueName: "dir"))
  var references: String?

  @Option(
    help: ArgumentHelp(
      "Cross-validate: deal the samples into so many folds, each once the test split.",
      valueName: "k"))
  var folds: Int?

  @Flag(help: "Cross-validate with each group, such as a speaker, once as the test split.")
  var leaveGroupOut = false

  @Flag(help: "Train nothing; show what is in OUT.")
  var tableOnly = false

  @Option(help: "How to print the result.")
  var format = ReportFormat.table

  func run() throws {
    let folder = try options.folder()
    guard !tableOnly else { return try format.print(try saved(in: folder), in: folder) }
    let named = (methods?.split(separator: ",", omittingEmptySubsequences: false) ?? [])
      .map { EntryOption(method: String($0)) }
    var all = options
    all.sets += FoldFlags.sets(folds: folds, leaveGroupOut: leaveGroupOut)
    let session = ComparisonSession(
      command: "compare", options: all, entries: named + entry, baseline: baseline,
      references: references)
    let (saved, failures) = try session.train()
    try format.print(saved, in: folder, failures: failures)
    if !failures.isEmpty { throw ExitCode(1) }
  }

  private func saved(in folder: String) throws -> SavedComparison {
    var saved = try SavedComparison(in: folder)
    if let baseline {
      saved.baseline = try ComparisonSession.checked(baseline, in: saved.entries.map(\.name))
    }
    return saved
  }
}

extension ReportFormat {
  /// Prints a comparison's result.
  func print(
    _ saved: SavedComparison, in folder: String, failures: [RunFailure] = []
  ) throws {
    let report = try ComparisonReport(saved, in: folder, failures: failures)
    Console.print(try text(of: report), terminator: "")
  }
}

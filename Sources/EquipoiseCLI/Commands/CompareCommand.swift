import ArgumentParser
import Equipoise
import Formats
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

  @Flag(help: "Train nothing; show what is in OUT.")
  var tableOnly = false

  @Option(help: "How to print the result.")
  var format = ReportFormat.table

  func run() throws {
    let folder = try options.folder()
    guard !tableOnly else { return try show(try saved(in: folder), in: folder, failures: []) }
    let plan = try plan(in: folder)
    let threads = plan.entries.compactMap(\.configuration.runtime.threads).max() ?? 1
    let budget = try options.budget(threads: threads)
    StopSignal.install()
    let experiment = Experiment(
      command: "compare", folder: folder, budget: budget, quiet: options.quiet)
    let runs = try plan.runs()
    try experiment.prepare(runs)
    let saved = try plan.saved()
    try saved.write(in: folder)
    let failures = try experiment.train(runs)
    try show(saved, in: folder, failures: failures)
    if !failures.isEmpty { throw ExitCode(1) }
  }

  private func plan(in folder: String) throws -> ComparisonPlan {
    let named = (methods?.split(separator: ",", omittingEmptySubsequences: false) ?? [])
      .map { EntryOption(method: String($0)) }
    let all = named + entry
    guard !all.isEmpty else {
      throw ValidationError("nothing to compare is named; add --methods joint,aim or --entry")
    }
    let entries = try all.map {
      ComparisonEntry(
        name: $0.name,
        configuration: try options.configuration(
          method: $0.method, file: $0.file, extra: $0.sets, name: $0.name))
    }
    let names = all.map(\.name)
    let beside = URL(fileURLWithPath: folder).deletingLastPathComponent()
      .appendingPathComponent("references").path
    return try ComparisonPlan(
      entries, seeds: options.seedList(),
      baseline: try baseline.map { try checked($0, in: names) }
        ?? (names.contains("joint") ? "joint" : names[0]),
      folder: folder, referenceFolder: references ?? beside)
  }

  private func saved(in folder: String) throws -> SavedComparison {
    var saved = try SavedComparison(in: folder)
    if let baseline { saved.baseline = try checked(baseline, in: saved.entries.map(\.name)) }
    return saved
  }

  private func checked(_ baseline: String, in names: [String]) throws -> String {
    guard names.contains(baseline) else {
      throw EquipoiseError(
        .usage, "there is no entry '\(baseline)'", at: "--baseline",
        fix: Nearest.hint(baseline, in: names))
    }
    return baseline
  }

  private func show(
    _ saved: SavedComparison, in folder: String, failures: [RunFailure]
  ) throws {
    let report = try ComparisonReport(saved, in: folder, failures: failures)
    print(try format.text(of: report), terminator: "")
  }
}

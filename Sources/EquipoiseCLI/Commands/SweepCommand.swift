// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Equipoise

/// `equipoise sweep`
struct SweepCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sweep",
    abstract: "Search settings on the validation split, with the same budget for every method.",
    discussion: """
      No run reads the test split. A trial's score is the mean over seeds of its best validation \
      score. The best settings of each method go to OUT/METHOD/best.yaml, for 'equipoise train \
      --config' and 'equipoise compare --entry NAME=FILE'; all trials to OUT/trials.csv. Repeating \
      the command continues whatever stopped it.

        --grid training.batchSize=32,64
        --grid aim:method.lambda=0.5,1,2                    of one method only
        --random 'training.optimiser.learningRate=1e-4..1e-1(log)' --trials 20

      With --folds or --leave-group-out every fold has a search of its own on the samples of the others, and its winners \
      are then tested on it (nested cross-validation). The result is a comparison in OUT, of which \
      'compare --table-only' makes the tables again; the searches are in OUT/searches/fold-N.
      """)

  @OptionGroup(title: "Runs") var options: ExperimentOptions

  @Option(help: ArgumentHelp("The methods.", valueName: "a,b"))
  var methods: String?

  @Option(
    help: ArgumentHelp("Values to try, all combinations. Repeatable.", valueName: "key=v1,v2"))
  var grid: [String] = []

  @Option(
    help: ArgumentHelp(
      "A range to draw from; with (log) on a logarithmic scale. Repeatable.",
      valueName: "key=low..high"))
  var random: [String] = []

  @Option(
    help: ArgumentHelp(
      "Points drawn for each method (default: every point of the grid).", valueName: "n"))
  var trials: Int?

  @Option(help: ArgumentHelp("The seed of the drawing.", valueName: "n"))
  var searchSeed = 0

  @Option(
    help: ArgumentHelp(
      "Nested cross-validation: search in each of so many folds, and test the winners on it.",
      valueName: "k"))
  var folds: Int?

  @Flag(help: "Nested cross-validation with each group, such as a speaker, as a fold.")
  var leaveGroupOut = false

  @Option(help: "How to print the result.")
  var format = OutputFormat.table

  func run() throws {
    let plan = try plan(in: try options.folder())
    if let search = NestedSearch(plan) {
      let session = NestedSession(search: search, options: options, folder: plan.folder)
      return try session.run(format: format)
    }
    let budget = try options.budget(for: plan.trials.map(\.configuration))
    StopSignal.install()
    let experiment = Experiment(
      command: "sweep", folder: plan.folder, budget: budget, quiet: options.quiet)
    let runs = plan.runs()
    try experiment.prepare(runs)
    let report = try SweepReport(plan, failures: experiment.train(runs))
    try report.write(plan)
    switch format {
    case .table: Console.print(SweepTable.text(report, folder: plan.folder), terminator: "")
    case .json: try JSONOutput.print(report)
    }
    if !report.failures.isEmpty { throw ExitCode(1) }
  }

  /// The options with the folds, which are settings too.
  private var allOptions: ExperimentOptions {
    var all = options
    all.sets += FoldFlags.sets(folds: folds, leaveGroupOut: leaveGroupOut)
    return all
  }

  private func check() throws {
    try NumberFlag.check("--trials", trials, from: 1)
    if searchSeed < 0 { throw ValidationError("--search-seed takes a number from 0") }
    if grid.isEmpty, random.isEmpty {
      throw ValidationError("there is nothing to search; add --grid KEY=V1,V2 or --random")
    }
  }

  private func plan(in folder: String) throws -> SweepPlan {
    try check()
    let names = (methods?.split(separator: ",", omittingEmptySubsequences: false) ?? [])
      .map(String.init)
    guard !names.isEmpty, Set(names).count == names.count else {
      throw ValidationError("no methods are named, or one twice; add --methods joint,aim")
    }
    let dimensions = try dimensions(of: names)
    try checkKeys(of: dimensions, names)
    let found = try names.flatMap { name in
      // Settings that make no sense are told before any search space is counted.
      _ = try allOptions.configuration(method: name, name: name)
      return try trials(of: name, dimensions)
    }
    return try SweepPlan(found, seeds: options.seedList(), folder: folder)
  }

  private func trials(of method: String, _ dimensions: [SearchDimension]) throws -> [Trial] {
    let points = try SearchSpace(method, of: dimensions).points(trials, seed: searchSeed)
    return try points.enumerated().map { index, settings in
      do {
        let own = try allOptions.configuration(method: method, extra: settings, name: method)
        return Trial(method: method, index: index, settings: settings, configuration: own)
      } catch let error as EquipoiseError {
        throw EquipoiseError(
          error.kind, error.what, at: "trial \(settings.joined(separator: " ")) of '\(method)'",
          fix: error.remedy)
      }
    }
  }

  /// Throws for a key that no method has that it is for.
  private func checkKeys(of dimensions: [SearchDimension], _ methods: [String]) throws {
    let table = try RunCatalogue.inUse.table()
    for dimension in dimensions {
      for method in methods where dimension.method ?? method == method {
        try RunConfiguration.checkKey(
          dimension.key, method: method, table: table,
          at: "\(dimension.isRange ? "--random" : "--grid") \(dimension.key) (for '\(method)')")
      }
    }
  }

  private func dimensions(of methods: [String]) throws -> [SearchDimension] {
    let all =
      try grid.map { try SearchDimension(grid: $0) }
      + random.map { try SearchDimension(random: $0) }
    for (index, dimension) in all.enumerated() {
      if let method = dimension.method, !methods.contains(method) {
        throw EquipoiseError(
          .usage, "'\(method):\(dimension.key)' is for a method that is not searched",
          at: "--grid", fix: "add it to --methods")
      }
      let isTwice = all[..<index].contains {
        $0.key == dimension.key
          && ($0.method == nil || dimension.method == nil || $0.method == dimension.method)
      }
      if isTwice {
        throw EquipoiseError(
          .usage, "'\(dimension.key)' is searched twice", at: "--grid", fix: "keep one of them")
      }
    }
    return all
  }
}

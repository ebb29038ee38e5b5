// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Equipoise
import EquipoiseDisplay

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

      Without --grid and --random each method has a space of its own: the learning rate and what its paper tunes. \
      --halving 3 trains all trials for some epochs and of three the best one on, until one has all epochs; what is \
      left behind is in the tables, too. --sampler tpe draws like what did well. --budget 2h does both as long as \
      there is time, with as many trials and epochs for every method:

        equipoise sweep --data DIR --methods all --budget 2h

      With --folds or --leave-group-out every fold has a search of its own on the samples of the others, and its winners \
      are then tested on it (nested cross-validation). The result is a comparison in OUT, of which \
      'compare --table-only' makes the tables again; the searches are in OUT/searches/fold-N.
      """)

  @OptionGroup(title: "Runs") var options: ExperimentOptions

  @Option(
    help: ArgumentHelp("The methods, or all of those that take the data.", valueName: "a,b"))
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

  @Option(help: "How points are drawn: random, or tpe (default: random; tpe with --budget).")
  var sampler: SearchSampler?

  @Option(
    help: ArgumentHelp(
      "Of so many trials one goes on for as many times the epochs; 1 for none (default: 1; 3 with --budget).",
      valueName: "n"))
  var halving: Int?

  @Option(
    help: ArgumentHelp("Search as long as this, such as 90m or 2h.", valueName: "time"))
  var budget: TimeBudget?

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
    if isInParts {
      try check()
      return try PartsSession(command: self).run()
    }
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
    try show(report, folder: plan.folder)
  }

  /// Prints what was found; the status is 1 where runs failed.
  func show(_ report: SweepReport, folder: String) throws {
    switch format {
    case .table: Console.print(SweepTable.text(report, folder: folder), terminator: "")
    case .json: try JSONOutput.print(report)
    }
    if !report.failures.isEmpty { throw ExitCode(1) }
  }

  /// Whether what comes next depends on what was found.
  private var isInParts: Bool {
    sampler == .tpe || halving ?? 1 > 1 || budget != nil || grid.isEmpty && random.isEmpty
  }

  /// The options with the folds, which are settings too.
  var allOptions: ExperimentOptions {
    var all = options
    all.sets += FoldFlags.sets(folds: folds, leaveGroupOut: leaveGroupOut)
    return all
  }

  private func check() throws {
    try NumberFlag.check("--trials", trials, from: 1)
    if searchSeed < 0 { throw ValidationError("--search-seed takes a number from 0") }
    try NumberFlag.check("--halving", halving, from: 1, to: 100)
    if isInParts, trials == nil, budget == nil {
      throw ValidationError(
        "there is no end to the search; add --trials N or --budget TIME, or --grid KEY=V1,V2 alone")
    }
    if isInParts, folds != nil || leaveGroupOut {
      throw ValidationError("a search in every fold takes --grid or --random alone")
    }
  }

  private func plan(in folder: String) throws -> SweepPlan {
    try check()
    let names = try names()
    let dimensions = try dimensions(of: names)
    try checkKeys(of: dimensions, names)
    let found = try names.flatMap { name in
      // Settings that make no sense are told before any search space is counted.
      _ = try allOptions.configuration(method: name, name: name)
      return try trials(of: name, dimensions)
    }
    return try SweepPlan(found, seeds: options.seedList(), folder: folder)
  }

  /// The methods that were named.
  func names() throws -> [String] {
    if methods == "all" { return try MethodChoice.names(in: "all") }
    let names = (methods?.split(separator: ",", omittingEmptySubsequences: false) ?? [])
      .map(String.init)
    guard !names.isEmpty, Set(names).count == names.count else {
      throw ValidationError("no methods are named, or one twice; add --methods joint,aim")
    }
    return names
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
  func checkKeys(of dimensions: [SearchDimension], _ methods: [String]) throws {
    let table = try RunCatalogue.inUse.table()
    for dimension in dimensions {
      for method in methods where dimension.method ?? method == method {
        try RunConfiguration.checkKey(
          dimension.key, method: method, table: table,
          at: "\(dimension.isRange ? "--random" : "--grid") \(dimension.key) (for '\(method)')")
      }
    }
  }

  func dimensions(of methods: [String]) throws -> [SearchDimension] {
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

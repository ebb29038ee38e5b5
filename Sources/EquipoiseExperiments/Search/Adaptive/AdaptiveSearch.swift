// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
package import EquipoiseTraining
internal import EquipoiseMetrics
internal import EquipoiseModels
import EquipoiseFormats
import Foundation

/// A search in parts (``SearchBracket``): of each part all methods have as many trials with as many epochs, and what the
/// trials before have shown decides where the next ones are. It follows from what lies in the folder alone, so that the
/// same command goes on after any interruption. No run reads the test split.
package struct AdaptiveSearch {
  /// How it is set up, and what was begun.
  package private(set) var saved: SavedSearch
  /// The trials of all methods, those of a part together.
  package private(set) var plan: SweepPlan?
  private let spaces: [SearchSpace]
  private let folder: ExperimentFolder
  private let configuration: (String, [String]) throws -> RunConfiguration

  /// A search that begins, or goes on where its folder holds it.
  ///
  /// - Parameters:
  ///   - spaces: of each method what is searched.
  ///   - sampler: how points are found.
  ///   - factor: η of the halving; nil trains every trial to its end.
  ///   - epochs: of a whole run.
  ///   - seeds: of every trial.
  ///   - searchSeed: of the drawing.
  ///   - folder: the search's folder.
  ///   - configuration: of a method with settings, each `KEY=VALUE`.
  /// - Throws: `EquipoiseError` where the folder holds another search.
  package init(
    _ spaces: [SearchSpace], sampler: SearchSampler, factor: Int?, epochs: Int, seeds: [Int],
    searchSeed: Int, folder: String,
    configuration: @escaping (String, [String]) throws -> RunConfiguration
  ) throws {
    self.spaces = spaces
    self.folder = ExperimentFolder(folder)
    self.configuration = configuration
    saved = SavedSearch(
      sampler: sampler, factor: factor, epochs: epochs, searchSeed: searchSeed, seeds: seeds,
      spaces: Dictionary(
        uniqueKeysWithValues: spaces.map { ($0.method, $0.dimensions.map(\.text)) }))
    begun = []
    guard let before = try SavedSearch.read(self.folder) else {
      if self.folder.isSearch {
        throw EquipoiseError(
          .checkpoint, "the folder holds a search of another kind", at: folder,
          fix: "\(.repeating("search")), or search into another folder")
      }
      return
    }
    try saved.check(before, in: self.folder)
    begun = before.brackets
  }

  /// What the folder says was begun before and is not repeated yet.
  private var begun: [SearchBracket]

  /// The most trials that the next part may have: as many as the smallest space still has points.
  package var most: Int {
    let taken = saved.brackets.reduce(0) { $0 + $1.trials }
    return spaces.compactMap(\.size).min().map { $0 - taken } ?? .max
  }

  /// The part that was begun before, if there is one that this search has not come to yet.
  package var next: SearchBracket? { begun.first }

  /// Begins a part, or takes up one that was begun before.
  ///
  /// - Parameter bracket: the part; where ``next`` is not nil that one.
  /// - Throws: `EquipoiseError` for settings that do not fit; `FormatError` when the disk refuses.
  package mutating func begin(_ bracket: SearchBracket) throws {
    let first = saved.brackets.reduce(0) { $0 + $1.trials }
    var trials = plan?.trials ?? []
    for space in spaces {
      for (index, settings) in try points(bracket.trials, of: space).enumerated() {
        trials.append(
          Trial(
            method: space.method, index: first + index, settings: settings,
            configuration: try configuration(space.method, settings)))
      }
    }
    saved.brackets.append(bracket)
    if !begun.isEmpty { begun.removeFirst() }
    plan = try SweepPlan(trials, seeds: saved.seeds, folder: folder.path)
    try FileSystem.makeWritableFolder(folder.path)
    var written = saved
    written.brackets += begun
    try written.write(folder)
  }

  private func points(_ count: Int, of space: SearchSpace) throws -> [[String]] {
    let own = (plan?.trials ?? []).filter { $0.method == space.method }
    let isFirst = own.isEmpty
    guard saved.sampler == .tpe, !isFirst, !space.dimensions.isEmpty else {
      let all = try space.points(own.count + count, seed: saved.searchSeed, alwaysRandom: true)
      return Array(all.dropFirst(own.count))
    }
    // Those at the most epochs at which there are enough to tell good from bad.
    let scores = try levels.reversed().lazy.map { epochs in
      try own.map { try score(of: $0, at: epochs)?.mean }
    }.first { found in found.count { $0 != nil } > space.dimensions.count + 1 }
    let known = try scores ?? own.map { try score(of: $0, at: levels.first ?? saved.epochs)?.mean }
    var stream = RandomStream(
      seed: UInt64(saved.searchSeed), "search", space.method, "part \(saved.brackets.count)")
    let found = ParzenSampler(dimensions: space.dimensions).points(
      count,
      after: zip(own, known).map { trial, score in
        (trial.settings.map { SweepReport.pair($0).value }, score)
      }, &stream)
    guard found.count == count else {
      throw EquipoiseError(
        .usage, "there are not that many different points for '\(space.method)'",
        at: "\(.argument("trials"))", fix: "ask for fewer, or widen a range")
    }
    return found.map { point in zip(space.dimensions, point).map { "\($0.key)=\($1)" } }
  }

  /// The epochs at which trials are compared, ascending.
  private var levels: [Int] { Set(saved.brackets.flatMap { $0.rungs.map(\.epochs) }).sorted() }

  /// The methods, in their order.
  var methods: [String] { spaces.map(\.method) }

  /// Whether a group of runs is a trial of a method.
  func isRun(of method: String, in group: String) -> Bool {
    group.hasPrefix(folder.path + "/" + method + "/")
  }

  /// One epoch of the first trial of each method with the first seed, to see what it takes.
  func probes() throws -> [PlannedRun] {
    let trials = try spaces.map { space in
      let settings = try space.points(1, seed: saved.searchSeed, alwaysRandom: true)[0]
      return Trial(
        method: space.method, index: 0, settings: settings,
        configuration: try configuration(space.method, settings))
    }
    return try SweepPlan(trials, seeds: [saved.seeds[0]], folder: folder.path).runs().map { run in
      var run = run
      run.pause = saved.epochs > 1 ? 1 : nil
      return run
    }
  }

  // MARK: Rungs

  /// The runs of a rung of the newest part: of the trials that have come so far.
  ///
  /// - Parameter rung: its place, from 0; those before are trained.
  /// - Returns: runs that pause at the rung's end.
  /// - Throws: when a run's files are damaged.
  package func runs(_ rung: Int) throws -> [PlannedRun] {
    guard let plan, let bracket = saved.brackets.last else { return [] }
    let kept = Set(try survivors(bracket, from: first(of: bracket), upTo: rung))
    let epochs = bracket.rungs[rung].epochs
    return plan.runs().filter { kept.contains($0.name) }.map { run in
      var run = run
      run.pause = epochs < saved.epochs ? epochs : nil
      return run
    }
  }

  private func first(of bracket: SearchBracket) -> Int {
    saved.brackets.dropLast().reduce(0) { $0 + $1.trials }
  }

  /// The names of a part's trials that are trained in a rung.
  private func survivors(
    _ bracket: SearchBracket, from first: Int, upTo rung: Int
  ) throws -> [String] {
    let part = (plan?.trials ?? []).filter {
      (first..<first + bracket.trials).contains($0.index)
    }
    return try spaces.flatMap { space in
      var own = part.filter { $0.method == space.method }
      for place in bracket.rungs.indices.dropFirst() where place <= rung {
        let epochs = bracket.rungs[place - 1].epochs
        let ranked = try own.compactMap { trial in
          try score(of: trial, at: epochs).map { (trial: trial, mean: $0.mean, loss: $0.loss) }
        }.sorted { ($1.mean, $0.loss, $0.trial.index) < ($0.mean, $1.loss, $1.trial.index) }
        own = ranked.prefix(bracket.rungs[place].trials).map(\.trial)
      }
      return own.map(\.name)
    }
  }

  /// The epochs that each trial is to have by its name: all rungs of all parts that it came to.
  package func epochs() throws -> [String: Int] {
    var (found, first) = ([String: Int](), 0)
    for bracket in saved.brackets {
      for (place, rung) in bracket.rungs.enumerated() {
        for name in try survivors(bracket, from: first, upTo: place) { found[name] = rung.epochs }
      }
      first += bracket.trials
    }
    return found
  }

  // MARK: Scores

  /// What a trial's runs had reached at an epoch, the mean over seeds; nil unless all of them have come so far.
  func score(of trial: Trial, at epochs: Int) throws -> (
    mean: Double, loss: Double, seeds: [Double], metric: Score
  )? {
    guard let plan else { return nil }
    let found = try saved.seeds.map { seed in
      try Self.best(
        in: plan.runs(of: trial).run(seed: seed), trial.configuration.evaluation.selectBy,
        before: epochs)
    }
    let done = found.compactMap { $0 }
    guard done.count == found.count, let mean = SampleSummary(done.map(\.score))?.mean,
      let loss = SampleSummary(done.map(\.loss))?.mean
    else { return nil }
    return (mean, loss, done.map(\.score), done[0].metric)
  }

  /// The best epoch of a run before another one, by the score that selects; larger is better.
  private static func best(
    in run: RunFolder, _ score: Score?, before epochs: Int
  ) throws -> (score: Double, loss: Double, metric: Score)? {
    let records = try MetricsRecord.read(run.metrics)
    // A run that stopped early by itself is done, too.
    guard records.count >= epochs || FileManager.default.fileExists(atPath: run.result) else {
      return nil
    }
    var best: (epoch: BestEpoch, metric: Score)?
    for record in records where record.epoch < epochs {
      let metric = score ?? record.selection
      guard let value = record[.validation(metric.name)] else { continue }
      let epoch = BestEpoch(
        epoch: record.epoch, score: metric.merit(value), loss: record[.validation("loss")])
      if best.map({ epoch.isBetter(than: $0.epoch) }) ?? true { best = (epoch, metric) }
    }
    return best.map { ($0.epoch.score, $0.epoch.loss ?? .infinity, $0.metric) }
  }

  /// What was found.
  ///
  /// - Parameter failures: what failed.
  /// - Returns: the report; nil before the first part.
  /// - Throws: when a run's files are damaged.
  package func report(failures: [RunFailure]) throws -> SweepReport? {
    guard let plan else { return nil }
    return try SweepReport(self, plan, failures: failures)
  }
}

extension MetricsRecord {
  /// The score that selects epochs of the task whose scores are here.
  fileprivate var selection: Score {
    LearningTask.allCases.map { Score.selection(of: $0) }.first {
      self[.validation($0.name)] != nil
    } ?? .selection(of: .classification)
  }
}

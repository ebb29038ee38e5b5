// SPDX-License-Identifier: Apache-2.0
import EquipoiseKit
import EquipoiseRunTestSupport
import EquipoiseSettings
import EquipoiseTestSupport
import Foundation
import Testing

@testable import EquipoiseExperiments
@testable import EquipoiseMethods
@testable import EquipoiseTraining

/// Searches in parts: which trials there are, and which go on.
struct AdaptiveSearchTests {
  @Test func bracketsByHand() {
    let nine = SearchBracket(trials: 9, epochs: 9, factor: 3)
    #expect(nine.rungs.map(\.epochs) == [1, 3, 9] && nine.rungs.map(\.trials) == [9, 3, 1])
    // 9 × 1, 3 × 2 more, 1 × 6 more: 21 where the grid takes 81.
    #expect(nine.epochs == 21)
    let thirty = SearchBracket(trials: 9, epochs: 30, factor: 3)
    #expect(thirty.rungs.map(\.epochs) == [4, 10, 30])
    let few = SearchBracket(trials: 9, epochs: 2, factor: 3)
    #expect(few.rungs.map(\.epochs) == [1, 2] && few.rungs.map(\.trials) == [9, 1])
    let plain = SearchBracket(trials: 5, epochs: 7, factor: nil)
    #expect(plain.rungs.map(\.epochs) == [7] && plain.rungs.map(\.trials) == [5])
    let two = SearchBracket(trials: 2, epochs: 7, factor: 3)
    #expect(two.rungs.map(\.epochs) == [7] && two.epochs == 14)
    let one = SearchBracket(trials: 4, epochs: 1, factor: 2)
    #expect(one.rungs.map(\.epochs) == [1] && one.rungs.map(\.trials) == [4])
  }

  // MARK: Runs

  private let tiny: TinyRun

  init() throws { tiny = try TinyRun() }

  private func search(
    _ sampler: SearchSampler = .random, factor: Int? = 2, epochs: Int = 4, seeds: [Int] = [0, 1]
  ) throws -> AdaptiveSearch {
    let spaces = try ["joint", "ogm"].map {
      SearchSpace($0, of: [try SearchDimension("training.optimiser.learningRate=1e-3..1e-1(log)")])
    }
    let base = tiny.configuration
    return try AdaptiveSearch(
      spaces, sampler: sampler, factor: factor, epochs: epochs, seeds: seeds, searchSeed: 0,
      folder: tiny.folder.file("out")
    ) { method, settings in
      var configuration = base
      configuration.training.epochs = epochs
      for setting in settings {
        configuration.training.optimiser.learningRate =
          Double(SweepReport.pair(setting).value) ?? 0
      }
      return configuration
    }
  }

  /// As if a run had come to an epoch, with accuracies by epoch.
  private func write(_ run: PlannedRun, _ accuracies: [Double]) throws {
    try FileManager.default.createDirectory(
      atPath: run.folder.path, withIntermediateDirectories: true)
    let lines = accuracies.enumerated().map {
      "{\"epoch\": \($0), \"validation\": {\"accuracy\": \($1), \"loss\": \(2 - $1)}}\n"
    }
    try Data(lines.joined().utf8).write(to: URL(fileURLWithPath: run.folder.metrics))
  }

  /// Both methods have as many trials with as many epochs; the better half goes on.
  @Test func theBetterHalfGoesOn() throws {
    var search = try search()
    try search.begin(SearchBracket(trials: 4, epochs: 4, factor: 2))
    let first = try search.runs(0)
    #expect(first.count == 2 * 4 * 2 && first.allSatisfy { $0.pause == 1 })
    #expect(first.allSatisfy { !$0.configuration.evaluation.test })
    // Trial 2 is best of joint, 0 of ogm; a third decimal tells the rest apart.
    func atFirst(_ run: PlannedRun) -> Double {
      let trial = Int(run.name.suffix(1)) ?? 0
      let score = run.name.hasPrefix("joint") ? [0.5, 0.2, 0.6, 0.1] : [0.9, 0.8, 0.1, 0.2]
      return score[trial] + 0.001 * Double(run.seed)
    }
    for run in first { try write(run, [atFirst(run)]) }
    #expect(try search.runs(0).allSatisfy(\.isFinished))
    let second = try search.runs(1)
    #expect(
      Set(second.map(\.name)) == [
        "joint/trial-000", "joint/trial-002", "ogm/trial-000", "ogm/trial-001",
      ])
    #expect(second.allSatisfy { $0.pause == 2 && !$0.isFinished })
    for run in second {
      try write(run, [atFirst(run), run.name.hasSuffix("0") ? 0.7 : 0.3])
    }
    let last = try search.runs(2)
    #expect(Set(last.map(\.name)) == ["joint/trial-000", "ogm/trial-000"])
    #expect(last.allSatisfy { $0.pause == nil })
    for run in last { try write(run, [atFirst(run), 0.7, 0.4, 0.65]) }
    let report = try #require(try search.report(failures: []))
    #expect(report.best == ["joint": "joint/trial-000", "ogm": "ogm/trial-000"])
    #expect(report.selectedBy == "accuracy")
    #expect(report.trials.prefix(4).map(\.epochs) == [4, 1, 2, 1])
    #expect(report.trials.prefix(4).map(\.isPruned) == [false, true, true, true])
    #expect(report.trials[0].scores == [0.7, 0.7] && report.trials[0].score?.mean == 0.7)
    #expect(report.trials[2].scores == [0.6, 0.601] && report.trials[2].score == nil)
    #expect(report.csv.split(separator: "\n")[0].hasSuffix(",mean,sd,epochs,pruned,best"))
    #expect(report.csv.split(separator: "\n")[3].hasSuffix(",0.6,0.601,,,2,1,0"))
  }

  /// A trial of which a seed failed comes to nothing.
  @Test func whatFailsIsLeftBehind() throws {
    var search = try search()
    try search.begin(SearchBracket(trials: 2, epochs: 4, factor: 2))
    for run in try search.runs(0) where !(run.name.hasSuffix("1") && run.seed == 1) {
      try write(run, [0.1, run.name.hasSuffix("1") ? 0.9 : 0.1])
    }
    #expect(Set(try search.runs(1).map(\.name)) == ["joint/trial-000", "ogm/trial-000"])
  }

  @Test func theSameCommandGoesOn() throws {
    var whole = try search(.tpe)
    try whole.begin(SearchBracket(trials: 4, epochs: 4, factor: 2))
    for rung in 0..<3 {
      for run in try whole.runs(rung) {
        try write(run, (0..<4).map { 0.1 * Double($0 + 1) * (run.name.hasSuffix("3") ? 2 : 1) })
      }
    }
    try whole.begin(SearchBracket(trials: 2, epochs: 4, factor: 2))
    var again = try search(.tpe)
    #expect(again.next == SearchBracket(trials: 4, epochs: 4, factor: 2))
    try again.begin(try #require(again.next))
    try again.begin(try #require(again.next))
    #expect(again.next == nil)
    #expect(again.plan?.trials.map(\.settings) == whole.plan?.trials.map(\.settings))
    #expect(again.plan?.trials.count == 12)
    let other = message { _ = try search(.random) }
    #expect(
      other?.contains("the folder holds another search: sampler random, not tpe; repeat the search")
        == true)
    #expect(
      message { _ = try search(.tpe, factor: nil) }?.contains("halving none, not 2") == true)
  }

  /// More time or trials begin with what was drawn before.
  @Test func partsContinueTheDrawing() throws {
    var search = try search(factor: nil)
    try search.begin(SearchBracket(trials: 2, epochs: 4, factor: nil))
    try search.begin(SearchBracket(trials: 3, epochs: 4, factor: nil))
    let joint = search.plan?.trials.filter { $0.method == "joint" }.map(\.settings)
    let space = SearchSpace(
      "joint", of: [try SearchDimension("training.optimiser.learningRate=1e-3..1e-1(log)")])
    #expect(try joint == space.points(5, seed: 0))
  }

  // MARK: Limits

  /// Trains by writing what runs would leave, an epoch of joint in 1 s, of ogm in 2 s.
  private func runner(_ limits: SearchLimits) -> SearchRunner {
    let journal = tiny.folder.file("processes.jsonl")
    return SearchRunner(
      limits, journal: journal,
      train: { runs in
        for run in runs where !run.isFinished {
          let before = try MetricsRecord.read(run.folder.metrics).count
          let epochs = run.pause ?? run.configuration.training.epochs
          try write(run, (0..<epochs).map { 0.01 * Double($0 + run.seed) })
          try JSONLines(path: journal).append(
            RunMeasurement(
              folder: run.folder.path, group: run.groupFolder,
              seconds: Double(epochs - before) * (run.name.hasPrefix("joint") ? 1 : 2),
              peakMemory: 1, status: 0))
        }
        return []
      }, note: { _ in })
  }

  @Test func trialsEndIt() throws {
    var search = try search(.tpe, factor: nil, seeds: [0])
    _ = try runner(SearchLimits(trials: 7, seconds: nil)).run(&search)
    // Four at first, then as many as are left.
    #expect(search.saved.brackets.map(\.trials) == [4, 3])
    #expect(search.plan?.trials.count == 14)
  }

  /// An epoch of both methods is 3 s.
  @Test func timeEndsIt() throws {
    var search = try search(.random, factor: 2, seeds: [0])
    _ = try runner(SearchLimits(trials: nil, seconds: 100)).run(&search)
    let spent = RunMeasurement.saved(in: tiny.folder.file("processes.jsonl"))
      .reduce(0) { $0 + $1.seconds }
    // 16 trials to epoch 1, two of them to 2, one to 4 are 20 epochs, 60 s; with 8 it is 12 epochs, 36 s. Into the
    // 4 s that are left no trial fits.
    #expect(search.saved.brackets.map(\.trials) == [16, 8])
    #expect(spent == 96)
    var small = try self.search(.random, factor: 2, seeds: [0])
    _ = try runner(SearchLimits(trials: nil, seconds: 130)).run(&small)
    // The same folder goes on with more time: four trials in 8 epochs, 24 s.
    #expect(small.saved.brackets.map(\.trials) == [16, 8, 4])
  }

  @Test func tooLittleTimeIsSaid() throws {
    var search = try search(.random, factor: 2, seeds: [0])
    let text = message {
      _ = try runner(SearchLimits(trials: nil, seconds: 5)).run(&search)
    }
    #expect(
      text?.contains(
        "the budget is not enough for one trial of each method: that takes about 1 min of training, of which 1 min"
      )
        == true, "\(text ?? "")")
  }
}

// SPDX-License-Identifier: Apache-2.0
import EquipoiseMetrics
import EquipoiseModels
import EquipoiseRunTestSupport
import EquipoiseSettings
import EquipoiseTestSupport
import Foundation
import Testing

@testable import EquipoiseExperiments
@testable import EquipoiseMethods
@testable import EquipoiseTraining

/// What a search makes of its runs.
struct SweepReportTests {
  private let tiny: TinyRun

  init() throws { tiny = try TinyRun() }

  private func plan(_ metric: Score = .accuracy) throws -> SweepPlan {
    tiny.configuration.evaluation.selectBy = metric
    let trials = (0..<3).map {
      Trial(
        method: "joint", index: $0, settings: ["training.batchSize=\($0 + 4)", "a=[1, 2]"],
        configuration: tiny.configuration)
    }
    return try SweepPlan(trials, seeds: [0, 1], folder: tiny.folder.file("out"))
  }

  /// Writes what a finished run of a trial leaves.
  private func write(_ trial: Int, seed: Int, accuracy: Double, loss: Double = 1) throws {
    let folder = "out/joint/trial-00\(trial)/seed-\(seed)"
    try FileManager.default.createDirectory(
      atPath: tiny.folder.file(folder), withIntermediateDirectories: true)
    _ = try tiny.folder.write(
      """
      {"method": "joint", "seed": \(seed), "selectedBy": "accuracy", "bestEpoch": 0,
      "steps": 1, "seconds": 1, "validation": {"samples": 4, "accuracy": \(accuracy),
      "macroF1": 0, "weightedF1": 0, "meanAveragePrecision": 0, "loss": \(loss),
      "perClassAccuracy": [], "confusion": [], "modalities": {}}}
      """, to: folder + "/result.json")
  }

  @Test func bestMeanOfAllSeedsWins() throws {
    for (trial, scores) in [[0.5, 0.75], [0.25, 1]].enumerated() {
      for (seed, score) in scores.enumerated() { try write(trial, seed: seed, accuracy: score) }
    }
    // The highest, but only one of two seeds is finished.
    try write(2, seed: 1, accuracy: 1)
    let plan = try plan()
    let report = try SweepReport(plan)
    #expect(report.trials.map(\.score?.mean) == [0.625, 0.625, nil])
    #expect(report.trials[2].scores == [nil, 1])
    // Of equals the first.
    #expect(report.best == ["joint": "joint/trial-000"])
    let lines = report.csv.split(separator: "\n")
    #expect(lines[0] == "trial,method,training.batchSize,a,seed_0,seed_1,mean,sd,best")
    #expect(lines[1].hasPrefix("joint/trial-000,joint,4,\"[1, 2]\",0.5,0.75,0.625,0.1767"))
    #expect(lines[1].hasSuffix(",1") && lines[2].hasSuffix(",0"))
    #expect(lines[3] == "joint/trial-002,joint,6,\"[1, 2]\",,1.0,,,0")
  }

  /// The first seed alone would choose the other one.
  @Test func theMeanDecidesAndNotOneSeed() throws {
    for (trial, scores) in [[0.875, 0.25], [0.625, 0.75]].enumerated() {
      for (seed, score) in scores.enumerated() { try write(trial, seed: seed, accuracy: score) }
    }
    #expect(try SweepReport(try plan()).best == ["joint": "joint/trial-001"])
  }

  @Test func lowestLossWins() throws {
    for trial in 0..<3 {
      for seed in 0..<2 {
        try write(trial, seed: seed, accuracy: 0.5, loss: trial == 1 ? 0.25 : 2)
      }
    }
    let report = try SweepReport(try plan(.loss))
    #expect(report.best == ["joint": "joint/trial-001"])
    #expect(report.trials[1].score?.mean == -0.25)
  }

  /// 0.1 + 0.2 + … depends on the order in its last bit; the same scores stay equal.
  @Test func equalScoresGoToTheLowerLoss() throws {
    for (trial, scores) in [[0.1, 0.7], [0.7, 0.1], [0.1, 0.7]].enumerated() {
      for (seed, score) in scores.enumerated() {
        try write(trial, seed: seed, accuracy: score, loss: [2, 0.5, 0.5][trial] + Double(seed))
      }
    }
    let report = try SweepReport(try plan())
    #expect(report.best == ["joint": "joint/trial-001"])
    #expect(report.trials.map(\.loss) == [2.5, 1, 1])
  }

  @Test func winnerReadsTheTestSplit() throws {
    for seed in 0..<2 { try write(1, seed: seed, accuracy: 0.5) }
    let plan = try plan()
    try SweepReport(plan).write(plan)
    let best = try RunConfiguration.resolve(
      file: tiny.folder.file("out/joint/best.yaml"), catalogue: .standard)
    #expect(best.configuration == tiny.configuration && best.configuration.evaluation.test)
  }

  @Test func nothingIsFinished() throws {
    let report = try SweepReport(try plan())
    #expect(report.best.isEmpty && report.trials.allSatisfy { $0.score == nil })
  }
}

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

/// What a nested cross-validation consists of; `NestedSearchTests` runs one.
struct NestedSearchPlanTests {
  private let tiny: TinyRun

  init() throws {
    tiny = try TinyRun()
    tiny.configuration.evaluation.folds = 2
  }

  private func plan() throws -> SweepPlan {
    let trials = (0..<2).map { index in
      var configuration = tiny.configuration
      configuration.training.batchSize = index + 4
      return Trial(
        method: "joint", index: index, settings: ["training.batchSize=\(index + 4)"],
        configuration: configuration)
    }
    return try SweepPlan(trials, seeds: [3], folder: tiny.folder.file("out"))
  }

  /// Writes what a finished run of a trial leaves.
  private func write(fold: Int, trial: Int, accuracy: Double) throws {
    let folder = "out/searches/fold-\(fold)/joint/trial-00\(trial)/seed-3"
    try FileManager.default.createDirectory(
      atPath: tiny.folder.file(folder), withIntermediateDirectories: true)
    _ = try tiny.folder.write(
      """
      {"method": "joint", "seed": 3, "selectedBy": "accuracy", "bestEpoch": 0, "steps": 1, "seconds": 1,
      "validation": {"samples": 4, "accuracy": \(accuracy), "macroF1": 0, "weightedF1": 0,
      "meanAveragePrecision": 0, "loss": 1, "perClassAccuracy": [], "modalities": {}}}
      """, to: folder + "/result.json")
  }

  @Test func everyFoldIsSearchedAndNoneIsRead() throws {
    let search = try #require(NestedSearch(try plan()))
    let runs = search.runs()
    #expect(
      runs.map(\.folder.path)
        == (0..<2).flatMap { fold in
          (0..<2).map {
            tiny.folder.file("out/searches/fold-\(fold)/joint/trial-00\($0)/seed-3")
          }
        })
    #expect(runs.map(\.configuration.evaluation.fold) == [0, 0, 1, 1])
    #expect(runs.map(\.configuration.training.batchSize) == [4, 5, 4, 5])
    #expect(runs.allSatisfy { !$0.configuration.evaluation.test })
    #expect(runs[3].label == "joint/trial-001, fold 1, seed 3")
    tiny.configuration.evaluation.folds = nil
    #expect(NestedSearch(try plan()) == nil)
  }

  @Test func eachFoldsWinnerIsTestedOnIt() throws {
    for (fold, scores) in [[0.5, 0.75], [0.75, 0.5]].enumerated() {
      for (trial, score) in scores.enumerated() {
        try write(fold: fold, trial: trial, accuracy: score)
      }
    }
    let winners = try #require(NestedSearch(try plan())).winners()
    let runs = try winners.runs()
    #expect(
      runs.map(\.folder.path)
        == (0..<2).map { tiny.folder.file("out/joint/fold-\($0)/seed-3") })
    #expect(runs.map(\.configuration.training.batchSize) == [5, 4])
    #expect(runs.map(\.configuration.evaluation.fold) == [0, 1])
    #expect(runs.allSatisfy { $0.configuration.evaluation.test })
    let saved = try winners.saved()
    #expect(saved.entries[0].chosen == [["training.batchSize=5"], ["training.batchSize=4"]])
    #expect(saved.entries[0].references.isEmpty && saved.folds == 2)
    try saved.write(in: tiny.folder.file("out"))
    #expect(try SavedComparison(in: tiny.folder.file("out")) == saved)
    let best = try RunConfiguration.resolve(
      file: tiny.folder.file("out/searches/fold-1/joint/best.yaml"), catalogue: .standard
    ).configuration
    #expect(best.evaluation.fold == 1 && best.evaluation.test && best.training.batchSize == 4)
  }

  /// Where every trial failed.
  @Test func aFoldWithoutAWinnerIsNotTested() throws {
    try write(fold: 0, trial: 0, accuracy: 0.5)
    let winners = try #require(NestedSearch(try plan())).winners()
    #expect(try winners.runs().map(\.configuration.evaluation.fold) == [0])
    #expect(try winners.saved().entries[0].chosen == [["training.batchSize=4"], []])
  }

  @Test func whatCannotBeSearchedInFolds() throws {
    tiny.configuration.evaluation.fold = 1
    #expect(
      message { _ = try plan() }
        == "evaluation.fold: every fold is trained, and fold 1 is named; leave it out")
    tiny.configuration.evaluation.fold = 0
    var other = tiny.configuration
    other.evaluation.folds = 3
    let trials = [tiny.configuration, other].enumerated().map {
      Trial(method: "joint", index: $0, settings: ["n=\($0)"], configuration: $1)
    }
    #expect(
      message { _ = try SweepPlan(trials, seeds: [0], folder: tiny.folder.file("out")) }
        == "trial n=1: the folds are others than those of the first; set evaluation.folds, leaveGroupOut, fold "
        + "and foldsOf alike for all of them")
  }
}

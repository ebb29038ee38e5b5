// SPDX-License-Identifier: Apache-2.0
import EquipoiseFormats
import EquipoiseTestSupport
import Foundation
import Testing

@testable import Equipoise
@testable import EquipoiseReport

/// `equipoise sweep --folds`: a search in every fold, and its winners tested on it.
@Suite(.serialized) struct NestedSearchTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try TinyDataset.write(to: folder.file("data"), train: 48)
  }

  private func arguments(_ out: String, _ more: [String] = []) -> [String] {
    ["sweep", "--data", folder.file("data"), "--methods", "joint,unimodal-losses", "--folds", "2"]
      + ["--grid", "training.optimiser.momentum=0,0.9", "--seeds", "0,1", "--epochs", "2"]
      + ["--jobs", "2", "--out", folder.file(out)] + TinyDataset.settings + more
  }

  private func exists(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: folder.file(path))
  }

  private func saved(_ run: String) throws -> RunConfiguration {
    try RunConfiguration.saved(in: RunFolder(folder.file(run)))
  }

  /// The mean validation score of each trial of a fold decides, by its runs themselves.
  private func best(_ method: String, fold: Int, in out: String) throws -> String {
    let scores = try (0..<2).map { trial -> (Double, Double) in
      let reports = try (0..<2).map { seed in
        let run = "\(out)/searches/fold-\(fold)/\(method)/trial-00\(trial)/seed-\(seed)"
        let result = try #require(try RunScores.result(in: RunFolder(folder.file(run))))
        #expect(result.test == nil, "\(run) has read its fold")
        let evaluation = try saved(run).evaluation
        #expect(evaluation.fold == fold && evaluation.folds == 2 && !evaluation.test)
        return result.validation
      }
      return (reports[0].accuracy + reports[1].accuracy, reports[0].loss + reports[1].loss)
    }
    let isSecond =
      abs(scores[0].0 - scores[1].0) < 1e-12
      ? scores[1].1 < scores[0].1 : scores[1].0 > scores[0].0
    return "training.optimiser.momentum=\(isSecond ? "0.9" : "0")"
  }

  @Test func everyFoldHasSettingsOfItsOwn() throws {
    let done = try CommandLineTool.run(arguments("out"))
    #expect(done.status == 0, "\(done.errors)")
    #expect(done.output.contains("accuracy % by fold") && done.output.contains("chosen in fold"))
    #expect(done.output.contains("with settings searched on the other folds alone"))
    #expect(done.output.contains("corrected t-test p") && !done.output.contains("alone %"))
    let report = try ComparisonReport(
      SavedComparison(in: folder.file("out")), in: folder.file("out"))
    let dataset = try PreparedDataset(folder: folder.file("data"))
    let all = try Split.allCases.reduce(0) { try $0 + dataset.samples($1).count }
    for entry in report.entries {
      // Each sample was tested once with each seed, after a search that never saw it.
      #expect(entry.runs.map(\.fold) == [0, 0, 1, 1] && entry.runs.allSatisfy(\.isTest))
      #expect(entry.runs.reduce(0) { $0 + $1.report.samples } == 2 * all)
      #expect(entry.modalities.keys.sorted() == ["audio", "motion"])
      let chosen = try #require(entry.chosen)
      for fold in 0..<2 {
        #expect(chosen[fold] == [try best(entry.name, fold: fold, in: "out")])
        for seed in 0..<2 {
          let run = try saved("out/\(entry.name)/fold-\(fold)/seed-\(seed)")
          let momentum = try #require(
            try run.flattened().first { $0.first == "training.optimiser.momentum" }?.last)
          #expect(
            chosen[fold] == ["training.optimiser.momentum=\(momentum)"]
              || Double(momentum) == 0 && chosen[fold] == ["training.optimiser.momentum=0"])
          #expect(run.evaluation.fold == fold && run.evaluation.test)
        }
      }
      #expect(exists("out/searches/fold-1/\(entry.name)/best.yaml"))
    }
    try shownAgain(done)
  }

  /// Nothing is trained again, and everything that reads comparisons reads it.
  private func shownAgain(_ done: CommandLineTool.Outcome) throws {
    let again = try CommandLineTool.run(arguments("out"))
    #expect(again.output == done.output && again.errors.isEmpty)
    let table = try CommandLineTool.run(["compare", "--table-only", "--out", folder.file("out")])
    #expect(table.output == done.output, "\(table.errors)")
    let json = try CommandLineTool.run(arguments("out", ["--format", "json"])).json()
    let entries = try #require(json["entries"] as? [[String: Any]])
    #expect(entries.allSatisfy { ($0["chosen"] as? [[String]])?.count == 2 })
    #expect(try CommandLineTool.run(["check", folder.file("out")]).status == 0)
    let page = try ReportPage.json(for: [folder.file("out")])
    #expect(page.contains("\"chosen\":[[\"training.optimiser.momentum="))
    try otherWinnersAreRefused()
  }

  /// As after a search with more trials, of which another one wins.
  private func otherWinnersAreRefused() throws {
    let path = folder.file("out/joint/fold-1/seed-1/config.yaml")
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let changed = text.replacing(/momentum: [0-9.]+/, with: "momentum: 0.25")
    try #require(changed != text)
    try Data(changed.utf8).write(to: URL(fileURLWithPath: path))
    let outcome = try CommandLineTool.run(arguments("out"))
    #expect(outcome.status == 1 && outcome.output.isEmpty)
    #expect(
      outcome.errors.contains(
        "\(path): another trial wins in a fold than when its winner was trained: the configuration differs "
          + "from the run's: training.optimiser.momentum: 0"))
    #expect(
      outcome.errors.hasSuffix(
        "remove the runs of that fold, or search into another folder\n"))
  }

  @Test func killedAndRepeatedFindsTheSame() throws {
    let whole = try CommandLineTool.run(arguments("whole"))
    #expect(whole.status == 0, "\(whole.errors)")
    // Once within the searches, once among the winners.
    for first in ["searches/fold-0/joint/trial-000/seed-0", "joint/fold-0/seed-0"] {
      let killed = try CommandLineTool.start(arguments("cut"))
      while !exists("cut/\(first)/result.json"), killed.process.isRunning { usleep(2000) }
      kill(killed.process.processIdentifier, SIGKILL)
      _ = try killed.finish()
    }
    #expect(!exists("cut/unimodal-losses/fold-1/seed-1/result.json"))
    let repeated = try CommandLineTool.run(arguments("cut"))
    #expect(repeated.status == 0, "\(repeated.errors)")
    func scores(_ out: String) throws -> [[Double]] {
      try ComparisonReport(SavedComparison(in: folder.file(out)), in: folder.file(out)).entries
        .map { $0.runs.map(\.report.loss) }
    }
    #expect(try scores("cut") == scores("whole"))
    for fold in 0..<2 {
      let trials = "searches/fold-\(fold)/trials.csv"
      #expect(
        try String(contentsOfFile: folder.file("cut/" + trials), encoding: .utf8)
          == String(contentsOfFile: folder.file("whole/" + trials), encoding: .utf8))
    }
  }

  @Test func mistakesAreToldBeforeAnythingIsTrained() throws {
    func errors(_ more: [String]) throws -> String {
      let outcome = try CommandLineTool.run(arguments("wrong", more))
      #expect(outcome.status != 0 && !exists("wrong"))
      return outcome.errors
    }
    #expect(
      try errors(["--set", "evaluation.fold=1"])
        == "error: evaluation.fold: every fold is trained, and fold 1 is named; leave it out\n")
    #expect(try errors(["--leave-group-out"]).contains("evaluation.folds"))
    #expect(
      try errors(["--grid", "evaluation.foldsOf=[train],[test]"]).contains(
        "the folds are others than those of the first"))
  }
}

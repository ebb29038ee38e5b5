// SPDX-License-Identifier: Apache-2.0
import EquipoiseTestSupport
import Foundation
import Testing

/// `equipoise sweep` by halving, with a sampler that learns, and within a time.
@Suite(.serialized) struct SearchPartsTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try TinyDataset.write(to: folder.file("data"))
  }

  private func sweep(_ out: String, _ more: [String]) -> [String] {
    ["sweep", "--data", folder.file("data"), "--jobs", "2", "--out", folder.file(out), "--quiet"]
      + TinyDataset.settings + ["--set", "model.encoders.motion.width=8"] + more
  }

  private func text(_ path: String) throws -> String {
    try String(contentsOfFile: folder.file(path), encoding: .utf8)
  }

  private let halving = [
    "--methods", "joint,mla", "--seeds", "0,1", "--epochs", "3", "--halving", "3", "--trials", "3",
  ]

  private func trials(_ out: String) throws -> [[String: String]] {
    let lines = try text(out + "/trials.csv").split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    return lines.dropFirst().map { Dictionary(uniqueKeysWithValues: zip(lines[0], $0)) }
  }

  /// Of three trials one goes on; it is the run that it would have been at once, and the test split is not read.
  @Test func whatIsLeftBehindIsShown() throws {
    let outcome = try CommandLineTool.run(sweep("out", halving))
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("left behind after so many epochs"))
    #expect(outcome.output.contains("the test split was not read"))
    let all = try trials("out")
    #expect(all.count == 6)
    for method in ["joint", "mla"] {
      let own = all.filter { $0["method"] == method }
      #expect(own.map { $0["epochs"] ?? "" }.sorted() == ["1", "1", "3"])
      #expect(own.filter { $0["pruned"] == "1" }.count == 2)
      #expect(own.first { $0["best"] == "1" }?["epochs"] == "3")
      // The best after one epoch is the one that went on.
      let winner = try #require(own.first { $0["best"] == "1" }?["trial"])
      let run = folder.file("out/\(winner)/seed-0")
      let result = try JSONSerialization.jsonObject(
        with: Data(contentsOf: URL(fileURLWithPath: run + "/result.json")))
      #expect((result as? [String: Any])?["test"] == nil)
      let whole = try CommandLineTool.run([
        "train", "--config", folder.file("out/\(method)/best.yaml"), "--seed", "0", "--out",
        folder.file("whole-" + method), "--quiet",
      ])
      #expect(whole.status == 0, "\(whole.errors)")
      #expect(
        try Data(contentsOf: URL(fileURLWithPath: run + "/weights.safetensors"))
          == Data(
            contentsOf: URL(fileURLWithPath: folder.file("whole-\(method)/weights.safetensors"))))
    }
    #expect(try text("out/mla/best.yaml").contains("type: shared"))
    let again = try CommandLineTool.run(sweep("out", halving))
    #expect(again.output == outcome.output && again.errors.isEmpty, "\(again.errors)")
    let other = try CommandLineTool.run(sweep("out", halving + ["--sampler", "tpe"]))
    #expect(other.status == 1)
    #expect(other.errors.contains("the folder holds another search: sampler tpe, not random"))
    let page = try CommandLineTool.run([
      "report", folder.file("out"), "--out", folder.file("page.html"),
    ])
    #expect(page.status == 0, "\(page.errors)")
    #expect(try text("page.html").contains("\"searches\":[{\"folder\":"))
    let check = try CommandLineTool.run(["check", folder.file("out")])
    #expect(check.output.contains(" 0 damaged or missing"), "\(check.output)")
  }

  @Test func killedAndRepeatedFindsTheSame() throws {
    let tpe = [
      "--methods", "joint,ogm", "--seeds", "0", "--epochs", "2", "--sampler", "tpe", "--trials",
      "6",
    ]
    let whole = try CommandLineTool.run(sweep("whole", tpe))
    #expect(whole.status == 0, "\(whole.errors)")
    // The last two were found by what the first four had shown.
    #expect(try trials("whole").count == 12)
    let killed = try CommandLineTool.start(sweep("cut", tpe))
    let first = folder.file("cut/ogm/trial-004/seed-0/config.yaml")
    while !FileManager.default.fileExists(atPath: first), killed.process.isRunning { usleep(2000) }
    kill(killed.process.processIdentifier, SIGKILL)
    _ = try killed.finish()
    #expect(!FileManager.default.fileExists(atPath: folder.file("cut/trials.csv")))
    let repeated = try CommandLineTool.run(sweep("cut", tpe))
    #expect(repeated.status == 0, "\(repeated.errors)")
    #expect(try text("cut/trials.csv") == text("whole/trials.csv"))
    #expect(try text("cut/search.json") == text("whole/search.json"))
  }

  /// Nothing but data, methods and time.
  @Test func aBudgetNeedsNoMoreWords() throws {
    let outcome = try CommandLineTool.run(
      ["sweep", "--data", folder.file("data"), "--methods", "all", "--budget", "1h"]
        + ["--trials", "1", "--seeds", "0", "--epochs", "1", "--quiet"] + TinyDataset.settings
        + ["--set", "model.encoders.motion.width=8"], after: "cd '\(folder.path)'")
    #expect(outcome.status == 0, "\(outcome.errors)")
    let all = try trials("runs/search-data")
    #expect(
      Set(all.map { $0["method"] }).isSuperset(of: ["joint", "agm", "mla", "pmr", "mmpareto"]))
    #expect(all.allSatisfy { $0["best"] == "1" })
    let short = try CommandLineTool.run(
      sweep("short", ["--methods", "joint", "--budget", "1s", "--epochs", "900", "--seeds", "0"]))
    #expect(short.status == 1)
    #expect(short.errors.contains("the budget is not enough for one trial of each method"))
    #expect(short.errors.contains("--budget"), "\(short.errors)")
  }

  @Test func mistakes() throws {
    for (more, text) in [
      (["--methods", "joint"], "there is no end to the search; add --trials N or --budget TIME"),
      (["--methods", "joint", "--budget", "soon"], "The value 'soon' is invalid for '--budget"),
      (
        ["--methods", "joint", "--trials", "2", "--folds", "3"],
        "a search in every fold takes --grid"
      ),
      (
        ["--methods", "joint", "--trials", "2", "--halving", "0"], "--halving takes a number from 1"
      ),
    ] {
      let outcome = try CommandLineTool.run(sweep("out", more))
      #expect(outcome.status == 64, "\(outcome.errors)")
      #expect(outcome.errors.lowercased().contains(text.lowercased()), "\(outcome.errors)")
    }
  }
}

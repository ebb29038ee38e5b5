// SPDX-License-Identifier: Apache-2.0
import EquipoiseTestSupport
import Foundation
import Testing

/// Reports of real runs, in a real browser.
@Suite(.serialized, .enabled(if: OutsideBrowser.isInstalled, "needs scripts/setup-browser"))
struct ReportPageTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func tool(_ arguments: [String]) throws -> String {
    let outcome = try CommandLineTool.run(arguments)
    try #require(outcome.status == 0, "\(outcome.errors)")
    return outcome.output
  }

  private static let tiny = [
    "--epochs", "2", "--quiet", "--set", "training.batchSize=8", "--set",
    "model.encoders.audio.width=2", "--set", "model.encoders.visual.width=2",
  ]

  private func prepare() throws -> String {
    let data = folder.file("data")
    _ = try tool([
      "prepare", "synthetic", "--out", data, "--set", "train=24", "--set", "test=6", "--set",
      "validation=6",
    ])
    return data
  }

  private func report(_ paths: [String]) throws -> OutsideBrowser.Visit {
    let page = folder.file("report.html")
    _ = try tool(["report"] + paths + ["--out", page, "--force"])
    let visit = try OutsideBrowser.visit(page)
    #expect(visit.requests == ["file://" + page])
    #expect(visit.console == [] && visit.spilled == [])
    for (circumstances, found) in visit.violations { #expect(found == [], "\(circumstances)") }
    for (name, figure) in visit.figures {
      #expect(figure.marks > 0, "\(name) is empty")
      #expect(figure.hover.contains("\n") || figure.rows == 0, "\(name) tells nothing on hovering")
      #expect(!figure.spoken.isEmpty && figure.rows > 0 && figure.svg, "\(name)")
    }
    return visit
  }

  @Test func features() throws {
    let (run, file) = (folder.file("runs/one"), folder.file("F.safetensors"))
    let data = try prepare()
    _ = try tool(["train", "--data", data, "--out", run] + Self.tiny)
    _ = try tool(["features", run, data, "--split", "train", "--out", file])
    let visit = try report([run, file])
    #expect(
      Set(visit.figures.keys).isSuperset(of: ["features-principal-0", "features-neighbours-0"]))
  }

  @Test func comparisonWithAIM() throws {
    let runs = folder.file("runs/comparison")
    _ = try tool(
      [
        "compare", "--data", try prepare(), "--out", runs, "--seeds", "0,1", "--entry",
        "joint=aim,method.preset=observe,method.decoupling.latentWidth=4", "--entry",
        "aim=aim,method.decoupling.latentWidth=4,method.startEpoch=0", "--entry",
        "late=aim,method.decoupling.latentWidth=4,method.startEpoch=1",
      ] + Self.tiny)
    let visit = try report([runs])
    #expect(
      Set(visit.figures.keys) == [
        "modalities", "progress", "discrepancy-0", "discrepancy-1", "discrepancy-2", "scores-0",
        "scores-1", "orthogonality", "start", "confusion", "verdict-figure",
      ])
    // Fused and each modality, inside and alone.
    #expect(visit.figures["modalities"]?.hover.split(separator: "\n").count == 6)
    // Two modalities at four depths of six classes.
    #expect(visit.figures["orthogonality"]?.marks == 2 * 4 * 36)
    #expect(visit.tables >= 4)
  }

  @Test func oneRunAndSixty() throws {
    let run = folder.file("runs/one/seed-0")
    let train = ["train", "--data", try prepare(), "--method", "joint", "--out", run] + Self.tiny
    let found = try tool(train + ["--find-learning-rate"])
    #expect(found.contains("smoothed") && found.contains("curve: \(run)/learning-rate.json"))
    _ = try tool(train)
    let one = try report([run])
    #expect(
      Set(one.figures.keys) == [
        "modalities", "progress", "learning-rates", "confusion", "verdict-figure",
      ])
    for index in 1..<60 {
      let group = folder.file("runs/group-\(index / 5)")
      try FileManager.default.createDirectory(atPath: group, withIntermediateDirectories: true)
      try FileManager.default.copyItem(atPath: run, toPath: "\(group)/seed-\(index % 5)")
    }
    let sixty = try report([folder.file("runs")])
    #expect(sixty.loaded < 2000)
    #expect(sixty.figures["progress"]?.marks ?? 0 > 10)
  }

  /// The table of who has what, and the curves of missing and of noisy modalities.
  @Test func missingModalities() throws {
    let (data, run) = (folder.file("partial"), folder.file("runs/joint/seed-0"))
    try TinyDataset.writePartial(to: data)
    _ = try tool(
      ["train", "--data", data, "--out", run, "--epochs", "1", "--quiet"] + TinyDataset.model
        + ["--set", "evaluation.robustness=true"])
    let visit = try report([folder.file("runs")])
    let curves = (0..<2).flatMap { ["robustness-missing-\($0)", "robustness-noise-\($0)"] }
    #expect(Set(visit.figures.keys).isSuperset(of: curves))
    #expect(visit.figures["robustness-missing-0"]?.rows == 6)
    #expect(visit.figures["robustness-noise-1"]?.rows == 5)
    let rows = try #require(visit.rows["patterns"])
    #expect(rows[0] == ["configuration", "audio (3)", "audio+motion (6)", "motion (3)"])
    try #require(rows.count == 2 && rows[1].count == 4)
    let result = try JSONSerialization.jsonObject(
      with: Data(contentsOf: URL(fileURLWithPath: run + "/result.json")))
    let test = try #require((result as? [String: Any])?["test"] as? [String: Any])
    let patterns = try #require(test["patterns"] as? [String: [String: Any]])
    for (name, cell) in zip(["audio", "audio+motion", "motion"], rows[1].dropFirst()) {
      let accuracy = try #require(patterns[name]?["accuracy"] as? Double)
      #expect(cell.hasPrefix(String(format: "%.1f", 100 * accuracy)), "\(name): \(cell)")
    }
  }

  @Test func badInputs() throws {
    let nothing = try CommandLineTool.run(["report", folder.file("nothing")])
    #expect(nothing.status != 0 && nothing.errors.contains("no run is here"))
    let taken = try folder.write("mine", to: "taken.html")
    let refused = try CommandLineTool.run(["report", folder.file("nothing"), "--out", taken])
    #expect(refused.status != 0 && refused.errors.contains("the file exists"))
    #expect(try String(contentsOfFile: taken, encoding: .utf8) == "mine")
  }
}

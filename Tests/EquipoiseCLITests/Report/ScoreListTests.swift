// SPDX-License-Identifier: Apache-2.0
import Equipoise
import EquipoiseFormats
import EquipoiseTestSupport
import Foundation
import Testing

@testable import EquipoiseDisplay
@testable import EquipoiseReport

/// Every score that is listed for a task is written, shown and can select epochs; no other is.
struct ScoreListTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func tool(_ arguments: [String]) throws -> String {
    let outcome = try CommandLineTool.run(arguments)
    try #require(outcome.status == 0, "\(outcome.errors)")
    return outcome.output
  }

  private func object(_ text: some StringProtocol) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  @Test func appearEverywhere() throws {
    let (data, out) = (folder.file("data"), folder.file("compared"))
    try TinyDataset.write(to: data, train: 24)
    let table = try tool(
      [
        "compare", "--data", data, "--out", out, "--methods", "joint,ogm-ge", "--seeds", "0,1",
        "--epochs", "1", "--quiet",
      ] + TinyDataset.settings)
    let run = out + "/ogm-ge/seed-0"

    let line = try String(contentsOfFile: run + "/metrics.jsonl", encoding: .utf8)
    let validation = try #require(try object(line)["validation"] as? [String: Any])
    let result = try object(String(contentsOfFile: run + "/result.json", encoding: .utf8))
    let test = try #require(result["test"] as? [String: Any])
    let columns = try CSV.read(run + "/metrics.csv").header
    let events = try #require(
      try FileManager.default.contentsOfDirectory(atPath: run).first { $0.contains("tfevents") })
    let tags = try Data(contentsOf: URL(fileURLWithPath: run + "/" + events))

    let evaluation = try tool(["evaluate", run])
    let evaluated = try object(tool(["evaluate", run, "--format", "json"]))
    let again = ["compare", "--table-only", "--out", out, "--format"]
    let csv = try CSV.read(try folder.write(tool(again + ["csv"]), to: "compared.csv")).header
    let entry = try #require(
      (try object(tool(again + ["json"]))["entries"] as? [[String: Any]])?.last)
    let latex = try tool(again + ["latex"])

    let page = try object(ReportPage.json(for: [out]))
    let group = try #require((page["groups"] as? [[String: Any]])?.last)
    let curves = try #require(group["curves"] as? [[String: Any]])
    let compared = try #require((page["comparisons"] as? [[String: Any]])?.first)
    let differences = try #require(
      (compared["entries"] as? [[String: Any]])?.last?["differences"] as? [String: Any])
    let shown = (page["scores"] as? [[String: Any]])?.compactMap { $0["title"] as? String }

    // The data have three classes.
    let scores = Score.all(of: .classification).filter { $0 != .top5Accuracy }
    #expect(shown == scores.map(\.title))
    for score in Score.all where !scores.contains(score) {
      let (name, title) = (score.name, score.title)
      #expect(validation[name] == nil && test[name] == nil && entry[name] == nil, "\(name)")
      #expect(!columns.contains("validation." + name), "\(name)")
      #expect(!csv.contains(ComparisonCSV.name(of: score) + "_mean"), "\(name)")
      #expect(!evaluation.contains(title) && !table.contains(title), "\(name)")
      let chosen = try CommandLineTool.run([
        "train", "--data", data, "--out", folder.file("refused"), "--set",
        "evaluation.selectBy=\(name)",
      ])
      #expect(
        chosen.status != 0 && chosen.errors.contains("evaluation.selectBy")
          && chosen.errors.contains("choose one of accuracy, macroF1"), "\(chosen.errors)")
    }
    for score in scores {
      let (name, title) = (score.name, score.title)
      #expect(validation[name] is Double && test[name] is Double, "\(name)")
      #expect(columns.contains("validation." + name), "\(name)")
      #expect(tags.range(of: Data("validation/\(name)".utf8)) != nil, "\(name)")
      #expect(evaluation.contains(title) && evaluated[name] is Double, "\(name)")
      #expect(table.contains(title) && latex.contains(title), "\(name)")
      #expect(
        entry[name] is [String: Any] && entry[name + "Difference"] is [String: Any], "\(name)")
      let column = ComparisonCSV.name(of: score)
      #expect(
        Set(["\(column)_mean", "\(column)_sd", "\(column)_difference"]).isSubset(of: csv), "\(name)"
      )
      #expect((group["scores"] as? [String: Any])?[name] is [String: Any], "\(name)")
      #expect(differences[name] is [String: Any], "\(name)")
      #expect(
        curves.contains { $0["scope"] as? String == "validation" && $0["what"] as? String == name },
        "\(name)")
      let chosen = try Run.configuration(settings: ["data=\(data)", "evaluation.selectBy=\(name)"])
      #expect(chosen.evaluation.selectBy == score)
    }
    #expect(ComparisonCSV.name(of: .macroF1) == "macro_f1")
  }

  /// The smaller of two calibration errors is the better one.
  @Test func aScoreSelectsByItsDirection() throws {
    let (data, run) = (folder.file("data"), folder.file("run"))
    try TinyDataset.write(to: data, train: 48)
    let score = try #require(Score(rawValue: "expectedCalibrationError"))
    _ = try tool(
      [
        "train", "--data", data, "--out", run, "--epochs", "6", "--quiet", "--set",
        "evaluation.selectBy=\(score.name)",
      ] + TinyDataset.model)
    let errors = try String(contentsOfFile: run + "/metrics.jsonl", encoding: .utf8)
      .split(separator: "\n").map { line in
        try #require(
          (try object(line)["validation"] as? [String: Any])?[score.name] as? Double)
      }
    let result = try object(String(contentsOfFile: run + "/result.json", encoding: .utf8))
    let best = try #require(result["bestEpoch"] as? Int)
    #expect(result["selectedBy"] as? String == score.name)
    #expect(errors[best] == errors.min() && Set(errors).count > 1)
  }
}

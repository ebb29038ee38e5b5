// SPDX-License-Identifier: Apache-2.0
import EquipoiseTestSupport
import Foundation
import Testing

@testable import EquipoiseReport

/// Modalities that are called `2`, `score` and `a.b`, in a journal written by hand as docs/formats.md specifies it.
struct ModalityNamesTests {
  private static let names = ["2", "a.b", "score"]
  private let folder: TemporaryFolder
  private let run: String

  init() throws {
    folder = try TemporaryFolder()
    run = folder.file("run")
    let former = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Former/run").path
    try FileManager.default.createDirectory(atPath: run, withIntermediateDirectories: false)
    for name in ["config.yaml", "environment.json"] {
      try FileManager.default.copyItem(
        atPath: former + "/" + name, toPath: run + "/" + name)
    }
    let lines = (0..<2).map { epoch in
      #"{"dataWait":0,"epoch":\#(epoch),"globalStep":2,"kind":"epoch","learningRate":0.1,"#
        + #""multiplyAddsPerSample":10,"seconds":\#(epoch + 1),"telemetry":{"#
        + #""discrepancy.1":0.125,"discrepancy.2":0.25,"rate.\\2":0.5,"rate.a\\.b":0.625,"rate.score":0.75,"#
        + #""score.2.1":0.1,"score.2.2":0.2,"score.a\\.b.1":0.3,"score.a\\.b.2":0.4,"#
        + #""score.score.1":0.5,"score.score.2":0.6},"trainAccuracy":0.5,"trainLoss":1,"#
        + #""validation":{"accuracy":0.75,"loss":0.5,"macroF1":0.5,"meanAveragePrecision":0.5,"modalities":{"#
        + #""2":{"slice":0.11,"zeroOut":0.9},"a.b":{"slice":0.22,"zeroOut":0.9},"score":{"slice":0.33,"#
        + #""zeroOut":0.9}},"samples":4,"weightedF1":0.5}}"# + "\n"
    }
    _ = try folder.write(lines.joined(), to: "run/metrics.jsonl")
  }

  @Test func watchShowsEachUnderItsName() throws {
    let outcome = try CommandLineTool.run(["watch", run])
    try #require(outcome.status == 0, "\(outcome.errors)")
    let head = try #require(outcome.output.split(separator: "\n").dropFirst().first)
    #expect(head.contains("2 slice") && head.contains("a.b slice") && head.contains("score slice"))
    let last = try #require(outcome.output.split(separator: "\n").last)
    let shares = last.split(separator: " ").suffix(6)
    #expect(shares.joined(separator: " ") == "11.0 % 22.0 % 33.0 %")
  }

  private struct Page: Decodable {
    struct Group: Decodable {
      let modalities: [String]
      let curves: [Curve]
    }
    struct Curve: Decodable {
      struct Point: Decodable, Equatable {
        let epoch: Int
        let mean: Double
        let seconds: Double
        let multiplyAdds: Double
      }
      let scope: String
      let what: String
      let modality: String?
      let depth: Int?
      let points: [Point]
    }
    let groups: [Group]
  }

  @Test func thePageIsGivenPartsAndMeans() throws {
    let json = try ReportPage.json(for: [run])
    let page = try JSONDecoder().decode(Page.self, from: Data(json.utf8))
    let group = try #require(page.groups.first)
    #expect(group.modalities == Self.names)
    func curve(_ scope: String, _ what: String, _ modality: String?, _ depth: Int?) -> Page.Curve? {
      group.curves.first {
        $0.scope == scope && $0.what == what && $0.modality == modality && $0.depth == depth
      }
    }
    for (scope, what, modality, depth, value) in [
      ("telemetry", "score", "2", 2, 0.2), ("telemetry", "score", "a.b", 1, 0.3),
      ("telemetry", "score", "score", 2, 0.6), ("telemetry", "rate", "2", nil, 0.5),
      ("telemetry", "discrepancy", nil, 2, 0.25), ("validation", "slice", "a.b", nil, 0.22),
      ("validation", "accuracy", nil, nil, 0.75), ("train", "loss", nil, nil, 1),
    ] as [(String, String, String?, Int?, Double)] {
      let found = curve(scope, what, modality, depth)
      #expect(
        found?.points == [
          Page.Curve.Point(epoch: 1, mean: value, seconds: 1, multiplyAdds: 10),
          Page.Curve.Point(epoch: 2, mean: value, seconds: 2, multiplyAdds: 20),
        ], "\(scope) \(what)")
    }
    // 2 of training, 6 fused, 6 of modalities, 11 of the method.
    #expect(group.curves.count == 25)
  }

  @Test(.enabled(if: OutsideBrowser.isInstalled, "needs scripts/setup-browser"))
  func aBrowserShowsEachUnderItsName() throws {
    let page = folder.file("report.html")
    let outcome = try CommandLineTool.run(["report", run, "--out", page])
    try #require(outcome.status == 0, "\(outcome.errors)")
    let visit = try OutsideBrowser.visit(page)
    #expect(visit.console == [])
    #expect(
      Set(visit.figures.keys) == [
        "modalities", "progress", "discrepancy-0", "scores-0", "scores-1", "scores-2",
      ])
    let lines = Set(visit.figures["modalities"]?.hover.components(separatedBy: "\n") ?? [])
    #expect(
      lines.isSuperset(of: ["2 inside: 11.0 %", "a.b inside: 22.0 %", "score inside: 33.0 %"]))
    #expect(visit.figures["scores-1"]?.hover.contains("depth 2: 0.4") == true)
  }
}

// SPDX-License-Identifier: Apache-2.0
import EquipoiseTestSupport
import Foundation
import Testing

@testable import EquipoiseReport

/// What a report says of samples that lack modalities, and of missing and noisy modalities: the numbers of the runs.
struct MissingModalityReportTests {
  private struct Summary: Decodable {
    let mean: Double
    let deviation: Double?
    let count: Int
  }

  /// The part of the page's data that is about this.
  private struct Page: Decodable {
    struct Group: Decodable {
      struct Pattern: Decodable {
        let name: String
        let samples: Int
        let score: Summary
      }
      struct Disturbance: Decodable {
        struct Point: Decodable {
          let level: Double
          let score: Summary
        }
        let kind: String
        let modality: String
        let points: [Point]
      }
      let patterns: [Pattern]
      let robustness: [Disturbance]
    }
    let groups: [Group]
  }

  /// The same part of a run's result.
  private struct Result: Decodable {
    struct Report: Decodable {
      struct Pattern: Decodable {
        let samples: Int
        let accuracy: Double
      }
      struct Curves: Decodable {
        struct Curve: Decodable {
          let levels: [Double]
          let scores: [Double]
        }
        let missing: [String: Curve]
        let noise: [String: Curve]
      }
      let patterns: [String: Pattern]?
      let robustness: Curves?
    }
    let test: Report
  }

  private func results(
    _ settings: [String], partial: Bool
  ) throws -> (Page.Group, [Result.Report]) {
    let folder = try TemporaryFolder()
    let data = folder.file("data")
    if partial {
      try TinyDataset.writePartial(to: data)
    } else {
      try TinyDataset.write(to: data, train: 24, test: 12)
    }
    let runs = (0..<2).map { folder.file("runs/seed-\($0)") }
    for (seed, run) in runs.enumerated() {
      let outcome = try CommandLineTool.run(
        ["train", "--data", data, "--out", run, "--epochs", "1", "--seed", "\(seed)", "--quiet"]
          + TinyDataset.model + settings)
      try #require(outcome.status == 0, "\(outcome.errors)")
    }
    let page = try JSONDecoder().decode(
      Page.self, from: Data(try ReportPage.json(for: [folder.file("runs")]).utf8))
    try #require(page.groups.count == 1)
    return (
      page.groups[0],
      try runs.map {
        try JSONDecoder().decode(
          Result.self, from: Data(contentsOf: URL(fileURLWithPath: $0 + "/result.json"))
        ).test
      }
    )
  }

  /// The mean of two numbers, and their deviation with Bessel's correction: |a − b| / √2.
  private func expect(_ summary: Summary, of numbers: [Double], _ what: String) {
    #expect(summary.count == 2 && numbers.count == 2)
    #expect(abs(summary.mean - (numbers[0] + numbers[1]) / 2) < 1e-6, "\(what)")
    let deviation = abs(numbers[0] - numbers[1]) / 2.0.squareRoot()
    #expect(abs((summary.deviation ?? -1) - deviation) < 1e-6, "\(what)")
  }

  @Test func showsTheNumbersOfTheRuns() throws {
    let (group, reports) = try results(["--set", "evaluation.robustness=true"], partial: true)
    #expect(group.patterns.map(\.name) == ["audio", "audio+motion", "motion"])
    #expect(group.patterns.map(\.samples) == [3, 6, 3])
    for pattern in group.patterns {
      expect(
        pattern.score, of: reports.compactMap { $0.patterns?[pattern.name]?.accuracy },
        pattern.name)
    }
    #expect(
      group.robustness.map { $0.kind + " " + $0.modality }
        == ["missing audio", "noise audio", "missing motion", "noise motion"])
    for curve in group.robustness {
      let measured = reports.compactMap { report in
        curve.kind == "missing"
          ? report.robustness?.missing[curve.modality] : report.robustness?.noise[curve.modality]
      }
      try #require(measured.count == 2)
      #expect(curve.points.map(\.level) == measured[0].levels && curve.points.count > 4)
      for (place, point) in curve.points.enumerated() {
        expect(
          point.score, of: measured.map { $0.scores[place] },
          "\(curve.kind) \(curve.modality) \(place)")
      }
    }
  }

  /// Where no sample lacks anything and nothing was disturbed there is nothing to show.
  @Test func completeSamplesHaveNoPatterns() throws {
    let (group, reports) = try results([], partial: false)
    #expect(group.patterns.isEmpty && group.robustness.isEmpty)
    #expect(reports.allSatisfy { $0.patterns?.isEmpty != false && $0.robustness == nil })
  }
}

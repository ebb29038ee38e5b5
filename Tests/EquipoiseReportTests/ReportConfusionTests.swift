// SPDX-License-Identifier: Apache-2.0
import Equipoise
import EquipoiseRunTestSupport
import EquipoiseTestSupport
import Foundation
import Testing

@testable import EquipoiseReport

/// Where a report has what a run confuses from.
struct ReportConfusionTests {
  private func shown(_ run: String) throws -> [[Int]]? {
    let page = try JSONSerialization.jsonObject(with: Data(ReportPage.json(for: [run]).utf8))
    let runs = try #require((page as? [String: Any])?["runs"] as? [[String: Any]])
    return runs.first?["confusion"] as? [[Int]]
  }

  @Test func ofTheTestSplitWhereverItWasWritten() throws {
    let tiny = try TinyRun()
    try tiny.train("run")
    let run = tiny.folder.file("run")
    let counts = try #require(try shown(run))
    #expect(counts.map { $0.reduce(0, +) } == [3, 3])

    // As former versions left it: with the scores, and in no file of its own.
    let path = run + "/result.json"
    let text = try String(contentsOfFile: path, encoding: .utf8)
    var result = try #require(
      try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    for (split, matrix) in [("validation", [[3, 0], [0, 3]]), ("test", [[1, 2], [3, 0]])] {
      var scores = try #require(result[split] as? [String: Any])
      scores["confusion"] = matrix
      result[split] = scores
    }
    try FileManager.default.removeItem(atPath: run + "/confusion.safetensors")
    try FileManager.default.removeItem(atPath: run + "/SHA256SUMS")
    try JSONSerialization.data(withJSONObject: result).write(to: URL(fileURLWithPath: path))
    #expect(try shown(run) == [[1, 2], [3, 0]])

    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    #expect(try shown(run) == nil)
  }
}

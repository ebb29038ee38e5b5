// SPDX-License-Identifier: Apache-2.0
import EquipoiseFormats
import EquipoiseTestSupport
import Foundation
import Testing

@testable import EquipoiseReport

/// Numbers that raw data lacked are counted where a user of the dataset looks: in `inspect` and in the report.
struct MissingNumbersTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try FileManager.default.createDirectory(
      atPath: folder.file("in"), withIntermediateDirectories: false)
  }

  private func tool(_ arguments: [String]) throws -> CommandLineTool.Outcome {
    let outcome = try CommandLineTool.run(arguments)
    try #require(outcome.status == 0, "\(arguments): \(outcome.errors)")
    return outcome
  }

  @Test func areCountedInInspectAndReport() throws {
    let splits = (0..<16).map { $0 < 8 ? "train" : $0 < 12 ? "val" : "test" }
    let rows = splits.enumerated().map { "\($0 % 2),\($1)\n" }
    _ = try folder.write("label,split\n" + rows.joined(), to: "in/meta.csv")
    for name in ["x", "y"] {
      var numbers = (0..<32).map { Float($0 % 5) }
      // Of x two numbers of one sample and one of another, of y none.
      if name == "x" { for place in [4, 5, 30] { numbers[place] = .nan } }
      try NPY.write(HostArray(floats: numbers, shape: [16, 2]), to: folder.file("in/\(name).npy"))
    }
    let (data, run) = (folder.file("data"), folder.file("run"))
    _ = try tool([
      "prepare", "arrays", "--input", folder.file("in"), "--out", data, "--set",
      "missingValues=mean",
    ])
    let inspect = [
      "inspect", "--data", data, "--set", "model.encoders.x={type: mlp, width: 4}", "--set",
      "model.encoders.y={type: mlp, width: 4}",
    ]
    let sentence = "mean: 'x' lacked 3 numbers in 2 samples"
    #expect(try tool(inspect).output.contains("Missing values, \(sentence).\n"))
    let summary = try #require(
      try tool(inspect + ["--format", "json"]).json()["dataset"] as? [String: Any])
    let missing = try #require(summary["missingValues"] as? [String: Any])
    #expect(missing["policy"] as? String == "mean")
    #expect(
      missing["modalities"] as? [String: [String: Int]] == ["x": ["numbers": 3, "samples": 2]])

    _ = try tool(
      ["train"] + inspect.dropFirst() + [
        "--epochs", "1", "--threads", "1", "--out", run, "--quiet",
      ]
    )
    let page = try #require(
      try JSONSerialization.jsonObject(with: Data(ReportPage.json(for: [run]).utf8))
        as? [String: Any])
    let datasets = try #require(page["datasets"] as? [[String: Any]])
    #expect(datasets.count == 1 && datasets[0]["missingValues"] as? String == sentence)
    #expect(datasets[0]["samples"] as? [String: Int] == ["train": 8, "validation": 4, "test": 4])
    #expect(try ReportPage.html(for: [run]).contains("'missing values'"))
  }
}

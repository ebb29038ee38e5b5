// SPDX-License-Identifier: Apache-2.0
import EquipoiseTestSupport
import Foundation
import Testing

/// Data, runs, a comparison and a search that an earlier version left (`Former/`) are read today as then.
///
/// `Former/` was made by version 0.1.0 at commit 3c2cae0, with the kernels that every x86-64 processor has, so that
/// the weights of a continued run must have the very same bytes.
@Suite struct FormerFilesTests {
  private static let original = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Former").path

  /// Each processor computes alike by these; another version of libtorch need not.
  private static let kernels =
    "export ATEN_CPU_CAPABILITY=default MKL_CBWR=COMPATIBLE ONEDNN_MAX_CPU_ISA=SSE41; "

  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try FileManager.default.copyItem(atPath: Self.original, toPath: folder.file("former"))
    // The places of references are in it, as whole paths.
    for name in ["comparison.json", "processes.jsonl"] {
      let path = folder.file("former/compared/" + name)
      let text = try String(contentsOfFile: path, encoding: .utf8)
      _ = try folder.write(
        text.replacing("/former/", with: folder.file("former/")), to: "former/compared/" + name)
    }
    let sums = try CommandLineTool.run(
      script: "cd '\(folder.file("former/compared"))' && sha256sum comparison.json > SHA256SUMS")
    try #require(sums.status == 0)
  }

  private func run(_ arguments: [String]) throws -> CommandLineTool.Outcome {
    let outcome = try CommandLineTool.run(
      arguments, after: Self.kernels + "cd '\(folder.file("former"))'")
    #expect(outcome.status == 0, "\(arguments): \(outcome.errors)")
    return outcome
  }

  private func text(_ name: String) throws -> String {
    try String(contentsOfFile: folder.file("former/" + name), encoding: .utf8)
  }

  @Test func areWhole() throws {
    let outcome = try run(["check", "data", "run", "stopped", "compared", "searched"])
    #expect(outcome.output.contains(" 0 damaged or missing"), "\(outcome.output)")
  }

  /// The note of version 1 names Swift's types; a raw file must still become the same array.
  @Test func rawFilesArePredictedAlike() throws {
    _ = try run([
      "predict", "run", "--data", "data", "--input", "audio=raw/a10.wav", "--input",
      "visual=raw/v10.png", "--input", "pose=raw/p10.npy", "--format", "csv", "--out", "now.csv",
    ])
    let (now, then) = try (rows("now.csv"), rows("expected/prediction.csv"))
    #expect(now.map(\.words) == then.map(\.words))
    for (now, then) in zip(now, then) {
      for (a, b) in zip(now.numbers, then.numbers) {
        // Float32 after decoding, a spectrogram and some layers: other compilers, other last digits.
        #expect(abs(a - b) < 1e-5)
      }
    }
  }

  private func rows(_ name: String) throws -> [(words: [String], numbers: [Double])] {
    try text(name).split(separator: "\n").map { line in
      let cells = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      return (cells.filter { Double($0) == nil }, cells.compactMap(Double.init))
    }
  }

  @Test func runsAreScoredAlike() throws {
    let now = try run(["evaluate", "run", "--data", "data", "--format", "json"]).json()
    let data = Data(try text("expected/evaluation.json").utf8)
    let then = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    for key in ["accuracy", "loss", "macroF1", "meanAveragePrecision"] {
      let (a, b) = (now[key] as? Double, then[key] as? Double)
      #expect(abs(try #require(a) - #require(b)) < 1e-5, "\(key)")
    }
    #expect(Set(now.keys).isSuperset(of: then.keys))
  }

  @Test func aStoppedRunEndsAsItWouldHave() throws {
    let encoders = ["audio", "visual"].flatMap { name in
      ["type=resnet18", "width=1", "smallImageStem=true"].map { "model.encoders.\(name).\($0)" }
    }
    let sets =
      encoders + [
        "model.encoders.pose.type=mlp", "model.encoders.pose.width=8",
        "model.encoders.pose.depth=4",
        "method.startEpoch=0", "method.decoupling.latentWidth=4",
      ]
    _ = try run(
      [
        "train", "--data", "data", "--epochs", "2", "--batch-size", "4", "--threads", "1",
        "--learning-rate", "0.01", "--quiet", "--out", "stopped", "--method", "aim",
      ] + sets.flatMap { ["--set", $0] })
    let same = try CommandLineTool.run(
      script:
        "cd '\(folder.file("former"))' && cmp run/weights.safetensors stopped/weights.safetensors")
    #if arch(x86_64)
      #expect(same.status == 0, "\(same.output)")
    #endif
  }

  /// Whole paths of references lead nowhere once a comparison was moved: they are then beside it.
  @Test func aComparisonThatWasMovedHasItsReferences() throws {
    try FileManager.default.copyItem(atPath: Self.original, toPath: folder.file("moved"))
    func table(_ name: String) throws -> String {
      try run(["compare", "--table-only", "--out", folder.file(name), "--format", "csv"]).output
    }
    let moved = try table("moved/compared")
    #expect(try moved == table("former/compared"))
    let lines = moved.split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false)
    }
    let column = try #require(lines.first?.firstIndex(of: "audio_alone_mean"))
    #expect(lines.dropFirst().allSatisfy { Double($0[column]) != nil })
  }

  @Test func comparisonsAndSearchesAreShown() throws {
    let table = try run([
      "compare", "--table-only", "--data", "data", "--out", "compared", "--format", "csv",
    ])
    #expect(table.output.contains("joint") && table.output.contains("ogm-ge"))
    _ = try run(["report", "run", "compared", "--out", "report.html"])
    #expect(try text("report.html").contains("ogm-ge"))
  }
}

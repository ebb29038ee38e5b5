// SPDX-License-Identifier: Apache-2.0
import EquipoiseFormats
import EquipoiseKit
import EquipoiseMetrics
import EquipoiseTestSupport
import Foundation
import Testing

@testable import EquipoiseExperiments
@testable import EquipoiseTraining

/// The table of a figure's curves and matrices.
struct CurveTableTests {
  /// Those whose names look like something else.
  @Test func namesOfModalitiesAreKept() throws {
    let folder = try TemporaryFolder()
    let run = RunFolder(folder.path)
    var report = EvaluationReport(
      ClassificationScores(logits: [1, 0, 0, 1], labels: [0, 1], classes: 2), modalities: [:],
      shapley: nil)
    var telemetry: [MetricName: Double] = [:]
    for name in ["2", "score", "a.b"] {
      report.modalities[name] = ModalityReport(
        slice: 0.5, sliceMacroF1: nil, zeroOut: 0.5, zeroOutMacroF1: 0.5, probe: nil,
        utilisation: nil)
      for depth in [1, 2] {
        telemetry[.telemetry("score", modality: name, depth: depth)] = 0.25
      }
    }
    try JSONLines(path: run.metrics).append(
      EpochRecord(
        epoch: 4, globalStep: 10, learningRate: 0.5, trainLoss: 1, trainAccuracy: 0.5,
        validation: report, telemetry: telemetry, multiplyAddsPerSample: 12, seconds: 1,
        dataWait: 0))
    try FileManager.default.createDirectory(
      atPath: run.measurements, withIntermediateDirectories: true)
    let matrix = MetricName.measurement("orthogonality", modality: "a.b", depth: 1)
    try Safetensors.write(
      to: run.measurements(epoch: 4),
      tensors: [(matrix.key, HostArray(floats: [1, 0, 0, 1], shape: [2, 2]))])

    var curves = CurveTable()
    try curves.add(
      run, entry: "e", seed: 1,
      of: try experiment(
        curves: ["telemetry.score.*.2", #"validation.modalities.a\.b.slice"#],
        matrices: ["orthogonality.*.*"]))
    let rows = curves.text.split(separator: "\n").dropFirst().map { $0.split(separator: ",")[3] }
    #expect(
      rows == [
        "telemetry.score.2.2", #"telemetry.score.a\.b.2"#, "telemetry.score.score.2",
        #"validation.modalities.a\.b.slice"#,
      ] + [Substring](repeating: #"orthogonality.a\.b.1"#, count: 4))
  }

  private func experiment(curves: [String], matrices: [String]) throws -> PaperExperiment {
    let folder = try TemporaryFolder()
    let path = folder.file("figure.yaml")
    func list(_ items: [String]) -> String { items.map { "\n  - '\($0)'" }.joined() }
    let text =
      "title: t\nkeeps: k\ndiffers: d\nbaseline: e\nentries:\n  - e\ncurves:\(list(curves))\n"
      + "matrices:\(list(matrices))\n"
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    return try PaperExperiment(file: path)
  }
}

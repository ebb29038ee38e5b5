// SPDX-License-Identifier: Apache-2.0
import EquipoiseFormats
import EquipoiseMetrics
import EquipoiseTestSupport
import EquipoiseTorch
import Foundation
import Testing

@testable import EquipoiseKit
@testable import EquipoiseModels
@testable import EquipoiseTraining

/// What an epoch says, from its record to the files that say it again.
struct MetricsRecordTests {
  /// Modalities whose names look like something else.
  private static let modalities = ["2", "score", "a.b"]

  /// A record with every number that there can be, each another one.
  private func record(
    classes: Int = 3, telemetry: [MetricName: Double] = [:]
  ) -> EpochRecord {
    var next = 0.0
    func number() -> Double {
      next += 0.0625
      return next
    }
    var report = EvaluationReport(
      ClassificationScores(
        logits: (0..<classes * classes).map { Float($0 % 7) }, labels: Array(0..<classes),
        classes: classes),
      modalities: [:],
      shapley: ShapleyReport(
        values: Dictionary(uniqueKeysWithValues: Self.modalities.map { ($0, number()) }),
        imbalance: number(), accuracies: ["none": number(), "2+a.b": number()]))
    for name in Self.modalities {
      report.modalities[name] = ModalityReport(
        slice: number(), sliceMacroF1: number(), zeroOut: number(), zeroOutMacroF1: number(),
        probe: number(), utilisation: number())
    }
    var all = telemetry
    for name in Self.modalities {
      all[.telemetry("rate", modality: name)] = number()
      for depth in [1, 2] {
        all[.telemetry("score", modality: name, depth: depth)] = number()
      }
    }
    for depth in [1, 2] { all[.telemetry("discrepancy", depth: depth)] = number() }
    return EpochRecord(
      epoch: 4, globalStep: 10, learningRate: number(), trainLoss: number(),
      trainAccuracy: number(), validation: report, telemetry: all, multiplyAddsPerSample: 12,
      seconds: number(), dataWait: number())
  }

  /// The journal's line is the only place that a number can be lost on.
  @Test(arguments: [3, 401]) func aRecordSaysWhatItsLineSays(classes: Int) throws {
    let record = record(classes: classes, telemetry: [.telemetry("broken"): .nan])
    let line = String(decoding: try JSONLines.line(record), as: UTF8.self)
    let read = try #require(MetricsRecord(line: line))
    #expect(MetricsRecord(record).metrics.map(\.name) == read.metrics.map(\.name))
    for (a, b) in zip(MetricsRecord(record).metrics, read.metrics) where a != b {
      Issue.record("\(a.name.text): \(a.value), read as \(b.value)")
    }
    #expect(read.epoch == 4 && read[.telemetry("broken")] == nil)
    let names = read.metrics.map(\.name)
    #expect(Set(names).count == names.count)
    // 7 of the run and training, samples and scores, 6 for each modality, 6 of Shapley; 1 + 2 for each modality and 2.
    // The top-5 accuracy is of many classes alone.
    let scores = Score.all(of: .classification).count - (classes > 5 ? 0 : 1)
    #expect(names.count == 7 + 1 + scores + 18 + 6 + 9 + 2)
    #expect(read.modalities == ["2", "a.b", "score"])
  }

  /// From the journal to the table and TensorBoard's file.
  @Test func namesOfModalitiesAreKept() throws {
    let folder = try TemporaryFolder()
    let run = RunFolder(folder.path)
    let record = record()
    let journal = try JSONLines(path: run.metrics)
    try journal.append(record)
    try FileManager.default.createDirectory(
      atPath: run.measurements, withIntermediateDirectories: true)
    let matrix = MetricName.measurement("orthogonality", modality: "a.b", depth: 1)
    try Safetensors.write(
      to: run.measurements(epoch: 4),
      tensors: [(matrix.key, HostArray(floats: [1, 0, 0, 1], shape: [2, 2]))])

    let logs = try MetricsLogs(run, histograms: ["score"])
    let read = try #require(try MetricsRecord.read(run.metrics).first)
    let table = try CSV.read(run.metricsTable)
    for metric in read.metrics {
      let cell = try table.column(metric.name.text)[0]
      #expect(Double(cell) == metric.value, "\(metric.name.text)")
    }
    #expect(table.header.count == read.metrics.count + 1)
    let columns: Set = [
      #"telemetry.rate.\2"#, #"telemetry.score.a\.b.2"#, "telemetry.score.2.1",
      "telemetry.score.score.1", #"validation.modalities.a\.b.slice"#,
    ]
    #expect(columns.isSubset(of: table.header))

    let name = try #require(
      try FileManager.default.contentsOfDirectory(atPath: run.path)
        .first { $0.contains("tfevents") })
    let events = try Data(contentsOf: URL(fileURLWithPath: run.path + "/" + name))
    for tag in [
      "telemetry/rate/2", "telemetry/score/a.b/1", "validation/modalities/a.b/slice",
      "depths/score/2", "depths/score/score", "depths/score/a.b", "orthogonality/a.b/1",
    ] { #expect(events.range(of: Data(tag.utf8)) != nil, "\(tag)") }
    #expect(events.range(of: Data("depths/rate".utf8)) == nil)

    // An epoch that is added without being read says the same.
    try logs.append(record)
    #expect(try CSV.read(run.metricsTable).rowCount == 2)
    let longer = try Data(contentsOf: URL(fileURLWithPath: run.path + "/" + name))
    let one = try EventFile(began: 1, histograms: []).head().count
    #expect(longer.dropFirst(events.count) == events.dropFirst(one))
  }

  /// The digits of a former version's table may differ where they were read wrongly, and no other.
  @Test func aFormerTableAgrees() throws {
    let line = #"{"epoch":0,"trainLoss":0.38888888888888884,"telemetry":{"rate.a\\.b":1}}"#
    let records = [try #require(MetricsRecord(line: line))]
    func agrees(_ text: String) -> Bool { MetricsTable.agrees(Data(text.utf8), with: records) }
    #expect(agrees("epoch,telemetry.rate.a\\.b,trainLoss\n0,1,0.38888888888888884\n"))
    #expect(agrees("epoch,telemetry.rate.a.b,trainLoss\n0,1,0.3888888888888888\n"))
    #expect(!agrees("epoch,telemetry.rate.a.b,trainLoss\n0,1,0.388888888888\n"))
    #expect(!agrees("epoch,telemetry.rate.a.b,trainLoss\n0,,0.38888888888888884\n"))
    #expect(!agrees("epoch,telemetry.rate.a.c,trainLoss\n0,1,0.38888888888888884\n"))
    #expect(!agrees("epoch,telemetry.rate.a.b,trainLoss\n"))
  }

  /// Former versions wrote `rate.2` for a modality that is called 2, too.
  @Test func aFormerLineIsReadByTheModalitiesItNames() throws {
    let line =
      #"{"epoch":0,"telemetry":{"rate.2":1,"rate.a":2,"discrepancy.1":3,"discrepancy.2":4,"score.2.1":5},"#
      + #""validation":{"modalities":{"2":{"slice":0.5},"a":{"slice":0.25}}}}"#
    let record = try #require(MetricsRecord(line: line))
    #expect(record[.telemetry("rate", modality: "2")] == 1)
    #expect(record[.telemetry("rate", modality: "a")] == 2)
    #expect(record[.telemetry("discrepancy", depth: 2)] == 4)
    #expect(record[.telemetry("score", modality: "2", depth: 1)] == 5)
    #expect(record[.validation("slice", modality: "2")] == 0.5)
    #expect(record.metrics.count == 7)
  }
}

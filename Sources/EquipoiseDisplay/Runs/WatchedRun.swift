// SPDX-License-Identifier: Apache-2.0
package import Equipoise
import Foundation

/// A run's state as its folder tells it: read again each time, nothing is written.
package struct WatchedRun {
  package enum State: String {
    case training, finished, stopped
  }

  let folder: RunFolder
  let configuration: RunConfiguration
  package let records: [MetricsRecord]
  package let state: State

  /// Reads the folder.
  ///
  /// - Throws: `EquipoiseError` when it holds no run.
  package init(_ folder: RunFolder) throws {
    self.folder = folder
    configuration = try RunConfiguration.saved(in: folder)
    records = try MetricsRecord.read(folder.metrics)
    state =
      FileManager.default.fileExists(atPath: folder.result)
      ? .finished : ProcessLock.isAlive(in: folder.path) ? .training : .stopped
  }

  /// What it is and how far: `runs/a: aim, seed 0, training, epoch 3 of 20 done, 40.2 s left`.
  package var headline: String {
    let done = (records.last?.epoch ?? -1) + 1
    let all = configuration.training.epochs
    var text =
      "\(folder.path): \(configuration.method.name), seed \(configuration.runtime.seed), "
      + "\(state.rawValue), epoch \(done) of \(all) done"
    if state == .training, done > 0, let seconds = records.last?[.run("seconds")] {
      text += ", \(Numbers.duration(seconds / Double(done) * Double(all - done))) of training left"
    }
    if state == .stopped {
      text +=
        "; 'equipoise train --config \(folder.configuration) --out \(folder.path)' continues it"
    }
    return text + "\n"
  }

  /// The last epochs, a row each.
  package func epochs(last count: Int) -> String {
    let modalities = modalityColumns
    let task = task
    let (score, measure) = (Score.selection(of: task), Score.measure(of: task))
    let isClassification = task == .classification
    var table = TextTable(
      ["epoch", "loss"]
        + (isClassification ? ["train", "validation"] : ["validation \(score.title)"])
        + modalities.map(\.title), [.right])
    for record in records.suffix(count) {
      table.add(
        [
          "\(record.epoch + 1)", Numbers.loss(record[.train("loss")]),
        ] + (isClassification ? [Numbers.percent(record[.train("accuracy")])] : [])
          + [Numbers.score(record[.validation(score.name)], score.unit)]
          + modalities.map { Numbers.score(record[$0.name], measure.unit) })
    }
    return table.text()
  }

  /// As the scores that there are tell it.
  private var task: LearningTask {
    guard let record = records.last else { return .classification }
    return LearningTask.allCases.first { record[.validation(Score.selection(of: $0).name)] != nil }
      ?? .classification
  }

  /// Slices, or zero-out where the fusion has none.
  private var modalityColumns: [(title: String, name: MetricName)] {
    guard let record = records.last else { return [] }
    let ways = ["slice": "slice", "zeroOut": "zero-out"]
    let hasSlices = record.metrics.contains {
      $0.name.scope == .validation && $0.name.what == "slice"
    }
    let kind = hasSlices ? "slice" : "zeroOut"
    return record.modalities.map {
      ("\($0) \(ways[kind] ?? kind)", .validation(kind, modality: $0))
    }
  }

  /// What the method measured at each depth in the last epoch; empty for methods that measure nothing there.
  package var depths: String {
    guard let record = records.last else { return "" }
    var rows: [(name: String, values: [Int: Double])] = []
    for metric in record.metrics {
      guard metric.name.scope == .telemetry, let depth = metric.name.depth else { continue }
      let title = metric.name.what + (metric.name.modality.map { " " + $0 } ?? "")
      if rows.last?.name != title { rows.append((title, [:])) }
      rows[rows.count - 1].values[depth] = metric.value
    }
    let depths = Set(rows.flatMap(\.values.keys)).sorted()
    guard !depths.isEmpty else { return "" }
    var table = TextTable(["by depth"] + depths.map(String.init))
    for row in rows {
      table.add(
        [row.name] + depths.map { row.values[$0].map { String(format: "%.3f", $0) } ?? "–" })
    }
    return "\n" + table.text()
  }
}

// SPDX-License-Identifier: Apache-2.0
package import EquipoiseKit
internal import EquipoiseTraining
import EquipoiseFormats
import Foundation

/// What a figure plots, one number a row: entry, seed, epoch, name and value, and for matrices row and
/// column.
package struct CurveTable {
  private var rows: [[String]] = []

  /// A table without rows.
  package init() {}

  /// Whether there is nothing to plot.
  package var isEmpty: Bool { rows.isEmpty }

  /// The table as CSV.
  package var text: String {
    let header = ["entry", "seed", "epoch", "name", "row", "column", "value"]
    return ([header] + rows).map { CSV.line($0) }.joined()
  }

  /// Adds what a run has.
  ///
  /// - Parameters:
  ///   - run: its folder; one that is not finished gives what it has.
  ///   - entry: the entry's name.
  ///   - seed: the run's seed.
  ///   - experiment: what its figure plots.
  /// - Throws: `FormatError` for a damaged file of measurements.
  package mutating func add(
    _ run: RunFolder, entry: String, seed: Int, of experiment: PaperExperiment
  ) throws {
    for record in try MetricsRecord.read(run.metrics) {
      let place = [entry, "\(seed)", "\(record.epoch)"]
      for metric in record.metrics where Self.matches(metric.name, experiment.curves ?? []) {
        rows.append(place + [metric.name.text, "", "", MetricsRecord.text(metric.value)])
      }
      try addMatrices(experiment.matrices ?? [], in: run.measurements(epoch: record.epoch), place)
    }
  }

  private mutating func addMatrices(
    _ patterns: [String], in path: String, _ place: [String]
  ) throws {
    guard !patterns.isEmpty, FileManager.default.fileExists(atPath: path) else { return }
    let file = try SafetensorsFile(path: path)
    for name in file.names.sorted()
    where Self.matches(MetricName(.measurement, key: name), patterns) {
      let array = try file.array(name)
      let width = array.shape.last ?? 1
      for (index, value) in array.floats().enumerated() {
        rows.append(place + [name, "\(index / width)", "\(index % width)", "\(value)"])
      }
    }
  }

  private static func matches(_ name: MetricName, _ patterns: [String]) -> Bool {
    patterns.contains { MetricPattern($0).matches(name) }
  }
}

import Formats
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
    let text = (try? String(contentsOfFile: run.metrics, encoding: .utf8)) ?? ""
    for line in text.split(separator: "\n") {
      guard let record = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any],
        let epoch = record["epoch"] as? Int
      else { continue }
      let place = [entry, "\(seed)", "\(epoch)"]
      for (name, value) in Self.numbers(in: record)
      where Self.matches(name, experiment.curves ?? []) {
        rows.append(place + [name, "", "", value])
      }
      try addMatrices(experiment.matrices ?? [], in: run.measurements(epoch: epoch), place)
    }
  }

  private mutating func addMatrices(
    _ patterns: [String], in path: String, _ place: [String]
  ) throws {
    guard !patterns.isEmpty, FileManager.default.fileExists(atPath: path) else { return }
    let file = try SafetensorsFile(path: path)
    for name in file.names.sorted() where Self.matches(name, patterns) {
      let array = try file.array(name)
      let width = array.shape.last ?? 1
      for (index, value) in array.floats().enumerated() {
        rows.append(place + [name, "\(index / width)", "\(index % width)", "\(value)"])
      }
    }
  }

  /// The numbers of a record under dotted names, in order.
  private static func numbers(in record: [String: Any], below prefix: String = "")
    -> [(String, String)]
  {
    record.keys.sorted().flatMap { key -> [(String, String)] in
      switch record[key] {
      case let section as [String: Any]: numbers(in: section, below: prefix + key + ".")
      case let number as NSNumber: [(prefix + key, "\(number)")]
      default: []
      }
    }
  }

  private static func matches(_ name: String, _ patterns: [String]) -> Bool {
    let parts = name.split(separator: ".")
    return patterns.contains { pattern in
      let wanted = pattern.split(separator: ".")
      return wanted.count == parts.count && zip(wanted, parts).allSatisfy { $0 == "*" || $0 == $1 }
    }
  }
}

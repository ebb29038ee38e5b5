internal import EquipoiseKit
import Formats

/// `metrics.csv`: the numbers of `metrics.jsonl`, an epoch a row, a column for each dotted name that any
/// epoch has.
package enum MetricsTable {
  /// The table of records.
  package static func text(_ records: [MetricsRecord]) -> String {
    let names = Set(records.flatMap { $0.numbers.map(\.name) }).subtracting(["epoch"]).sorted()
    let rows = records.map { record in
      let values = Dictionary(
        uniqueKeysWithValues: record.numbers.map { ($0.name, MetricsRecord.text($0.value)) })
      return ["\(record.epoch)"] + names.map { values[$0] ?? "" }
    }
    return ([["epoch"] + names] + rows).map { CSV.line($0) }.joined()
  }
}

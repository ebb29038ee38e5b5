// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
import EquipoiseFormats
package import Foundation

/// `metrics.csv`: the numbers of `metrics.jsonl`, an epoch a row, a column for each name that any epoch has.
package enum MetricsTable {
  /// The table of records.
  package static func text(_ records: [MetricsRecord]) -> String {
    let names = Set(records.flatMap { $0.metrics.map(\.name.text) }).sorted()
    let rows = records.map { record in
      let values = Dictionary(
        record.metrics.map { ($0.name.text, MetricsRecord.text($0.value)) },
        uniquingKeysWith: { first, _ in first })
      return ["\(record.epoch)"] + names.map { values[$0] ?? "" }
    }
    return ([["epoch"] + names] + rows).map { CSV.line($0) }.joined()
  }

  /// Whether a table says what records say. Former versions got the last digits of some numbers wrong, and put no
  /// backslash into names.
  package static func agrees(_ table: Data, with records: [MetricsRecord]) -> Bool {
    let text = text(records)
    guard table != Data(text.utf8) else { return true }
    let lines = [String(decoding: table, as: UTF8.self), text].map {
      $0.split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
    }
    guard lines[0].count == lines[1].count,
      lines[0].first == lines[1].first?.map({ Substring($0.replacing("\\", with: "")) })
    else { return false }
    return zip(lines[0], lines[1]).dropFirst().allSatisfy { former, now in
      former.count == now.count && zip(former, now).allSatisfy(isSameNumber)
    }
  }

  private static func isSameNumber(_ former: Substring, _ now: Substring) -> Bool {
    guard former != now else { return true }
    guard let a = Double(former), let b = Double(now) else { return false }
    return abs(a - b) <= 4 * max(a.magnitude, b.magnitude).ulp
  }
}

internal import EquipoiseKit
internal import Formats
import Foundation

/// A line of `metrics.jsonl`, as it stands in the file.
package struct MetricsRecord {
  /// The epoch, from 0.
  package let epoch: Int
  /// Its numbers outside lists under dotted names, sorted by key.
  package let numbers: [(name: String, value: Double)]

  /// The records of a file that may be absent; other lines are skipped.
  ///
  /// Throws `FormatError` when the file cannot be read or is not the one that a finished run left.
  package static func read(_ path: String) throws -> [MetricsRecord] {
    guard FileManager.default.fileExists(atPath: path) else { return [] }
    let text = String(decoding: try Checksums.content(of: path), as: UTF8.self)
    return text.split(separator: "\n").compactMap { MetricsRecord(line: $0) }
  }

  /// A line; `nil` where it is no epoch.
  init?(line: some StringProtocol) {
    guard let object = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any],
      let epoch = object["epoch"] as? Int, (0..<Int.max).contains(epoch)
    else { return nil }
    self.epoch = epoch
    numbers = Self.numbers(in: object)
  }

  /// The value of a name.
  package subscript(name: String) -> Double? { numbers.first { $0.name == name }?.value }

  /// A number as text that keeps every bit, whole numbers without a point.
  package static func text(_ number: Double) -> String {
    Int(exactly: number).map { "\($0)" } ?? "\(number)"
  }

  private static func numbers(
    in object: [String: Any], below prefix: String = ""
  ) -> [(name: String, value: Double)] {
    object.keys.sorted().flatMap { key -> [(name: String, value: Double)] in
      switch object[key] {
      case let section as [String: Any]: numbers(in: section, below: prefix + key + ".")
      case let number as NSNumber: [(prefix + key, number.doubleValue)]
      default: []
      }
    }
  }
}

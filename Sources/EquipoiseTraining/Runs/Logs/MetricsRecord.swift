// SPDX-License-Identifier: Apache-2.0
package import EquipoiseKit
internal import EquipoiseFormats
import Foundation

/// What a line of `metrics.jsonl` says in numbers.
package struct MetricsRecord: Equatable {
  /// The epoch, from 0.
  package let epoch: Int
  /// Its finite numbers outside lists, in the order of the line.
  package let metrics: [Metric]

  /// What an epoch's record says, as if it were read from its line.
  package init(_ record: EpochRecord) {
    epoch = record.epoch
    metrics = record.metrics.filter(\.value.isFinite).sorted { $0.name < $1.name }
  }

  /// The records of a file that may be absent; other lines are skipped.
  ///
  /// Throws `FormatError` when the file cannot be read or is not the one that a finished run left.
  package static func read(_ path: String) throws -> [MetricsRecord] {
    guard FileManager.default.fileExists(atPath: path) else { return [] }
    let text = String(decoding: try Checksums.content(of: path), as: UTF8.self)
    return text.split(separator: "\n").compactMap { MetricsRecord(line: $0) }
  }

  /// A line; `nil` where it is not an epoch.
  init?(line: some StringProtocol) {
    guard
      case .object(var object) = try? JSONDecoder().decode(JSONNumbers.self, from: Data(line.utf8)),
      case .number(let number) = object.removeValue(forKey: "epoch"),
      let epoch = Int(exactly: number), (0..<Int.max).contains(epoch)
    else { return nil }
    self.epoch = epoch
    metrics = Self.told(Self.metrics(in: object))
  }

  /// The value of a name.
  package subscript(name: MetricName) -> Double? { metrics.first { $0.name == name }?.value }

  /// The names of the modalities.
  package var modalities: [String] { Self.modalities(in: metrics) }

  /// A number as text that keeps every bit, whole numbers without a point.
  package static func text(_ number: Double) -> String {
    Int(exactly: number).map { "\($0)" } ?? "\(number)"
  }

  private static func metrics(
    in object: [String: JSONNumbers], below keys: [String] = []
  ) -> [Metric] {
    object.keys.sorted().flatMap { key -> [Metric] in
      switch object[key] {
      case .object(let section): metrics(in: section, below: keys + [key])
      case .number(let number): [Metric(MetricName(keys: keys + [key]), number)]
      case .other, nil: []
      }
    }
  }

  private static func modalities(in metrics: [Metric]) -> [String] {
    Set(metrics.map(\.name).filter(\.isOfOneModality).compactMap(\.modality)).sorted()
  }

  /// Former versions wrote the number `rate` of a modality that is called 2 as they wrote that of depth 2. It is
  /// the modality's where all modalities have the number.
  private static func told(_ metrics: [Metric]) -> [Metric] {
    let modalities = modalities(in: metrics)
    guard modalities.contains(where: { Int($0) != nil }) else { return metrics }
    var found: [String: Set<String>] = [:]
    for name in metrics.map(\.name) where name.scope == .telemetry {
      if let place = name.depth.map(String.init) ?? name.modality, name.isOfOnePlace {
        found[name.what, default: []].insert(place)
      }
    }
    return metrics.map { metric in
      let name = metric.name
      guard name.scope == .telemetry, name.modality == nil, let depth = name.depth,
        modalities.contains("\(depth)"), found[name.what]?.isSuperset(of: modalities) == true
      else { return metric }
      return Metric(.telemetry(name.what, modality: "\(depth)"), metric.value)
    }
  }
}

extension MetricName {
  /// Whether what it calls its modality is a set of them.
  package var isOfASet: Bool { what == "shapley.accuracies" || what.hasPrefix("patterns.") }

  /// Whether it is a score of a single modality.
  fileprivate var isOfOneModality: Bool {
    scope == .validation && modality != nil && !isOfASet
  }

  fileprivate var isOfOnePlace: Bool { (modality == nil) != (depth == nil) }
}

/// The numbers of a JSON text; lists are skipped. `JSONSerialization` gets the last digits of some numbers
/// wrong.
private enum JSONNumbers: Decodable {
  case number(Double)
  case object([String: JSONNumbers])
  case other

  init(from decoder: any Decoder) throws {
    if let object = try? decoder.container(keyedBy: AnyKey.self) {
      self = .object(
        Dictionary(
          uniqueKeysWithValues: try object.allKeys.map {
            ($0.stringValue, try object.decode(JSONNumbers.self, forKey: $0))
          }))
    } else if let number = try? decoder.singleValueContainer().decode(Double.self) {
      self = .number(number)
    } else {
      self = .other
    }
  }
}

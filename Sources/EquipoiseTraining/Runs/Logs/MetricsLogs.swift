// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
import EquipoiseFormats
import Foundation

/// `metrics.csv` and TensorBoard's event file, which say again what `metrics.jsonl` and the
/// measurements say. They are made from those two and never read: whatever has become of them, a resumed
/// run mends them.
final class MetricsLogs {
  private let run: RunFolder
  private let events: EventFile
  private let path: String
  private var records: [MetricsRecord]

  /// The logs of a run, brought to what `metrics.jsonl` says. The event file is the one that it has, or a
  /// new one named after the present time; where it agrees so far it keeps its place on the disk, for
  /// TensorBoard follows it.
  ///
  /// - Parameters:
  ///   - run: its folder, which exists.
  ///   - histograms: what of the telemetry TensorBoard shows as histograms, too.
  /// - Throws: `FormatError` or `EquipoiseError` when the disk refuses or measurements are
  ///   damaged.
  init(_ run: RunFolder, histograms: [String]) throws {
    self.run = run
    let found = try FileSystem.names(in: run.path).compactMap(Self.began)
    events = EventFile(
      began: found.min() ?? Int(Date().timeIntervalSince1970), histograms: histograms)
    path = "\(run.path)/\(Self.prefix)\(events.began)\(Self.suffix)"
    records = try MetricsRecord.read(run.metrics)
    try writeTable()
    let content = try records.reduce(into: try events.head()) { $0 += try event($1) }
    let old = FileManager.default.contents(atPath: path) ?? Data()
    if !old.isEmpty, content.starts(with: old) || old.starts(with: content) {
      try change(toBytes: min(old.count, content.count), then: content.dropFirst(old.count))
    } else {
      try AtomicFile.write(data: content, to: path)
    }
  }

  /// Adds an epoch.
  ///
  /// - Parameter record: what was appended to `metrics.jsonl`; its measurements are written.
  /// - Throws: as ``init(_:)``.
  func append(_ record: EpochRecord) throws {
    let record = MetricsRecord(record)
    records.append(record)
    try writeTable()
    try change(toBytes: nil, then: try event(record))
  }

  private func event(_ record: MetricsRecord) throws -> Data {
    try events.event(record, measurements: run.measurements(epoch: record.epoch))
  }

  private func writeTable() throws {
    try AtomicFile.write(data: Data(MetricsTable.text(records).utf8), to: run.metricsTable)
  }

  /// Shortens the event file if asked and appends to it.
  private func change(toBytes count: Int?, then tail: Data) throws {
    let file = try AppendedFile(path: path)
    if let count { try file.truncate(toBytes: count) }
    try file.append(tail)
    try file.synchronise()
  }

  private static let prefix = "events.out.tfevents."
  private static let suffix = ".equipoise"

  private static func began(_ name: String) -> Int? {
    guard name.hasPrefix(prefix), name.hasSuffix(suffix) else { return nil }
    return Int(name.dropFirst(prefix.count).dropLast(suffix.count))
  }
}

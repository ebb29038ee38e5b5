// SPDX-License-Identifier: Apache-2.0
internal import Equipoise
internal import Foundation

/// A number over epochs: its mean over runs that share everything but the seed.
struct ReportCurve: Encodable {
  /// One epoch.
  struct Point: Encodable {
    /// The epoch, from 1.
    let epoch: Int
    /// Seconds of training until then, and multiply-adds for each training sample.
    let seconds: Double?
    let multiplyAdds: Double?
    let mean: Double
    /// The standard deviation (n − 1) over runs.
    let deviation: Double?
    /// The number of runs.
    let count: Int
  }

  let scope: MetricName.Scope
  let what: String
  let modality: String?
  let depth: Int?
  let points: [Point]

  /// The curve of a number. Epochs that not every run has reached are left out unless none has them all.
  init(_ name: MetricName, of runs: [ReportRun]) {
    (scope, what, modality, depth) = (name.scope, name.what, name.modality, name.depth)
    var byEpoch: [Int: [(record: MetricsRecord, value: Double)]] = [:]
    for record in runs.flatMap(\.records) {
      guard let value = record[name] else { continue }
      byEpoch[record.epoch, default: []].append((record, value))
    }
    let most = byEpoch.values.map(\.count).max() ?? 0
    let whole = byEpoch.filter { $0.value.count == most }.sorted { $0.key < $1.key }
    points = Self.thinned(whole.compactMap { Self.point($0.key, $0.value) })
  }

  /// Every curve of runs.
  static func all(of runs: [ReportRun]) -> [ReportCurve] {
    let names = Set(runs.flatMap(\.records).flatMap { $0.metrics.map(\.name) })
    return names.filter { $0.scope != .run && !$0.isOfASet }.sorted()
      .map { ReportCurve($0, of: runs) }
  }

  private static func point(
    _ epoch: Int, _ values: [(record: MetricsRecord, value: Double)]
  ) -> Point? {
    guard let summary = SampleSummary(values.map(\.value)) else { return nil }
    func mean(_ what: String) -> Double? {
      SampleSummary(values.compactMap { $0.record[.run(what)] })?.mean
    }
    let cost = mean("multiplyAddsPerSample").map { $0 * Double(epoch + 1) }
    return Point(
      epoch: epoch + 1, seconds: mean("seconds").flatMap(rounded),
      multiplyAdds: cost.flatMap(rounded), mean: rounded(summary.mean) ?? 0,
      deviation: summary.deviation.flatMap(rounded), count: summary.count)
  }

  /// No more points than a plot can show, the last among them.
  private static func thinned(_ points: [Point]) -> [Point] {
    let step = max(1, (points.count + 299) / 300)
    return points.indices.filter { $0 % step == 0 || $0 == points.count - 1 }.map { points[$0] }
  }

  /// Six digits are enough to read and to plot; what is not finite has no place on an axis.
  private static func rounded(_ value: Double) -> Double? {
    guard value.isFinite, value != 0 else { return value == 0 ? 0 : nil }
    let unit = pow(10, 5 - floor(log10(abs(value))))
    let rounded = (value * unit).rounded() / unit
    return rounded.isFinite ? rounded : value
  }
}

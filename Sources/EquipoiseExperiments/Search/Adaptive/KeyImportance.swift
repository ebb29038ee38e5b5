// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit

/// How much of the differences between trials a key explains by itself: ε², the share of the scores' variance that lies
/// between the key's values, less what as many groups of chance would have (T. L. Kelley, "An unbiased correlation ratio
/// measure", PNAS 21, 1935). Numbers of a range are four groups of equal size.
///
/// ```
/// ε² = 1 − (n − 1) SS_within / ((n − k) SS_total), not below 0
/// ```
enum KeyImportance {
  private static let groups = 4

  /// The importance of each key.
  ///
  /// - Parameter trials: settings, each `KEY=VALUE`, and scores at the same number of epochs.
  /// - Returns: by key from 0 to 1; none of keys that have one value alone, or too few trials for their groups.
  static func shares(of trials: [(settings: [String], score: Double)]) -> [String: Double] {
    let scores = trials.map(\.score)
    guard let summary = SampleSummary(scores), !summary.isConstant else { return [:] }
    let points = trials.map { trial in
      Dictionary(trial.settings.map(SweepReport.pair), uniquingKeysWith: { $1 })
    }
    let keys = Set(points.flatMap(\.keys))
    return keys.reduce(into: [:]) { shares, key in
      let values = points.map { $0[key] ?? "" }
      shares[key] = share(of: grouped(values), scores)
    }
  }

  /// The group of each value.
  private static func grouped(_ values: [String]) -> [String] {
    let numbers = values.compactMap(Double.init)
    guard Set(values).count > groups, numbers.count == values.count else { return values }
    let order = numbers.indices.sorted { (numbers[$0], $0) < (numbers[$1], $1) }
    var found = values
    for (rank, index) in order.enumerated() { found[index] = "\(rank * groups / order.count)" }
    return found
  }

  static func share(of groups: [String], _ scores: [Double]) -> Double? {
    let members = Dictionary(grouping: zip(groups, scores)) { $0.0 }.mapValues { $0.map(\.1) }
    let (n, k) = (scores.count, members.count)
    guard k > 1, n > k else { return nil }
    func squares(_ values: [Double]) -> Double {
      let mean = values.reduce(0, +) / Double(values.count)
      return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    }
    let within = members.sorted { $0.key < $1.key }.reduce(0.0) { $0 + squares($1.value) }
    return max(0, 1 - Double(n - 1) * within / (Double(n - k) * squares(scores)))
  }
}

// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit

/// How one entry of a comparison differs from the baseline, seed by seed.
public struct PairedDifference: Codable, Equatable, Sendable {
  /// The seeds that both have finished.
  public let seeds: [Int]
  /// The mean of entry minus baseline over those seeds.
  public let mean: Double
  /// Where that mean may lie; `nil` for fewer than two seeds.
  public let interval: BootstrapInterval?
  /// p of the exact sign-flip test.
  public let signFlipP: Double
  /// The same among all entries, by Holm.
  public internal(set) var signFlipHolm: Double
  /// p of Student's paired test, where it is defined.
  public let tTestP: Double?
  /// The same among all entries, by Holm.
  public internal(set) var tTestHolm: Double?

  /// The difference of scores by seed; `nil` when no seed is in both.
  ///
  /// - Parameters:
  ///   - scores: the entry's.
  ///   - baseline: the baseline's.
  public init?(_ scores: [Int: Double], baseline: [Int: Double]) {
    seeds = scores.keys.filter { baseline[$0] != nil }.sorted()
    let differences = seeds.compactMap { seed -> Double? in
      guard let score = scores[seed], let other = baseline[seed] else { return nil }
      return score - other
    }
    guard let summary = SampleSummary(differences), let p = SignFlipTest.p(differences) else {
      return nil
    }
    mean = summary.mean
    interval = BootstrapInterval(meanOf: differences)
    (signFlipP, signFlipHolm) = (p, p)
    tTestP = PairedTTest.p(differences)
    tTestHolm = tTestP
  }

  /// Counts the tests of all entries as one family.
  static func correct(_ differences: inout [PairedDifference?]) {
    let flips = HolmCorrection.adjusted(differences.map { $0?.signFlipP })
    let tests = HolmCorrection.adjusted(differences.map { $0?.tTestP })
    for index in differences.indices {
      if let p = flips[index] { differences[index]?.signFlipHolm = p }
      differences[index]?.tTestHolm = tests[index]
    }
  }
}

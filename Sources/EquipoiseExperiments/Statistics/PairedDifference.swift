// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit

/// One training of an entry: a seed, and the fold that it was tested on.
public struct Repetition: Hashable, Comparable, Sendable {
  /// The fold; nil without cross-validation.
  public let fold: Int?
  /// The seed.
  public let seed: Int

  /// A training.
  public init(fold: Int? = nil, seed: Int) { (self.fold, self.seed) = (fold, seed) }

  /// By fold, then by seed.
  public static func < (left: Repetition, right: Repetition) -> Bool {
    (left.fold ?? 0, left.seed) < (right.fold ?? 0, right.seed)
  }
}

/// How one entry of a comparison differs from the baseline, seed by seed, and in a cross-validation fold by fold.
///
/// The folds of a cross-validation share most of their training samples: their differences are not independent, so
/// that tests which take them for such find too much. There the interval and p are those of the corrected resampled
/// t-test alone.
public struct PairedDifference: Codable, Equatable, Sendable {
  /// The seeds of the trainings that both have finished, one for each.
  public let seeds: [Int]
  /// The folds of these trainings; nil without cross-validation.
  public let folds: [Int]?
  /// The mean of entry minus baseline over those seeds.
  public let mean: Double
  /// Where that mean may lie; `nil` for fewer than two seeds.
  public let interval: ConfidenceInterval?
  /// p of the exact sign-flip test; nil in a cross-validation.
  public let signFlipP: Double?
  /// The same among all entries, by Holm.
  public internal(set) var signFlipHolm: Double?
  /// p of Student's paired test, where it is defined; in a cross-validation of the corrected resampled t-test.
  public let tTestP: Double?
  /// The same among all entries, by Holm.
  public internal(set) var tTestHolm: Double?

  /// The difference of scores by seed; `nil` when no seed is in both.
  ///
  /// - Parameters:
  ///   - scores: the entry's.
  ///   - baseline: the baseline's.
  public init?(_ scores: [Int: Double], baseline: [Int: Double]) {
    func repetitions(_ values: [Int: Double]) -> [Repetition: Double] {
      Dictionary(uniqueKeysWithValues: values.map { (Repetition(seed: $0), $1) })
    }
    self.init(repetitions(scores), baseline: repetitions(baseline), folds: nil)
  }

  /// The difference of scores by training; `nil` when no training is in both.
  ///
  /// - Parameters:
  ///   - scores: the entry's.
  ///   - baseline: the baseline's.
  ///   - count: the number of folds; nil without cross-validation.
  public init?(
    _ scores: [Repetition: Double], baseline: [Repetition: Double], folds count: Int?
  ) {
    let shared = scores.keys.filter { baseline[$0] != nil }.sorted()
    seeds = shared.map(\.seed)
    folds = count == nil ? nil : shared.compactMap(\.fold)
    let differences = shared.compactMap { repetition -> Double? in
      guard let score = scores[repetition], let other = baseline[repetition] else { return nil }
      return score - other
    }
    guard let summary = SampleSummary(differences) else { return nil }
    mean = summary.mean
    if let count {
      let test = CorrectedTTest(Self.meansByFold(shared, differences), folds: count)
      (signFlipP, signFlipHolm) = (nil, nil)
      (interval, tTestP) = (test?.interval, test?.p)
    } else {
      guard let p = SignFlipTest.p(differences) else { return nil }
      (signFlipP, signFlipHolm) = (p, p)
      interval = ConfidenceInterval(bootstrapping: differences)
      tTestP = PairedTTest.p(differences)
    }
    tTestHolm = tTestP
  }

  /// The mean difference of each fold over its seeds, which were tested on the same samples.
  private static func meansByFold(_ shared: [Repetition], _ differences: [Double]) -> [Double] {
    let byFold = Dictionary(grouping: zip(shared, differences)) { $0.0.fold ?? 0 }
    return byFold.sorted { $0.key < $1.key }.map { _, own in
      own.reduce(0) { $0 + $1.1 } / Double(own.count)
    }
  }

  /// Counts the tests of all entries as one family.
  static func correct(_ differences: inout [PairedDifference?]) {
    let flips = HolmCorrection.adjusted(differences.map { $0?.signFlipP })
    let tests = HolmCorrection.adjusted(differences.map { $0?.tTestP })
    for index in differences.indices {
      differences[index]?.signFlipHolm = flips[index]
      differences[index]?.tTestHolm = tests[index]
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseTraining
import Foundation

/// How long a search in parts goes on.
package struct SearchLimits: Equatable, Sendable {
  /// The trials of each method; nil leaves it to the time.
  package var trials: Int?
  /// Seconds of all processes together; nil leaves it to the trials.
  package var seconds: Double?

  /// Limits, of which one at least is to be there.
  package init(trials: Int?, seconds: Double?) { (self.trials, self.seconds) = (trials, seconds) }
}

/// Trains a search part by part until its limits are reached.
package struct SearchRunner {
  private let limits: SearchLimits
  private let journal: String
  private let train: ([PlannedRun]) throws -> [RunFailure]
  private let note: (String) -> Void

  /// A runner.
  ///
  /// - Parameters:
  ///   - limits: when it ends.
  ///   - journal: the file of what processes took, which training adds to.
  ///   - train: trains runs, to their end or to where they pause, and gives what failed.
  ///   - note: told of each part before it begins.
  package init(
    _ limits: SearchLimits, journal: String, train: @escaping ([PlannedRun]) throws -> [RunFailure],
    note: @escaping (String) -> Void
  ) {
    (self.limits, self.journal, self.train, self.note) = (limits, journal, train, note)
  }

  /// Trains until nothing more fits.
  ///
  /// - Parameter search: begun or not.
  /// - Returns: what failed.
  /// - Throws: `EquipoiseError` where the limits do not allow one trial of each method, and what training throws.
  package func run(_ search: inout AdaptiveSearch) throws -> [RunFailure] {
    var failures: [RunFailure] = []
    while let bracket = try search.next ?? newBracket(&search, &failures) {
      try search.begin(bracket)
      let lengths = bracket.rungs.map { "\($0.trials) to epoch \($0.epochs)" }
      note(
        "part \(search.saved.brackets.count), of each method: "
          + "\(lengths.joined(separator: ", "))")
      for rung in bracket.rungs.indices { failures += try train(search.runs(rung)) }
    }
    return failures
  }

  /// The next part: as large as its kind and the limits allow; nil when nothing more fits.
  private func newBracket(
    _ search: inout AdaptiveSearch, _ failures: inout [RunFailure]
  ) throws -> SearchBracket? {
    let saved = search.saved
    let taken = saved.brackets.reduce(0) { $0 + $1.trials }
    let most = min(search.most, limits.trials.map { $0 - taken } ?? .max)
    guard most > 0 else { return nil }
    func bracket(_ trials: Int) -> SearchBracket {
      SearchBracket(trials: trials, epochs: saved.epochs, factor: saved.factor)
    }
    guard let seconds = limits.seconds else {
      return bracket(min(most, Self.size(of: saved, isFirst: taken == 0)))
    }
    var rates = try rates(search)
    if rates == nil {
      failures += try train(search.probes())
      rates = try self.rates(search)
    }
    guard let rate = rates else { return nil }
    let left = seconds - spent()
    let perTrial = rate * Double(saved.seeds.count)
    let sizes = Self.sizes(of: saved, isFirst: taken == 0).map { min($0, most) }
    if let size = sizes.first(where: { perTrial * Double(bracket($0).epochs) <= left }) {
      return bracket(size)
    }
    guard taken == 0 else { return nil }
    throw EquipoiseError(
      .usage,
      "the budget is not enough for one trial of each method: that takes about "
        + Self.hours(perTrial * Double(bracket(1).epochs)) + " of training, of which "
        + "\(Self.hours(max(0, left))) are left", at: "\(.argument("budget"))",
      fix: "name fewer methods or seeds, or less epochs, or allow more time")
  }

  // MARK: Sizes

  /// The trials of a part whose number the time does not decide.
  private static func size(of saved: SavedSearch, isFirst: Bool) -> Int {
    guard saved.sampler == .tpe else { return .max }
    if let factor = saved.factor { return factor * factor }
    // Enough at first to tell good from bad, then a few at a time.
    let dimensions = saved.spaces.values.map(\.count).max() ?? 1
    return isFirst ? max(4, 2 * dimensions) : 4
  }

  /// From the largest to a single trial.
  private static func sizes(of saved: SavedSearch, isFirst: Bool) -> [Int] {
    let base = saved.factor ?? 2
    let powers = sequence(first: 1) { $0 * base }.prefix { $0 <= (isFirst ? 27 : 9) }
    return Array(powers).reversed()
  }

  // MARK: Time

  private func spent() -> Double {
    RunMeasurement.saved(in: journal).reduce(0) { $0 + $1.seconds }
  }

  /// Seconds of an epoch of one run of each method, summed over the methods; nil unless every method has one.
  private func rates(_ search: AdaptiveSearch) throws -> Double? {
    let measured = RunMeasurement.saved(in: journal)
    var sum = 0.0
    for method in search.methods {
      let own = measured.filter { search.isRun(of: method, in: $0.group) }
      let epochs = try Set(own.map(\.folder)).reduce(0) {
        $0 + (try MetricsRecord.read(RunFolder($1).metrics).count)
      }
      guard epochs > 0 else { return nil }
      sum += own.reduce(0) { $0 + $1.seconds } / Double(epochs)
    }
    return sum
  }

  private static func hours(_ seconds: Double) -> String {
    seconds < 5400
      ? "\(Int((seconds / 60).rounded(.up))) min"
      : String(format: "%.1f h", seconds / 3600)
  }
}

// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit

/// A part of a search in which trials start together and only the best of them go on.
///
/// Successive halving (K. Jamieson, A. Talwalkar, "Non-stochastic Best Arm Identification and Hyperparameter
/// Optimization", AISTATS 2016): all trials are trained for some epochs, of η the best one is trained on for η times as
/// many, until one has all epochs. A trial that pauses goes on bit for bit, with the schedule of its whole length.
package struct SearchBracket: Codable, Equatable, Sendable {
  /// Trials that are trained up to the same epoch.
  package struct Rung: Codable, Equatable, Sendable {
    /// The epochs that are done at its end.
    package let epochs: Int
    /// The trials of each method that come so far.
    package let trials: Int
  }

  /// From the first to that which trains to the end.
  package let rungs: [Rung]

  /// The trials of each method.
  package var trials: Int { rungs[0].trials }

  /// A bracket.
  ///
  /// - Parameters:
  ///   - trials: of each method, at least one.
  ///   - epochs: of a whole run.
  ///   - factor: η, of how many trials one goes on; nil trains all to the end.
  package init(trials: Int, epochs: Int, factor: Int?) {
    guard let factor, factor > 1 else {
      rungs = [Rung(epochs: epochs, trials: trials)]
      return
    }
    var (rungs, length) = ([Rung](), epochs)
    // From the end, where one trial or a few have all epochs.
    var sizes = [trials]
    while let last = sizes.last, last >= factor { sizes.append(last / factor) }
    for size in sizes.reversed() {
      rungs.insert(Rung(epochs: length, trials: size), at: 0)
      length = (length + factor - 1) / factor
    }
    // With few epochs the first rungs would train the same.
    var kept: [Rung] = []
    for rung in rungs {
      if let last = kept.last, last.epochs == rung.epochs { kept.removeLast() }
      kept.append(rung)
    }
    kept[0] = Rung(epochs: kept[0].epochs, trials: trials)
    self.rungs = kept
  }

  /// The epochs that it trains in all, for each seed of a method.
  package var epochs: Int {
    var before = 0
    return rungs.reduce(0) { sum, rung in
      defer { before = rung.epochs }
      return sum + rung.trials * (rung.epochs - before)
    }
  }
}

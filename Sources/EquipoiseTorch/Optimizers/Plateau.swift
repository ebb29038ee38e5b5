// SPDX-License-Identifier: Apache-2.0

/// Lowers a learning rate when a score has not improved for some epochs, as PyTorch's `ReduceLROnPlateau`.
public struct Plateau: Sendable, Hashable {
  /// What an improvement is measured against.
  public enum Threshold: Sendable, Hashable {
    /// The best score so far: an improvement is one by more than this share of it.
    case relative(Double)
    /// An improvement is one by more than this.
    case absolute(Double)
  }

  /// What the epochs so far have left.
  public struct State: Codable, Sendable, Hashable {
    /// The learning rate that has been reached.
    public var rate: Double
    /// The best score so far; nil before the first.
    public var best: Double?
    /// Epochs since it last improved.
    public var waited = 0
    /// Epochs that are still not counted.
    public var resting = 0

    /// Before the first epoch, at a learning rate.
    public init(rate: Double) { self.rate = rate }
  }

  /// The factor of each reduction.
  public let factor: Double
  /// Epochs without improvement that are still borne.
  public let patience: Int
  /// What counts as an improvement.
  public let threshold: Threshold
  /// Epochs after a reduction that are not counted.
  public let rest: Int
  /// The least learning rate.
  public let minimum: Double
  /// Whether a larger score is a better one.
  public let isLargerBetter: Bool
  /// Smaller reductions are not made.
  private static let leastReduction = 1e-8

  /// A rule, with PyTorch's defaults.
  public init(
    factor: Double = 0.1, patience: Int = 10, threshold: Threshold = .relative(1e-4), rest: Int = 0,
    minimum: Double = 0, isLargerBetter: Bool = false
  ) {
    (self.factor, self.patience, self.threshold) = (factor, patience, threshold)
    (self.rest, self.minimum, self.isLargerBetter) = (rest, minimum, isLargerBetter)
  }

  /// Takes note of an epoch.
  ///
  /// - Parameters:
  ///   - score: its score; one that is not a number is no improvement.
  ///   - state: what the epochs before have left, changed to what this one leaves.
  public func observe(_ score: Double, _ state: inout State) {
    if isBetter(score, than: state.best) {
      state.best = score
      state.waited = 0
    } else {
      state.waited += 1
    }
    if state.resting > 0 {
      state.resting -= 1
      state.waited = 0
    }
    guard state.waited > patience else { return }
    let reduced = max(state.rate * factor, minimum)
    if state.rate - reduced > Self.leastReduction { state.rate = reduced }
    state.resting = rest
    state.waited = 0
  }

  private func isBetter(_ score: Double, than best: Double?) -> Bool {
    guard let best else { return !score.isNaN }
    let sign: Double = isLargerBetter ? 1 : -1
    let bound =
      switch threshold {
      case .relative(let share): best * (1 + sign * share)
      case .absolute(let change): best + sign * change
      }
    return isLargerBetter ? score > bound : score < bound
  }
}

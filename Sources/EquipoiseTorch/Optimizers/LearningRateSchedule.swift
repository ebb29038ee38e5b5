// SPDX-License-Identifier: Apache-2.0
import Foundation

/// How the learning rate depends on the epoch, or on the step, which counts from 0.
///
/// ```
/// warm-up  e < w:   η₀ (s + (1 − s) e / w)
/// then, k = e − w:  constant    η₀
///                   step        η₀ γ^⌊k / n⌋
///                   cosine      η_min + (η₀ − η_min) (1 + cos(π k / K)) / 2
///                   restarts    the same of the k' epochs since the last restart and the K' of its period
///                   polynomial  η_min + (η₀ − η_min) (1 − min(k, K) / K)^p
///                   one-cycle   ``OneCycle``
/// ```
///
/// The numbers are those of PyTorch's `LinearLR`, `StepLR`, `CosineAnnealingLR`, `CosineAnnealingWarmRestarts`,
/// `PolynomialLR` and `OneCycleLR`, the first put before the others by `SequentialLR`.
public struct LearningRateSchedule: Sendable, Hashable {
  /// What follows the warm-up.
  public enum Decay: Sendable, Hashable {
    /// The base rate.
    case constant
    /// Multiplied by `factor` after every `epochs` epochs.
    case step(epochs: Int, factor: Double)
    /// Half a cosine from the base rate down to `minimum` over `epochs` epochs; afterwards up again,
    /// as in PyTorch.
    case cosine(epochs: Int, minimum: Double)
    /// Half a cosine from the base rate down to `minimum`, again and again (Loshchilov and Hutter, 2017): the first
    /// takes `period` epochs, and each `multiplier` times as many as the one before.
    case restarts(period: Int, multiplier: Int, minimum: Double)
    /// Down to `minimum` over `epochs` epochs, by the remaining share of them to a power; then unchanged.
    case polynomial(epochs: Int, power: Double, minimum: Double)
    /// Up to the base rate and down again over `epochs` epochs.
    case oneCycle(OneCycle, epochs: Int)
  }

  /// η₀.
  public let base: Double
  /// What follows the warm-up.
  public let decay: Decay
  /// w, in epochs.
  public let warmup: Int
  /// s, the share of the base rate in epoch 0 of a warm-up.
  public let warmupStart: Double

  /// A schedule.
  ///
  /// - Parameters:
  ///   - base: η₀.
  ///   - decay: what follows the warm-up.
  ///   - warmup: its length in epochs; 0 for none.
  ///   - warmupStart: the share of the base rate it starts with, in (0, 1].
  public init(
    base: Double, decay: Decay = .constant, warmup: Int = 0, warmupStart: Double = 0.1
  ) {
    precondition(warmup >= 0, "a warm-up of \(warmup) epochs")
    precondition(warmupStart > 0 && warmupStart <= 1, "a warm-up from \(warmupStart)")
    switch decay {
    case .constant: break
    case .step(let epochs, _), .cosine(let epochs, _), .polynomial(let epochs, _, _),
      .oneCycle(_, let epochs):
      precondition(epochs >= 1, "a decay over \(epochs) epochs")
    case .restarts(let period, let multiplier, _):
      precondition(
        period >= 1 && multiplier >= 1, "restarts after \(period) × \(multiplier) epochs")
    }
    self.base = base
    self.decay = decay
    self.warmup = warmup
    self.warmupStart = warmupStart
  }

  /// The learning rate of an epoch.
  ///
  /// - Parameter epoch: from 0.
  /// - Returns: η.
  public func rate(at epoch: Int) -> Double {
    precondition(epoch >= 0, "the learning rate of epoch \(epoch)")
    if epoch < warmup {
      return base * (warmupStart + (1 - warmupStart) * Double(epoch) / Double(warmup))
    }
    let epoch = epoch - warmup
    switch decay {
    case .constant: return base
    case .step(let epochs, let factor): return base * pow(factor, Double(epoch / epochs))
    case .cosine(let epochs, let minimum):
      return cosine(epoch, of: epochs, minimum)
    case .restarts(let period, let multiplier, let minimum):
      let place = Self.placeInPeriod(epoch, period, multiplier)
      return cosine(place.epoch, of: place.length, minimum)
    case .polynomial(let epochs, let power, let minimum):
      let left = 1 - Double(min(epoch, epochs)) / Double(epochs)
      return minimum + (base - minimum) * pow(left, power)
    case .oneCycle(let cycle, let epochs):
      return cycle.rate(maximum: base, at: epoch, of: epochs)
    }
  }

  private func cosine(_ epoch: Int, of epochs: Int, _ minimum: Double) -> Double {
    let phase = Double.pi * Double(epoch) / Double(epochs)
    return minimum + (base - minimum) * (1 + cos(phase)) / 2
  }

  /// The epochs since the last restart, and those from it to the next.
  private static func placeInPeriod(
    _ epoch: Int, _ period: Int, _ multiplier: Int
  ) -> (epoch: Int, length: Int) {
    guard multiplier > 1 else { return (epoch % period, period) }
    var (begin, length) = (0, period)
    while epoch - begin >= length {
      begin += length
      let (longer, overflows) = length.multipliedReportingOverflow(by: multiplier)
      length = overflows ? .max : longer
    }
    return (epoch - begin, length)
  }
}

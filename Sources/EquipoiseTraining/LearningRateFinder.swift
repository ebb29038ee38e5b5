// SPDX-License-Identifier: Apache-2.0
package import EquipoiseKit
internal import EquipoiseMethods
internal import EquipoiseModels
import EquipoiseFormats
import EquipoiseTorch
import Foundation

/// The loss of a step at each learning rate of a ramp (Smith, 2017).
package struct LearningRateCurve: Codable, Equatable, Sendable {
  /// A step of the ramp.
  package struct Point: Codable, Equatable, Sendable {
    /// The learning rate of the step.
    package let rate: Double
    /// The loss before the step.
    package let loss: Double
    /// The same, averaged over the steps so far.
    package let smoothed: Double
  }

  /// The steps, with rising learning rates.
  package private(set) var points: [Point] = []
  /// The learning rate at which the loss falls fastest; `nil` where there are too few steps to tell.
  package private(set) var suggestion: Double?
  private var average = 0.0

  private enum CodingKeys: String, CodingKey { case points, suggestion }

  /// The share of the steps before in the average.
  private static let memory = 0.98
  /// The loss has left its range at so many times the least one.
  private static let divergence = 4.0
  /// Of the ramp's steps the first and the last few do not count.
  private static let (skippedFirst, skippedLast) = (10, 1)

  /// An empty curve.
  package init() {}

  /// Takes a step.
  ///
  /// - Returns: whether the ramp goes on: not after a loss that is not finite or far above the least one.
  mutating func add(rate: Double, loss: Double) -> Bool {
    guard loss.isFinite else { return false }
    average = Self.memory * average + (1 - Self.memory) * loss
    let smoothed = average / (1 - pow(Self.memory, Double(points.count + 1)))
    let least = points.map(\.smoothed).min() ?? smoothed
    points.append(Point(rate: rate, loss: loss, smoothed: smoothed))
    suggestion = steepest
    return points.count < 2 || smoothed <= Self.divergence * least
  }

  /// Where the averaged loss has its most negative slope from step to step: that between its neighbours, at the ends
  /// that to the only one (numpy's `gradient`).
  private var steepest: Double? {
    let counted = points.dropFirst(Self.skippedFirst).dropLast(Self.skippedLast)
    guard counted.count > 1 else { return nil }
    let losses = counted.map(\.smoothed)
    let slopes = losses.indices.map { index in
      let (before, after) = (max(0, index - 1), min(losses.count - 1, index + 1))
      return (losses[after] - losses[before]) / Double(after - before)
    }
    let least = slopes.indices.min { slopes[$0] < slopes[$1] }
    return least.map { counted[counted.startIndex + $0].rate }
  }

  /// Reads the curve of a run.
  ///
  /// - Returns: `nil` where none was made.
  /// - Throws: for a damaged file.
  package static func read(in folder: RunFolder) throws -> LearningRateCurve? {
    guard let data = FileManager.default.contents(atPath: folder.learningRates) else { return nil }
    do {
      return try JSONDecoder().decode(LearningRateCurve.self, from: data)
    } catch {
      throw EquipoiseError(
        .data, "the file is not a curve of learning rates", at: folder.learningRates,
        fix: "remove it")
    }
  }

  /// Leaves the curve in a run's folder, which is made where there is none.
  package func write(in folder: RunFolder) throws {
    try folder.create()
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    try AtomicFile.write(data: try encoder.encode(self), to: folder.learningRates)
  }
}

/// Looks for a learning rate: a run's steps from its initial state on, each at a larger rate than the one before.
///
/// It trains parts of its own, so that weights, optimiser, method and random streams of a run are what they would be
/// without it.
package struct LearningRateFinder {
  /// The rates of the first and the last step.
  package var range = (first: 1e-7, last: 10.0)
  /// The number of steps.
  package var steps = 100

  /// A finder with the usual ramp.
  package init() {}

  /// Takes the steps.
  ///
  /// - Parameters:
  ///   - configuration: the run's; its schedule and its own learning rate mean nothing here.
  ///   - catalogue: what it may name.
  ///   - stopSignal: asked after each step whether to stop.
  /// - Returns: the curve as far as the loss stayed in its range; `nil` when it was stopped.
  /// - Throws: what training throws.
  package func curve(
    of configuration: RunConfiguration, catalogue: RunCatalogue = .inUse,
    stopSignal: @escaping () -> Int32? = { nil }
  ) throws -> LearningRateCurve? {
    let parts = try RunParts(configuration, catalogue: catalogue)
    let step = parts.step
    parts.engine.stopSignal = stopSignal
    do {
      try (parts.method as? any EpochAdapting)?.beginEpoch(0, with: parts.engine)
    } catch is StopRequest {
      return nil
    }
    var curve = LearningRateCurve()
    var (taken, epoch) = (0, 0)
    while taken < steps {
      let batches = try parts.data.trainingBatches(epoch: epoch, from: 0)
      while taken < steps, let batch = try batches.next() {
        if stopSignal() != nil { return nil }
        let rate = rate(taken)
        parts.engine.optimizer.learningRate = rate
        let report = try step(
          StepContext(
            epoch: 0, step: taken % parts.stepsPerEpoch, stepsPerEpoch: parts.stepsPerEpoch,
            globalStep: taken, batch: batch,
            mode: .training(dropout: parts.streams["dropout"])))
        guard curve.add(rate: rate, loss: report.loss.item()) else { return curve }
        taken += 1
      }
      epoch += 1
    }
    return curve
  }

  /// r₀ (r₁ / r₀)^(i / (n − 1)).
  private func rate(_ step: Int) -> Double {
    let share = steps > 1 ? Double(step) / Double(steps - 1) : 0
    return range.first * pow(range.last / range.first, share)
  }
}

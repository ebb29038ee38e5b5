// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Equipoise
import EquipoiseDisplay
import Foundation

/// Tries learning rates for a run that is to be.
struct LearningRateTrial {
  private let configuration: RunConfiguration

  /// For a run of a configuration.
  init(_ configuration: RunConfiguration) { self.configuration = configuration }

  /// Prints the curve, and leaves it in the run's folder where there is one.
  func run(out: RunFolder?) throws {
    let curve = try LearningRateFinder().curve(
      of: configuration, stopSignal: { StopSignal.requested })
    guard let curve else {
      throw ExitCode(StopSignal.exitCode(for: StopSignal.requested ?? SIGTERM))
    }
    if let out { try curve.write(in: out) }
    Console.print(Self.table(curve).text(), terminator: "")
    Console.print(Self.conclusion(curve))
    if let out { Console.print("curve: \(out.learningRates)") }
  }

  /// At most twenty steps, evenly spaced and with the last.
  private static func table(_ curve: LearningRateCurve) -> TextTable {
    var table = TextTable(
      ["learning rate", "loss", "smoothed", ""], [.right, .right, .right, .left])
    let stride = max(1, curve.points.count / 20)
    let greatest = curve.points.map(\.smoothed).max() ?? 1
    for (index, point) in curve.points.enumerated()
    where index % stride == 0 || index == curve.points.count - 1 {
      let length = Int((30 * max(0, point.smoothed) / max(greatest, 1e-300)).rounded())
      table.add([
        String(format: "%.2e", point.rate), Numbers.loss(point.loss), Numbers.loss(point.smoothed),
        String(repeating: "#", count: length),
      ])
    }
    return table
  }

  private static func conclusion(_ curve: LearningRateCurve) -> String {
    guard let suggestion = curve.suggestion else {
      return
        "the loss left its range after \(curve.points.count) steps, too few to suggest a learning rate"
    }
    let rate = String(format: "%.2g", suggestion)
    return "suggested: --learning-rate \(rate), where the loss falls fastest"
  }
}

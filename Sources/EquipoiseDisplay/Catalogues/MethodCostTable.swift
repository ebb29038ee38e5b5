// SPDX-License-Identifier: Apache-2.0
package import Equipoise
import Foundation

/// What a step of each method costs beside a joint step of the same encoders.
package struct MethodCostTable {
  private let reports: [BenchmarkReport]

  /// - Parameter reports: one for each method: its own side, then joint training's.
  package init(_ reports: [BenchmarkReport]) { self.reports = reports }

  package var text: String {
    var table = TextTable([
      "method", "ms/step", "joint ms/step", "time × joint", "multiply-adds × joint",
      "time by multiply-adds",
    ])
    for report in reports {
      let (own, joint) = (report.sides[0], report.sides[1])
      let time = Spread(zip(own.rounds, joint.rounds).map { $0 / $1 }).median
      table.add([
        own.setting.method, number(1000 * own.seconds.median), number(1000 * joint.seconds.median),
        number(time), multiplyAdds(own, by: joint).map(number) ?? "–",
        report.overhead(against: joint).map(number) ?? "–",
      ])
    }
    return table.text()
  }

  private func multiplyAdds(_ own: BenchmarkSide, by joint: BenchmarkSide) -> Double? {
    guard let own = own.multiplyAddsPerSample, let joint = joint.multiplyAddsPerSample else {
      return nil
    }
    return Double(own) / Double(joint)
  }

  private func number(_ value: Double) -> String { String(format: "%.2f", value) }
}

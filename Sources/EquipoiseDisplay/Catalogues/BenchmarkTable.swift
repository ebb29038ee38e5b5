// SPDX-License-Identifier: Apache-2.0
package import Equipoise
import Foundation

/// A benchmark's figures for reading.
package struct BenchmarkTable {
  private let report: BenchmarkReport

  package init(_ report: BenchmarkReport) { self.report = report }

  package var text: String {
    var times = TextTable([
      "ms/step", "min", "median", "max", "peak memory", "multiply-adds/sample",
    ])
    for side in report.sides {
      times.add(
        [side.name] + numbers(side.seconds, scale: 1000)
          + [
            Numbers.bytes(side.memory),
            side.multiplyAddsPerSample.map { Numbers.count($0) } ?? "",
          ])
    }
    var ratios = TextTable(["ratio", "min", "median", "max"])
    for side in report.sides.dropFirst() {
      if side.setting.method == subject.setting.method {
        ratios.add(["\(side.name) / \(subject.name)"] + numbers(report.ratio(side)))
      } else {
        addCost(against: side, to: &ratios)
      }
    }
    for side in report.sides {
      guard let share = side.waitedShare else { continue }
      ratios.add(["\(side.name): share of the time in common operations", "", number(share), ""])
    }
    let comparison = report.sides.count > 1 ? ratios.text() : ""
    return "\(title)\n" + times.text() + comparison + "\n"
  }

  private var subject: BenchmarkSide { report.sides[0] }

  /// What a method costs beside another: time, multiply-adds, and the one by the other.
  private func addCost(against side: BenchmarkSide, to table: inout TextTable) {
    let inverse = Spread(zip(subject.rounds, side.rounds).map { $0 / $1 })
    table.add(["\(subject.name) / \(side.name)"] + numbers(inverse))
    if let own = subject.multiplyAddsPerSample, let other = side.multiplyAddsPerSample {
      table.add(["  in multiply-adds", "", number(Double(own) / Double(other)), ""])
    }
    if let overhead = report.overhead(against: side) {
      table.add(["  time by multiply-adds", "", number(overhead), ""])
    }
    let memory = Double(subject.memory) / Double(side.memory)
    table.add(["  in peak memory", "", number(memory), ""])
  }

  private var title: String {
    let setting = subject.setting
    let shapes = setting.shapes.map(Numbers.shape).joined(separator: " + ")
    let layout = setting.channelsLast ? "channels last" : "contiguous"
    return
      "\(setting.encoder.rawValue), \(shapes), batch \(setting.batch), \(setting.classes) classes, "
      + "\(setting.precision.rawValue), \(layout), " + place + besides
  }

  private var place: String {
    subject.setting.device == "cpu"
      ? (subject.setting.workers > 1 ? "\(subject.setting.workers) workers of " : "")
        + "\(subject.setting.threads) threads" : subject.setting.device
  }

  private var besides: String {
    switch report.busyProcesses {
    case 0: ""
    case 1: ", beside a busy process"
    case let count: ", beside \(count) busy processes"
    }
  }

  private func numbers(_ spread: Spread, scale: Double = 1) -> [String] {
    [spread.minimum, spread.median, spread.maximum].map { number(scale * $0) }
  }

  private func number(_ value: Double) -> String { String(format: "%.2f", value) }
}

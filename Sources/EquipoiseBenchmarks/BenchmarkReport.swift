// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit

/// Times of one side in several rounds.
package struct Spread: Codable, Equatable, Sendable {
  /// The smallest.
  package let minimum: Double
  /// The middle one.
  package let median: Double
  /// The largest.
  package let maximum: Double

  /// The spread of some numbers, at least one.
  package init(_ values: [Double]) {
    let sorted = values.sorted()
    let middle = sorted.count / 2
    minimum = sorted[0]
    maximum = sorted[sorted.count - 1]
    median =
      sorted.count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
  }
}

/// One side of a comparison.
package struct BenchmarkSide: Codable, Sendable {
  /// What it is, such as `equipoise aim`.
  package let name: String
  /// What it timed.
  package let setting: BenchmarkSetting
  /// libtorch's version.
  package let version: String
  /// Seconds of a step, round by round.
  package let rounds: [Double]
  /// The most memory its process had, in bytes.
  package let peakMemory: Int
  /// The most memory of an accelerator that its tensors held, in bytes; nil on the processor.
  package let peakDeviceMemory: Int?
  /// Multiply-adds of a training step for each sample, where the side counts them.
  package let multiplyAddsPerSample: Int?
  /// The share of the time that common operations of workers took; nil of one process.
  package var waitedShare: Double?

  /// The most memory that it had where it computed, in bytes.
  package var memory: Int { peakDeviceMemory ?? peakMemory }

  /// Seconds of a step.
  package var seconds: Spread { Spread(rounds) }
}

/// Sides of a comparison, measured in turn in one sitting. The first is the subject.
package struct BenchmarkReport: Codable, Sendable {
  /// The subject, then what it is compared with.
  package let sides: [BenchmarkSide]
  /// Processes that kept a processor busy beside every side.
  package let busyProcesses: Int

  /// Another side's time divided by the subject's, round by round: above 1 the subject is faster.
  package func ratio(_ side: BenchmarkSide) -> Spread {
    Spread(zip(side.rounds, sides[0].rounds).map { $0 / $1 })
  }

  /// How much longer the subject takes than its multiply-adds say, at the multiply-adds per second of
  /// another side; nil where either is not counted.
  package func overhead(against side: BenchmarkSide) -> Double? {
    guard let own = sides[0].multiplyAddsPerSample, let other = side.multiplyAddsPerSample else {
      return nil
    }
    return Double(other) / Double(own) / ratio(side).median
  }

  /// Lets every process take its steps in turn, after one round that is not counted.
  ///
  /// - Parameters:
  ///   - entries: the sides' names, settings and processes; the first is the subject.
  ///   - rounds: how many rounds count.
  ///   - steps: steps per round.
  ///   - busyProcesses: how many other processes keep a processor busy meanwhile.
  /// - Returns: the measurements.
  /// - Throws: what a process says when it fails.
  package static func measure(
    _ entries: [(name: String, setting: BenchmarkSetting, process: BenchmarkProcess)],
    rounds: Int, steps: Int, besides busyProcesses: Int = 0
  ) throws -> BenchmarkReport {
    for entry in entries { _ = try entry.process.run(steps: steps) }
    var seconds = entries.map { _ in [Double]() }
    var waited = [Double](repeating: 0, count: entries.count)
    var last = [BenchmarkProcess.Timing?](repeating: nil, count: entries.count)
    for _ in 0..<rounds {
      for (index, entry) in entries.enumerated() {
        let timing = try entry.process.run(steps: steps)
        seconds[index].append(timing.seconds / Double(steps))
        last[index] = timing
        waited[index] += timing.waitedSeconds ?? 0
      }
    }
    return BenchmarkReport(
      sides: entries.enumerated().map { index, entry in
        BenchmarkSide(
          name: entry.name, setting: entry.setting, version: entry.process.greeting.version,
          rounds: seconds[index], peakMemory: last[index]?.peakMemory ?? 0,
          peakDeviceMemory: last[index]?.peakDeviceMemory,
          multiplyAddsPerSample: entry.process.greeting.multiplyAddsPerSample,
          waitedShare: last[index]?.waitedSeconds.map { _ in
            waited[index] / seconds[index].reduce(0, +) / Double(steps)
          })
      }, busyProcesses: busyProcesses)
  }
}

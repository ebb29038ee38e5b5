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

/// Both sides of a comparison, measured in turn in one sitting.
package struct BenchmarkReport: Codable, Sendable {
  /// What was timed.
  package let setting: BenchmarkSetting
  /// Multiply-adds of the forward pass of one sample.
  package let multiplyAddsPerSample: Int
  /// Seconds per step here.
  package let seconds: Spread
  /// Seconds per step in PyTorch eager; `nil` when it was not asked for.
  package let peerSeconds: Spread?
  /// PyTorch's time divided by ours, round by round; above 1 we are faster.
  package let ratio: Spread?
  /// The most memory this process had, in bytes.
  package let peakMemory: Int
  /// The most memory PyTorch's process had, in bytes.
  package let peerPeakMemory: Int?
  /// PyTorch's version.
  package let peerVersion: String?

  /// Runs a benchmark: rounds of ours and the peer's steps in turn, after one round that is not
  /// counted.
  ///
  /// - Parameters:
  ///   - setting: what to time.
  ///   - rounds: how many rounds count.
  ///   - steps: steps per round.
  ///   - peer: PyTorch's side, if it is wanted.
  /// - Returns: the measurements.
  /// - Throws: what either side throws.
  package static func measure(
    _ setting: BenchmarkSetting, rounds: Int, steps: Int, peer: PyTorchPeer?
  ) throws -> BenchmarkReport {
    let ours = try StepBenchmark(setting)
    _ = try ours.run(steps: steps)
    _ = try peer?.run(steps: steps)
    var own: [Double] = []
    var other: [PyTorchPeer.Timing] = []
    for _ in 0..<rounds {
      own.append(try ours.run(steps: steps) / Double(steps))
      if let peer { other.append(try peer.run(steps: steps)) }
    }
    let otherSeconds = other.map { $0.seconds / Double(steps) }
    return BenchmarkReport(
      setting: setting, multiplyAddsPerSample: ours.multiplyAddsPerSample, seconds: Spread(own),
      peerSeconds: other.isEmpty ? nil : Spread(otherSeconds),
      ratio: other.isEmpty ? nil : Spread(zip(otherSeconds, own).map { $0 / $1 }),
      peakMemory: Hardware.peakMemory, peerPeakMemory: other.last?.peakMemory,
      peerVersion: peer?.version)
  }
}

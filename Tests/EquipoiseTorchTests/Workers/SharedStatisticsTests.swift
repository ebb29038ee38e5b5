// SPDX-License-Identifier: Apache-2.0
import EquipoiseTestSupport
import Testing

@testable import EquipoiseTorch

/// Batch normalisation over workers against libtorch's own on all rows in one process.
struct SharedStatisticsTests {
  /// Shapes of a row, and how the seven rows lie on the workers.
  static let cases: [(row: [Int], parts: [Range<Int>])] = [
    ([3], [0..<3, 3..<7]), ([3, 5], [0..<1, 1..<7]), ([2, 4, 3], [0..<3, 3..<5, 5..<7]),
    ([2, 2, 3, 2], [0..<4, 4..<7]),
  ]

  private struct Pass: Sendable {
    let output: [Double]
    let running: [[Double]]
    let gradients: [[Double]]

    func isClose(to other: Pass, _ tolerance: Double) -> Bool {
      func agree(_ a: [Double], _ b: [Double]) -> Bool {
        a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) <= tolerance }
      }
      return agree(output, other.output)
        && zip(running + gradients, other.running + other.gradients).allSatisfy(agree)
    }
  }

  private static func numbers(_ shape: [Int], _ seed: UInt64) -> Tensor {
    .normal(shape, dtype: .float64, from: Generator(seed: seed)) + 3
  }

  /// x = u · scale for a leaf `scale` below the normalisation; loss = Σ w · y.
  private static func pass(
    _ input: Tensor, _ weights: Tensor, _ mode: ForwardMode, lengths: StepLengths? = nil,
    gathered: (Tensor) -> Tensor = { $0 }, mean: ([Tensor?]) throws -> [Tensor?] = { $0 }
  ) throws -> Pass {
    let norm = BatchNorm(input.size(1))
    norm.move(to: .cpu, dtype: .float64)
    norm.weight.assign(numbers([input.size(1)], 5))
    let scale = numbers([1] + input.shape.dropFirst(), 6).asLeaf()
    let x = input * scale
    let y = lengths.map { norm(x, mode, lengths: $0) } ?? norm(x, mode)
    let whole = gathered(y)
    let found = try mean(
      gradients(
        of: [(whole * weights).sum()],
        withRespectTo: [scale, norm.weight.leaf, norm.bias.leaf]))
    return Pass(
      output: whole.array(of: Double.self),
      running: [norm.runningMean, norm.runningVar].map { $0.value.array(of: Double.self) },
      gradients: found.map { $0?.array(of: Double.self) ?? [] })
  }

  @Test(arguments: 0..<4)
  func areThoseOfAllRows(index: Int) throws {
    let (row, parts) = Self.cases[index]
    let (input, weights) = (Self.numbers([7] + row, 1), Self.numbers([7] + row, 2))
    for mode in [ForwardMode.training(), .auxiliary()] {
      let alone = try Self.pass(input, weights, mode)
      let statistics = mode.statistics
      let found = try WorkerThreads.run(parts.count) { group in
        let (input, weights) = (Self.numbers([7] + row, 1), Self.numbers([7] + row, 2))
        let share = BatchShare(parts, of: group)
        return try WorkerGroup.sharingStatistics(over: group) {
          try Self.pass(
            input.slice(share.own), weights, ForwardMode(statistics: statistics, dropout: nil),
            gathered: share.gathered, mean: group.mean)
        }
      }
      for pass in found { #expect(pass.isClose(to: alone, 1e-11), "\(row)") }
    }
  }

  @Test func memoryLayoutDoesNotMatter() throws {
    let (input, weights) = (Self.numbers([7, 2, 4, 3], 1), Self.numbers([7, 2, 4, 3], 2))
    let alone = try Self.pass(input, weights, .training())
    let found = try WorkerThreads.run(2) { group in
      let (input, weights) = (Self.numbers([7, 2, 4, 3], 1), Self.numbers([7, 2, 4, 3], 2))
      let share = BatchShare([0..<3, 3..<7], of: group)
      return try WorkerGroup.sharingStatistics(over: group) {
        try Self.pass(
          input.slice(share.own).contiguous(.channelsLast), weights, .training(),
          gathered: { share.gathered($0.contiguous()) }, mean: group.mean)
      }
    }
    for pass in found { #expect(pass.isClose(to: alone, 1e-11)) }
  }

  /// Two rows that every worker has count once: as prototypes that accompany a batch.
  @Test func accompanyingRowsCountOnce() throws {
    let (input, weights) = (Self.numbers([9, 3, 4], 1), Self.numbers([9, 3, 4], 2))
    let alone = try Self.pass(input, weights, .training())
    let found = try WorkerThreads.run(3) { group in
      let (input, weights) = (Self.numbers([9, 3, 4], 1), Self.numbers([9, 3, 4], 2))
      let share = BatchShare([0..<3, 3..<5, 5..<7], of: group)
      var mode = ForwardMode.training()
      mode.accompanying = 2
      let joint = Tensor.concatenated([input.slice(share.own), input.slice(7..<9)], dimension: 0)
      return try WorkerGroup.sharingStatistics(over: group) {
        try Self.pass(
          joint, weights, mode,
          gathered: { output in
            let parts = output.split([share.own.count, 2], dimension: 0)
            return .concatenated([share.gathered(parts[0]), parts[1]], dimension: 0)
          }, mean: group.mean)
      }
    }
    for pass in found { #expect(pass.isClose(to: alone, 1e-11)) }
  }

  /// Of sequences only valid steps count; what comes out behind them is not read.
  @Test func onlyValidStepsCount() throws {
    let lengths = [4, 2, 1, 4, 3, 2, 4]
    func valid(_ rows: Range<Int>) -> StepLengths { StepLengths(Array(lengths[rows])) }
    let (input, weights) = (Self.numbers([7, 3, 4], 1), Self.numbers([7, 3, 4], 2))
    func masked(_ tensor: Tensor) -> Tensor {
      tensor * valid(0..<7).mask(4, dtype: .float64).unsqueezed(1)
    }
    let alone = try Self.pass(
      input, masked(weights), .training(), lengths: valid(0..<7), gathered: masked)
    let found = try WorkerThreads.run(2) { group in
      let (input, weights) = (Self.numbers([7, 3, 4], 1), Self.numbers([7, 3, 4], 2))
      let share = BatchShare([0..<3, 3..<7], of: group)
      func masked(_ tensor: Tensor) -> Tensor {
        tensor * StepLengths(lengths).mask(4, dtype: .float64).unsqueezed(1)
      }
      return try WorkerGroup.sharingStatistics(over: group) {
        try Self.pass(
          input.slice(share.own), masked(weights), .training(),
          lengths: StepLengths(Array(lengths[share.own])),
          gathered: { masked(share.gathered($0)) }, mean: group.mean)
      }
    }
    for pass in found { #expect(pass.isClose(to: alone, 1e-10)) }
  }

  /// Single precision, as far from 0 as 1000 of its deviations.
  @Test func farFromZeroDigitsStay() throws {
    let found = try WorkerThreads.run(2) { group in
      let norm = BatchNorm(1)
      let own = Tensor.normal([64, 1], from: Generator(seed: UInt64(group.rank))) + 1000
      return WorkerGroup.sharingStatistics(over: group) {
        norm(own, .training()).array(of: Double.self)
      }
    }
    let all = found.flatMap { $0 }
    let mean = all.reduce(0, +) / 128
    let variance = all.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 128
    // Inputs of 1000 are rounded to 6e-5.
    #expect(abs(mean) < 2e-4 && abs(variance - 1) < 1e-3)
  }
}

// SPDX-License-Identifier: Apache-2.0
import EquipoiseTestSupport
import EquipoiseTorch
import Foundation
import Testing

struct WorkerGroupTests {
  @Test(arguments: [2, 3])
  func meansKeepShapesLayoutsAndHoles(count: Int) throws {
    let found = try WorkerThreads.run(count) { group in
      let rank = Double(group.rank)
      let wide = Tensor((0..<24).map { Double($0) + rank }, shape: [1, 2, 3, 4])
        .contiguous(.channelsLast)
      let given: [Tensor?] = [
        wide, nil, Tensor([Float(rank), 1]), Tensor([rank * 3]),
        Tensor((0..<6).map { Double($0) * rank }, shape: [2, 3]).transposed(0, 1),
      ]
      let means = try group.mean(given)
      return (
        means.map { $0?.contiguous().array(of: Double.self) },
        means[0]?.isContiguous(.channelsLast) == true, means.map { $0?.shape ?? [] },
        means[2]?.dtype == .float32
      )
    }
    let middle = Double(count - 1) / 2
    for (numbers, isChannelsLast, shapes, isSingle) in found {
      #expect(numbers[0] == (0..<24).map { Double($0) + middle })
      #expect(numbers[1] == nil)
      #expect(numbers[2] == [middle, 1])
      #expect(numbers[3] == [middle * 3])
      #expect(numbers[4] == [0, 3, 1, 4, 2, 5].map { $0 * middle })
      #expect(isChannelsLast && isSingle)
      #expect(shapes == [[1, 2, 3, 4], [], [2], [1], [3, 2]])
    }
  }

  /// Many tensors in several buckets; all workers have the same bits.
  @Test func meansOfManyTensorsAreAlike() throws {
    let found = try WorkerThreads.run(3) { group in
      let generator = Generator(seed: UInt64(group.rank))
      let given = (0..<20).map { _ in Tensor.normal([700, 501], from: generator) }
      return try group.mean(given).map { $0?.array(of: Float.self) ?? [] }
    }
    #expect(found[0] == found[1] && found[1] == found[2])
    let generators = (0..<3).map { Generator(seed: $0) }
    let first = generators.map { Tensor.normal([700, 501], from: $0) }
    let expected = ((first[0] + first[1] + first[2]) / 3).array(of: Double.self)
    let largest = zip(found[0][0], expected).map { abs(Double($0) - $1) }.max() ?? 1
    // Three roundings of numbers below 16.
    #expect(largest < 3e-6)
  }

  @Test func bytesAndNumbersGoAround() throws {
    let found = try WorkerThreads.run(3) { group in
      let own = Data((0..<group.rank * 3).map { UInt8($0) })
      return (
        try group.gathered(own), try group.broadcast(Data("worker \(group.rank)".utf8)),
        try group.largest([4, 9, 2][group.rank]),
        try group.gathered(Tensor([group.rank, 7])).array(of: Int.self),
        try group.sum(Tensor([Double(group.rank)])).array(of: Double.self)
      )
    }
    for (parts, said, largest, rows, sum) in found {
      #expect(parts == [Data(), Data([0, 1, 2]), Data([0, 1, 2, 3, 4, 5])])
      #expect(String(decoding: said, as: UTF8.self) == "worker 0")
      #expect(largest == 9)
      #expect(rows == [0, 7, 1, 7, 2, 7])
      #expect(sum == [3])
    }
  }

  /// d Σ w_i x_i² / dx over rows that lie on three workers, of which one has none.
  @Test func gatheredRowsHaveTheGradientOfTheOneLoss() throws {
    let all = (0..<10).map { Double($0) - 4 }
    let parts = [0..<2, 2..<2, 2..<5]
    let found = try WorkerThreads.run(3) { group in
      let rows = parts[group.rank]
      let scale = Tensor([2.0]).asLeaf()
      let own = Tensor(
        Array(all[rows.lowerBound * 2..<rows.upperBound * 2]), shape: [rows.count, 2])
      let whole = BatchShare(parts, of: group).gathered(own * scale)
      let loss = (whole * whole * Tensor((1...10).map(Double.init), shape: [5, 2])).sum()
      let gradient = gradients(of: [loss], withRespectTo: [scale])
      let mean = try group.mean(gradient)
      return (whole.array(of: Double.self), mean[0]?.array(of: Double.self) ?? [])
    }
    // d/ds Σ i s² x_i² = 2 s Σ i x_i².
    let expected = 4 * zip(all, 1...10).reduce(0) { $0 + Double($1.1) * $1.0 * $1.0 }
    for (whole, gradient) in found {
      #expect(whole == all.map { $0 * 2 })
      #expect(abs((gradient.first ?? 0) - expected) < 1e-9)
    }
  }

  @Test func whoDoesNotComeIsMissedInTime() throws {
    let clock = ContinuousClock.now
    let outcomes = try WorkerThreads.outcomes(2, timeout: 1) { group in
      if group.rank == 1 {
        Thread.sleep(forTimeInterval: 2)
        return 0
      }
      return try group.largest(1)
    }
    #expect(throws: TorchError.self) { try outcomes[0].get() }
    #expect(try outcomes[1].get() == 0)
    #expect(ContinuousClock.now - clock < .seconds(20))
  }

  @Test func whoHasGoneIsMissedAtOnce() throws {
    let outcomes = try WorkerThreads.outcomes(2, timeout: 60) { group in
      guard group.rank == 0 else { return 0.0 }
      let start = ContinuousClock.now
      do {
        _ = try group.largest(1)
        return -1
      } catch {
        return (ContinuousClock.now - start) / .seconds(1)
      }
    }
    let waited = try outcomes[0].get()
    #expect(waited >= 0 && waited < 10)
  }

  @Test func storesKeepBytesUnderNames() throws {
    let served = try WorkerStore.served(at: "127.0.0.1")
    #expect(served.port != 0)
    let other = try WorkerStore.connected(to: "127.0.0.1", port: served.port, within: 10)
    #expect(try !other.has("reason"))
    try served.below("run").set("reason", to: Data("none".utf8))
    #expect(try other.below("run").get("reason", within: 5) == Data("none".utf8))
    #expect(try other.has("run/reason"))
    #expect(throws: TorchError.self) { try other.get("nothing", within: 0.2) }
  }
}

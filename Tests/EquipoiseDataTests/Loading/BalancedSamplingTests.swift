// SPDX-License-Identifier: Apache-2.0
import EquipoiseFormats
import EquipoiseTestSupport
import Foundation
import Testing

@testable import EquipoiseData

/// Every class is drawn equally often, whatever there is of it.
@Suite struct BalancedSamplingTests {
  private let folder: TemporaryFolder
  private let samples: Samples

  /// 90 samples of one class and 10 of another.
  init() throws {
    folder = try TemporaryFolder()
    let description = DatasetDescription(
      name: "t", classes: ["many", "few"],
      modalities: ["x": ModalityDescription(kind: .vector, shape: [1], type: .float32)])
    let writer = try DatasetWriter(folder: folder.file("data"), description: description)
    for index in 0..<100 {
      try writer.append(
        PreparedSample(
          inputs: [HostArray(floats: [Float(index)], shape: [1])], label: index < 90 ? 0 : 1),
        to: .train)
    }
    try writer.finish()
    samples = try PreparedDataset(folder: folder.file("data")).samples(.train)
  }

  private func order(_ epoch: Int, seed: UInt64 = 0, from step: Int = 0) throws -> [Int] {
    let options = LoaderOptions(batchSize: 10, sampling: .balanced, seed: seed)
    let stream = try Loader(samples, options).batches(epoch: epoch, from: step)
    var order: [Int] = []
    while let batch = try stream.next() { order += batch.indices }
    return order
  }

  @Test func classesAreDrawnEquallyOften() throws {
    let all = try (0..<40).flatMap { try order($0) }
    #expect(all.count == 4000)
    let few = all.count { $0 >= 90 }
    // Binomial with p = ½: four standard deviations are 126.
    #expect(abs(few - 2000) < 126, "\(few)")
    // Of each of the ten 200 are expected: five standard deviations are 69.
    let counts = (90..<100).map { index in all.count { $0 == index } }
    #expect(counts.allSatisfy { abs($0 - 200) < 69 }, "\(counts)")
  }

  @Test func anEpochIsTheSameEveryTimeAndFromAnyStep() throws {
    #expect(try order(3) == order(3))
    #expect(try order(3) != order(4))
    #expect(try order(3, seed: 1) != order(3))
    #expect(try order(3, from: 4) == Array(order(3).dropFirst(40)))
  }
}

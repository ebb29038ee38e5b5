// SPDX-License-Identifier: Apache-2.0
import EquipoiseFormats
import Testing

@testable import EquipoiseData

struct ModalityDropoutTests {
  private static func dropout(_ rates: [Double], seed: UInt64 = 0) -> ModalityDropout? {
    let modalities = rates.indices.map {
      DatasetModality(
        name: "m\($0)", description: ModalityDescription(kind: .vector, shape: [2], type: .float32))
    }
    var options = LoaderOptions(batchSize: 1, seed: seed)
    for (modality, rate) in zip(modalities, rates) {
      var augmentation = AugmentationConfiguration()
      augmentation.modalityDropout = rate
      options.augmentation[modality.name] = augmentation
    }
    return ModalityDropout(modalities, options)
  }

  @Test func withoutARateThereIsNone() {
    #expect(Self.dropout([0, 0]) == nil)
  }

  /// Each rate is kept to, and no sample is left with nothing.
  @Test func ratesAndTheLastOne() throws {
    let dropout = try #require(Self.dropout([0.5, 0.25, 0]))
    let left = (0..<4000).map { dropout.left(of: [true, true, true], sample: $0, epoch: 0) }
    let shares = (0..<3).map { index in Double(left.count { !$0[index] }) / 4000 }
    // Four standard deviations of a share of 4000 are at most 0.032.
    #expect(abs(shares[0] - 0.5) < 0.032 && abs(shares[1] - 0.25) < 0.032 && shares[2] == 0)
    let both = try #require(Self.dropout([0.9, 0.9]))
    let rows = (0..<2000).map { both.left(of: [true, true], sample: $0, epoch: 0) }
    #expect(rows.allSatisfy { $0.contains(true) })
    // Of those that would lose both (0.81) each is kept as often.
    let first = Double(rows.count { $0 == [true, false] }) / 2000
    let second = Double(rows.count { $0 == [false, true] }) / 2000
    #expect(abs(first - 0.495) < 0.045 && abs(second - 0.495) < 0.045)
  }

  /// A sample's only modality stays; one that it lacks does not come back.
  @Test func whatASampleLacksStaysAway() throws {
    let dropout = try #require(Self.dropout([0.99, 0.5]))
    for sample in 0..<50 {
      #expect(dropout.left(of: [true, false], sample: sample, epoch: 0) == [true, false])
    }
  }

  /// An epoch of its own has draws of its own; the same epoch has the same.
  @Test func drawsAreOfSeedEpochAndSample() throws {
    func draws(_ seed: UInt64, _ epoch: Int) throws -> [[Bool]] {
      let dropout = try #require(Self.dropout([0.5, 0.5], seed: seed))
      return (0..<40).map { dropout.left(of: [true, true], sample: $0, epoch: epoch) }
    }
    #expect(try draws(1, 0) == draws(1, 0))
    #expect(try draws(1, 0) != draws(1, 1))
    #expect(try draws(1, 0) != draws(2, 0))
  }
}

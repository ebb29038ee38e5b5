// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import EquipoiseKit

/// The numbers come from `python3 References/random_stream.py`.
struct RandomStreamTests {
  /// Test vectors published with Random123 (`kat_vectors`, philox4x32 10).
  @Test func philoxMatchesItsPublishedVectors() {
    let zero = Philox.block(counter: (0, 0), key: 0)
    #expect(zero == (0xe169_c58d_6627_e8d5, 0x9b00_dbd8_bc57_ac4c))
    let digitsOfPi = Philox.block(
      counter: (0x85a3_08d3_243f_6a88, 0x0370_7344_1319_8a2e), key: 0x299f_31d0_a409_3822)
    #expect(digitsOfPi == (0x94fd_cceb_d16c_fe09, 0x2412_6ea1_5001_e420))
  }

  @Test func drawsTheKnownBits() {
    var stream = RandomStream(seed: 42, "shuffle", "epoch 3")
    let expected: [UInt64] = [
      0xb7eb_00dd_05b5_3fd2, 0x19e4_7acf_92b2_9301, 0x7ad9_ed4e_20e3_665e, 0x1c87_4f11_777c_5933,
      0x007d_09d2_2402_c799,
    ]
    let drawn = expected.map { _ in stream.next() }
    #expect(drawn == expected)
    #expect(stream.position == 5)
    var pathless = RandomStream(seed: 0)
    let first = pathless.next()
    #expect(first == 0xe169_c58d_6627_e8d5)
    var extreme = RandomStream(seed: .max, "ä")
    let two = [extreme.next(), extreme.next()]
    #expect(two == [0x52d1_13cb_f7bb_96c1, 0xc147_c342_cb7c_c348])
  }

  @Test func drawsTheKnownUniformNumbers() {
    var stream = RandomStream(seed: 7, "uniform")
    let expected = [0.5441627494793876, 0.5491884299861624, 0.6310611107677738, 0.9362122679850222]
    let drawn = expected.map { _ in stream.uniform() }
    #expect(drawn == expected)
  }

  @Test func drawsTheKnownIntegersAndRejectsWhatWouldBias() {
    var stream = RandomStream(seed: 7, "below")
    let small = [5, 7, 5, 8, 5, 9, 4, 1, 8, 9, 6, 2]
    let drawnSmall = small.map { _ in stream.integer(below: 10) }
    #expect(drawnSmall == small)
    let large = [
      1_600_004_505_458_145_855, 1_212_278_879_982_340_746, 6_494_867_254_482_548_028,
      2_410_487_893_623_324_599,
    ]
    let drawnLarge = large.map { _ in stream.integer(below: 3 << 61) }
    #expect(drawnLarge == large)
    #expect(stream.position == 19, "three draws of the four must have been rejected")
  }

  @Test func drawsTheKnownNormalNumbers() {
    var stream = RandomStream(seed: 7, "normal")
    // Python's logarithm may differ in the last bit.
    for expected in [
      0.6521786488008214, -0.0968286920050598, -0.47799162030297215, 0.2746512079249301,
      1.736234670384571,
    ] {
      let value = stream.normal()
      #expect(abs(value - expected) <= 4 * expected.ulp.magnitude, "\(value) \(expected)")
    }
  }

  @Test func normalNumbersHaveTheMomentsOfTheNormalDistribution() {
    var stream = RandomStream(seed: 1, "moments")
    let values = (0..<40_000).map { _ in stream.normal() }
    let mean = { (power: Double) in
      values.reduce(0) { $0 + pow($1, power) } / Double(values.count)
    }
    // Five standard errors of the mean of x, x², x³ and x⁴.
    #expect(abs(mean(1)) < 5 * (1 / 40_000.0).squareRoot())
    #expect(abs(mean(2) - 1) < 5 * (2 / 40_000.0).squareRoot())
    #expect(abs(mean(3)) < 5 * (15 / 40_000.0).squareRoot())
    #expect(abs(mean(4) - 3) < 5 * (96 / 40_000.0).squareRoot())
  }

  @Test func permutes() {
    var stream = RandomStream(seed: 7, "order")
    let orders = [10, 0, 1, 1000].map { stream.permutation(of: $0) }
    #expect(orders[0] == [8, 5, 4, 2, 9, 0, 1, 6, 7, 3])
    #expect(orders[1] == [])
    #expect(orders[2] == [0])
    #expect(orders[3].sorted() == Array(0..<1000))
  }

  @Test func substreamIsTheLongerPathWhateverWasDrawn() {
    var parent = RandomStream(seed: 3, "augmentation")
    _ = parent.next()
    #expect(parent.substream("7") == RandomStream(seed: 3, "augmentation", "7"))
  }

  @Test func pathsAndSeedsGiveDifferentStreams() {
    let streams = [
      RandomStream(seed: 3, "a", "b"), RandomStream(seed: 3, "b", "a"), RandomStream(seed: 3, "ab"),
      RandomStream(seed: 3, "a"), RandomStream(seed: 3), RandomStream(seed: 4),
      RandomStream(seed: 3, ""),
    ]
    let firsts = streams.map { stream in
      var copy = stream
      return copy.next()
    }
    #expect(Set(firsts).count == streams.count)
  }

  @Test func savedStateContinuesTheStream() throws {
    var stream = RandomStream(seed: .max, "loader")
    for _ in 0..<3 { _ = stream.next() }
    let saved = try JSONEncoder().encode(stream)
    var restored = try JSONDecoder().decode(RandomStream.self, from: saved)
    #expect(restored == stream)
    let (expected, drawn) = (stream.next(), restored.next())
    #expect(drawn == expected)
  }

  @Test func anEventHappensAsOftenAsItsProbability() {
    var stream = RandomStream(seed: 5, "events")
    let count = (0..<10_000).count { _ in stream.happens(withProbability: 0.3) }
    #expect(abs(count - 3_000) < 5 * 46)
    let (never, always) = (
      stream.happens(withProbability: 0), stream.happens(withProbability: 1)
    )
    #expect(!never)
    #expect(always)
  }
}

// SPDX-License-Identifier: Apache-2.0
import Testing
import EquipoiseTorch

struct DropoutTests {
  private let ones = Tensor.ones([200, 500])

  @Test func isTheIdentityWithoutStreamOrRate() {
    #expect(Dropout(0.5)(ones, .evaluation).isSame(as: ones))
    #expect(Dropout(0)(ones, .training(dropout: Generator(seed: 1))).isSame(as: ones))
  }

  @Test func keepsTheMeanAndDropsTheRate() {
    let output = Dropout(0.2)(ones, .training(dropout: Generator(seed: 1))).floats()
    #expect(Set(output) == [0, 1.25])
    // The standard error of a share of 100 000 is 0.0013.
    let dropped = Double(output.count { $0 == 0 }) / Double(output.count)
    #expect(abs(dropped - 0.2) < 0.006)
  }

  @Test func followsItsStreamOnly() {
    let stream = Generator(seed: 7)
    let first = Dropout(0.5)(ones, .training(dropout: stream))
    let second = Dropout(0.5)(ones, .training(dropout: stream))
    #expect(first.bytes != second.bytes)
    expectIdentical(first, Dropout(0.5)(ones, .training(dropout: Generator(seed: 7))))
  }

  @Test func gradientPassesWhereKept() throws {
    let input = ones.asLeaf()
    let output = Dropout(0.5)(input, .training(dropout: Generator(seed: 3)))
    let gradient = try #require(gradients(of: [output.sum()], withRespectTo: [input])[0])
    expectIdentical(gradient, output.detached())
  }
}

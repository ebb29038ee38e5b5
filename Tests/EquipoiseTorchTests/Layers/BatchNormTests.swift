// SPDX-License-Identifier: Apache-2.0
import Testing
import EquipoiseTorch

struct BatchNormTests {
  private let input = Tensor([Float(1), 3, 5, 7, 2, 2, 4, 8], shape: [4, 2])

  @Test func auxiliaryPassLeavesNoTrace() {
    let norm = BatchNorm(2)
    norm.runningMean.assign(Tensor([Float(100), -100]))
    let before = norm.state.map(\.tensor.bytes)
    let auxiliary = norm(input, .auxiliary())
    #expect(norm.state.map(\.tensor.bytes) == before)
    // The running mean of 100 is not used either.
    expectIdentical(auxiliary, norm(input, .training()))
    #expect(norm.state.map(\.tensor.bytes) != before)
  }

  @Test func runningStatisticsMoveByMomentum() {
    let norm = BatchNorm(2, momentum: 0.5)
    _ = norm(input, .training())
    // Means of the columns 3 and 5, sample variances 10/3 and 26/3, halfway from 0 and 1.
    expectClose(
      norm.runningMean.value, Tensor([1.5, 2.5]), tolerance: 1e-6, "mean")
    expectClose(
      norm.runningVar.value, Tensor([0.5 + 5.0 / 3, 0.5 + 13.0 / 3]), tolerance: 1e-6, "variance")
    #expect(norm.numBatchesTracked.value.array(of: Int64.self) == [1])
  }

  @Test func evaluationUsesRunningStatistics() {
    let norm = BatchNorm(2)
    norm.runningMean.assign(Tensor([Float(1), 2]))
    norm.runningVar.assign(Tensor([Float(4), 9]))
    let output = norm(Tensor([Float(3), 5], shape: [1, 2]), .evaluation)
    expectClose(output, Tensor([1.0, 1.0], shape: [1, 2]), tolerance: 1e-5)
    #expect(norm.numBatchesTracked.value.array(of: Int64.self) == [0])
  }

  @Test func moveKeepsTheCounterAnInteger() {
    let norm = BatchNorm(2)
    norm.move(to: .cpu, dtype: .float64)
    #expect(norm.runningMean.value.dtype == .float64)
    #expect(norm.numBatchesTracked.value.dtype == .int64)
  }
}

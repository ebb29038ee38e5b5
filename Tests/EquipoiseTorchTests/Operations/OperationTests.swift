// SPDX-License-Identifier: Apache-2.0
import Testing
import EquipoiseTorch

struct OperationTests {
  private let x = Tensor([Double(1), -2, 3, 4], shape: [2, 2])
  private let y = Tensor([Double(2), 4])

  /// In the order given: any other order of these numbers has another sum.
  @Test func tensorsAreAddedInTheirOrder() {
    let numbers = [1e8, 1, -1e8].map { Tensor([$0] as [Float]) }
    #expect(Tensor.sum(of: numbers).array(of: Float.self) == [0])
    let sum = Tensor.sum(of: [numbers[0], numbers[2], numbers[1]])
    #expect(sum.array(of: Float.self) == [1])
    #expect(Tensor.sum(of: [numbers[1]]).array(of: Float.self) == [1])
  }

  @Test func aSumOfNothingTraps() async {
    await #expect(processExitsWith: .failure) { _ = Tensor.sum(of: []) }
  }

  @Test func arithmetic() {
    #expect((x + y).doubles == [3, 2, 5, 8])
    #expect((x - y).doubles == [-1, -6, 1, 0])
    #expect((x * y).doubles == [2, -8, 6, 16])
    #expect((x / y).doubles == [0.5, -0.5, 1.5, 1])
    #expect((x + 1).doubles == [2, -1, 4, 5])
    #expect((x - 1).doubles == [0, -3, 2, 3])
    #expect((1 - x).doubles == [0, 3, -2, -3])
    #expect((2 * x).doubles == (x * 2).doubles)
    #expect((x / 2).doubles == [0.5, -1, 1.5, 2])
    #expect((4 / y).doubles == [2, 1])
    #expect((-x).doubles == [-1, 2, -3, -4])
  }

  @Test func elementwiseFunctions() {
    #expect(x.power(2).doubles == [1, 4, 9, 16])
    #expect(x.relu().doubles == [1, 0, 3, 4])
    #expect(x.magnitude().doubles == [1, 2, 3, 4])
    #expect(x.clamped(low: -1, high: 3).doubles == [1, -1, 3, 3])
    #expect(x.clamped(high: 0).doubles == [0, -2, 0, 0])
    #expect(x.magnitude().squareRoot().power(2).doubles.map { $0.rounded() } == [1, 2, 3, 4])
    expectClose(x.exp().log(), x, tolerance: 1e-14)
    expectClose(x.sigmoid(), 1 / ((-x).exp() + 1), tolerance: 1e-14)
    expectClose(x.tanh(), 2 * (2 * x).sigmoid() - 1, tolerance: 1e-14)
    expectClose(Tensor([1.0]).gelu(), Tensor([0.841344746068543]), tolerance: 1e-14)
  }

  @Test func conditions() {
    #expect(x.greater(than: 1).array(of: Bool.self) == [false, false, true, true])
    #expect(x.equal(Tensor([1.0, 4.0])).array(of: Bool.self) == [true, false, false, true])
    let nan = Tensor([Float.nan, 1, .infinity])
    #expect(nan.isFinite().array(of: Bool.self) == [false, true, false])
    #expect(!nan.isFinite().all().array(of: Bool.self)[0])
    #expect(x.selected(where: x.greater(than: 0), else: x * 10).doubles == [1, -20, 3, 4])
  }

  @Test func reductions() {
    #expect(x.sum().item() == 6 && x.mean().item() == 1.5)
    #expect(x.sum(over: [0]).doubles == [4, 2])
    #expect(x.mean(over: [1], keeping: true).shape == [2, 1])
    #expect(x.maximum(over: [0]).doubles == [3, 4] && x.minimum(over: [1]).doubles == [-2, 3])
    #expect(x.argmax(1).array(of: Int.self) == [0, 1])
    #expect(Tensor([3.0, 4.0]).norm().item() == 5)
    #expect(x.standardDeviation(over: [1], correction: 0).doubles == [1.5, 0.5])
    expectClose(x.softmax(1), x.logSoftmax(1).exp(), tolerance: 1e-14)
    expectClose(x.softmax(1).sum(over: [1]), Tensor([1.0, 1.0]), tolerance: 1e-14)
  }

  @Test func shapes() {
    let z = Tensor.range(6, dtype: .float64).reshaped([2, 3])
    #expect(z.permuted([1, 0]).doubles == [0, 3, 1, 4, 2, 5])
    #expect(z.reshaped([3, -1]).shape == [3, 2] && z.flattened().shape == [6])
    #expect(z.unsqueezed(1).shape == [2, 1, 3] && z.unsqueezed(0).squeezed(0).shape == [2, 3])
    #expect(z.slice(1..<3, dimension: 1).doubles == [1, 2, 4, 5])
    #expect(z.select(1).doubles == [3, 4, 5])
    #expect(z.unbound(1).map(\.doubles) == [[0, 3], [1, 4], [2, 5]])
    #expect(z.split([1, 2], dimension: 1).map(\.shape) == [[2, 1], [2, 2]])
    #expect(Tensor.concatenated([z, z], dimension: 0).shape == [4, 3])
    #expect(Tensor.stacked([z, z]).shape == [2, 2, 3])
    #expect(Tensor([1.0]).expanded([2, 2]).doubles == [1, 1, 1, 1])
    #expect(Tensor([1.0, 2]).repeatingElements(2, dimension: 0).doubles == [1, 1, 2, 2])
  }

  @Test func indexing() {
    let z = Tensor.range(6, dtype: .float64).reshaped([2, 3])
    let labels = Tensor([Int64(1), 0])
    #expect(z.gatheringRows(labels).doubles == [3, 4, 5, 0, 1, 2])
    #expect(z.gatheringColumns(labels).doubles == [1, 3])
    #expect(labels.oneHot(3).floats() == [0, 1, 0, 1, 0, 0])
    #expect(
      z.sumsByLabel(Tensor([Int64(2), 2]), classes: 3).doubles == [0, 0, 0, 0, 0, 0, 3, 5, 7])
  }

  @Test func crossEntropy() {
    let logits = Tensor([2.0, 0, 1, 1], shape: [2, 2])
    let labels = Tensor([Int64(0), 1])
    // −log softmax: log(1 + e⁻²) and log 2.
    let expected = [0.126928011042972, 0.693147180559945]
    expectClose(logits.crossEntropyPerSample(labels), Tensor(expected), tolerance: 1e-14)
    expectClose(
      logits.crossEntropy(labels), Tensor((expected[0] + expected[1]) / 2), tolerance: 1e-14)
  }

  @Test func creation() {
    #expect(Tensor.full([2], 3).floats() == [3, 3])
    #expect(Tensor.range(3).array(of: Int.self) == [0, 1, 2])
    #expect(Tensor.identity(2).floats() == [1, 0, 0, 1])
    #expect(x.zerosLike().doubles == [0, 0, 0, 0] && x.zerosLike().dtype == .float64)
    #expect(Tensor(Float(2)).shape == [] && Tensor([Int32](), shape: [0, 2]).count == 0)
    let clone = x.cloned()
    #expect(!clone.isSame(as: x) && clone.doubles == x.doubles)
  }
}

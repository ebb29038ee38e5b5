// SPDX-License-Identifier: Apache-2.0
import EquipoiseTestSupport
import Testing

@testable import EquipoiseTorch

/// Layers of which part of the input is valid.
@Suite struct MaskedLayersTests {
  /// Statistics, gradients and running statistics over valid positions are those of libtorch's own normalisation of
  /// these positions alone.
  @Test func batchNormIsThatOfTheValidPositions() {
    let lengths = StepLengths([3, 1, 4])
    let input = Tensor.normal([3, 2, 4], dtype: .float64, from: Generator(seed: 1))
    let places = Tensor([0, 1, 2, 4, 8, 9, 10, 11])
    func rows(_ x: Tensor) -> Tensor {
      x.transposed(1, 2).reshaped([12, 2]).gatheringRows(places)
    }
    func run(_ body: (BatchNorm, Tensor) -> Tensor) -> [Tensor] {
      let norm = BatchNorm(2)
      norm.move(to: .cpu, dtype: .float64)
      norm.weight.assign(Tensor([1.5, -0.5]))
      norm.bias.assign(Tensor([0.25, 2]))
      let leaf = input.asLeaf()
      let output = body(norm, leaf)
      let weights = Tensor.normal([8, 2], dtype: .float64, from: Generator(seed: 2))
      let found = gradients(
        of: [(output * weights).sum()],
        withRespectTo: [leaf, norm.weight.leaf, norm.bias.leaf])
      return [output] + found.compactMap { $0 } + norm.namedBuffers.map(\.buffer.value)
    }
    let masked = run { norm, x in rows(norm(x, .training(), lengths: lengths)) }
    let native = run { norm, x in norm(rows(x), .training()) }
    #expect(masked.count == 7 && native.count == 7)
    #expect(zip(masked, native).allSatisfy { isClose($0, $1, tolerance: 1e-12) })
    let batchOnly = BatchNorm(2)
    batchOnly.move(to: .cpu, dtype: .float64)
    _ = batchOnly(input, .auxiliary(), lengths: lengths)
    #expect(batchOnly.runningMean.value.array(of: Double.self) == [0, 0])
    #expect(
      isEqual(
        batchOnly(input, .evaluation, lengths: lengths), batchOnly(input, .evaluation)))
  }

  /// A single valid value has no variance: what is left are finite numbers.
  @Test func batchNormOfOneValue() {
    let norm = BatchNorm(1)
    let output = norm(
      Tensor([3, 9] as [Float], shape: [1, 1, 2]), .training(), lengths: StepLengths([1]))
    // 3 · 447 − 3 · 447 in single precision, as 1/√(ε/2) = 447.
    #expect(abs(output.floats()[0]) < 3e-4)
    #expect(abs(norm.runningVar.value.floats()[0] - 0.9) < 1e-6)
    #expect(abs(norm.runningMean.value.floats()[0] - 0.3) < 1e-6)
  }

  /// With dropout of a rate that drops nothing here attention takes the other of its two ways.
  @Test(arguments: [0, 1e-9])
  func noPositionAttendsToOneThatIsNotValid(rate: Double) {
    let layer = TransformerEncoderLayer(
      8, heads: 2, feedForward: 12, dropout: rate, from: Generator(seed: 1))
    layer.move(to: .cpu, dtype: .float64)
    let input = Tensor.normal([2, 6, 8], dtype: .float64, from: Generator(seed: 2))
    let mode = ForwardMode.training(dropout: rate > 0 ? Generator(seed: 3) : nil)
    let valid = StepLengths([4, 6]).positions(6)
    let output = layer(input, mode, valid: valid)
    let short = layer(input.slice(0..<1).slice(0..<4, dimension: 1), mode)
    #expect(isClose(output.slice(0..<1).slice(0..<4, dimension: 1), short, tolerance: 1e-12))
    let whole = layer(input.slice(1..<2), mode)
    #expect(isClose(output.slice(1..<2), whole, tolerance: 1e-12))
    // What lies behind has no gradient from what lies before.
    let leaf = input.asLeaf()
    let sum = (layer(leaf, mode, valid: valid) * valid.to(.float64).unsqueezed(2)).sum()
    let behind = gradients(of: [(sum * sum)], withRespectTo: [leaf])[0]?
      .slice(0..<1).slice(4..<6, dimension: 1)
    #expect(behind.map { isEqual($0, $0.zerosLike()) } == true)
  }
}

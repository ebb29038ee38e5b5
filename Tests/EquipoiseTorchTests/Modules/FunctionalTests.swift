// SPDX-License-Identifier: Apache-2.0
import Testing
import EquipoiseTorch

struct FunctionalTests {
  /// A network with its input; the loss is a fixed weighting of its output, in double precision.
  private struct Subject {
    let module: any Layer
    let input: Tensor
    let mode: ForwardMode

    init(_ module: any Layer, input: [Int], _ mode: ForwardMode = .auxiliary()) {
      module.move(to: .cpu, dtype: .float64)
      self.module = module
      self.input = .normal(input, dtype: .float64, from: Generator(seed: 11))
      self.mode = mode
    }

    func loss() -> Tensor {
      let output = module(input, mode)
      let weights = Tensor.normal(output.shape, dtype: .float64, from: Generator(seed: 12))
      return (output * weights).sum()
    }

    func loss(with tensors: [String: Tensor]) -> Tensor {
      withParameters(tensors, of: module) { loss() }
    }
  }

  private static func subjects() -> [Subject] {
    let stream = Generator(seed: 1)
    return [
      Subject(
        Sequential([Linear(3, 4, from: stream), Tanh(), Linear(4, 2, from: stream)]),
        input: [5, 3]),
      Subject(
        Sequential([
          Conv2d(2, 3, kernel: 3, padding: 1, bias: false, from: stream), BatchNorm(3), GELU(),
          AveragePool2d(kernel: 2), Flatten(), Linear(12, 2, from: stream),
        ]), input: [3, 2, 4, 4]),
      Subject(
        TransformerEncoderLayer(4, heads: 2, feedForward: 6, activation: .gelu, from: stream),
        input: [2, 3, 4]),
    ]
  }

  @Test("gradients equal central differences", arguments: 0..<3)
  func differences(_ index: Int) throws {
    let subject = Self.subjects()[index]
    let named = subject.module.namedParameters
    // Substitutes away from the parameters' own values, which must play no part.
    let stream = Generator(seed: 2)
    let point = named.map { entry in
      (entry.parameter.leaf * 0.5 + Tensor.normal(
        entry.parameter.leaf.shape, dtype: .float64, from: stream) * 0.3)
        .asLeaf()
    }
    let tensors = Dictionary(uniqueKeysWithValues: zip(named.map(\.name), point))
    let found = gradients(of: [subject.loss(with: tensors)], withRespectTo: point)
    for (position, entry) in named.enumerated() {
      let expected = centralDifferences(point[position]) { moved in
        var tensors = tensors
        tensors[entry.name] = moved
        return subject.loss(with: tensors).item()
      }
      expectClose(found[position], expected, tolerance: 1e-7, entry.name)
    }
  }

  @Test func jacobianThroughAFunctionOfTheParameters() throws {
    // θ′ = A θ for all parameters of a network at once: ∂L/∂A needs gradients through θ′.
    let subject = Self.subjects()[0]
    let named = subject.module.namedParameters
    let theta = Tensor.concatenated(named.map { $0.parameter.leaf.flattened() }, dimension: 0)
    let count = theta.count
    let a =
      (Tensor.identity(count, dtype: .float64)
      + Tensor.normal([count, count], dtype: .float64, from: Generator(seed: 3)) * 0.1).asLeaf()

    func loss(_ a: Tensor) -> Tensor {
      let moved = a.matmul(theta.unsqueezed(1)).squeezed(1)
      let parts = moved.split(named.map(\.parameter.leaf.count), dimension: 0)
      let tensors = zip(named, parts).map { ($0.name, $1.reshaped($0.parameter.leaf.shape)) }
      return subject.loss(with: Dictionary(uniqueKeysWithValues: tensors))
    }

    let leaves = named.map(\.parameter.leaf)
    let found = gradients(of: [loss(a)], withRespectTo: [a] + leaves)
    let expected = centralDifferences(a) { loss($0).item() }
    expectClose(found[0], expected, tolerance: 1e-7)
    // By the chain rule ∂L/∂θ = Aᵀ ∂L/∂θ′ and ∂L/∂A = ∂L/∂θ′ θᵀ.
    let upstream =
      try #require(found[0]).matmul(theta.unsqueezed(1))
      / theta.power(2).sum()
    expectClose(
      .concatenated(found.dropFirst().compactMap { $0?.flattened() }, dimension: 0),
      a.transposed(0, 1).matmul(upstream).squeezed(1), tolerance: 1e-10)
  }

  @Test func theParameterItselfTakesNoPart() {
    let layer = Linear(1, 1, from: Generator(seed: 1))
    let substitute = Tensor([Float(5)], shape: [1, 1]).asLeaf()
    let output = withParameters(["weight": substitute], of: layer) { layer(.ones([1, 1])) }
    #expect(output.item() == 5)
    let found = gradients(of: [output.sum()], withRespectTo: [substitute, layer.weight.leaf])
    #expect(found[0]?.item() == 1)
    #expect(found[1] == nil)
  }

  @Test func restoredAfterThrowingAndNesting() throws {
    struct Stop: Error {}
    let parameter = Parameter(Tensor([Float(1)]))
    let (two, three) = (Tensor([Float(2)]), Tensor([Float(3)]))
    #expect(throws: Stop.self) {
      try withParameters([(parameter, two)]) {
        #expect(parameter.value.isSame(as: two))
        _ = try? withParameters([(parameter, three)]) {
          #expect(parameter.value.isSame(as: three))
          throw Stop()
        }
        #expect(parameter.value.isSame(as: two))
        throw Stop()
      }
    }
    #expect(parameter.value.isSame(as: parameter.leaf))
  }

  @Test func aParameterNamedTwiceTakesTheLast() {
    let parameter = Parameter(Tensor([Float(1)]))
    let (two, three) = (Tensor([Float(2)]), Tensor([Float(3)]))
    withParameters([(parameter, two), (parameter, three)]) {
      #expect(parameter.value.isSame(as: three))
    }
    #expect(parameter.value.isSame(as: parameter.leaf))
  }
}

/// (L(x + h eᵢ) − L(x − h eᵢ)) / 2h for every element of `point`, in double precision.
private func centralDifferences(_ point: Tensor, _ loss: (Tensor) -> Double) -> Tensor {
  let (values, step) = (point.doubles, 1e-5)
  let slopes = values.indices.map { index in
    let ends = [step, -step].map { offset in
      var moved = values
      moved[index] += offset
      return loss(Tensor(moved, shape: point.shape))
    }
    return (ends[0] - ends[1]) / (2 * step)
  }
  return Tensor(slopes, shape: point.shape)
}

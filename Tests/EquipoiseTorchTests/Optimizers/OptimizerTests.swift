// SPDX-License-Identifier: Apache-2.0
import Testing
import EquipoiseTorch

/// An optimiser as `References/torch_optimizers.py` has run it.
struct OptimizerCase: CustomTestStringConvertible, Sendable {
  typealias Named = [NamedParameter]

  let name: String
  let rate: Double
  let make: @Sendable (Named) -> any Optimizer

  var testDescription: String { name }

  static let all = [
    sgd("sgd"), sgd("sgd_decay", decay: 0.05), sgd("sgd_momentum", momentum: 0.9),
    sgd("sgd_momentum_decay", momentum: 0.9, decay: 0.05),
    sgd("sgd_nesterov_decay", momentum: 0.9, decay: 0.05, nesterov: true),
    OptimizerCase(name: "adam", rate: 0.02) { Adam($0, learningRate: 0.02) },
    OptimizerCase(name: "adam_decay", rate: 0.02) {
      Adam($0, learningRate: 0.02, betas: (0.8, 0.95), epsilon: 1e-6, weightDecay: 0.05)
    },
    OptimizerCase(name: "adamw", rate: 0.02) {
      Adam($0, learningRate: 0.02, weightDecay: 0.05, decay: .decoupled)
    },
  ]

  private static func sgd(
    _ name: String, momentum: Double = 0, decay: Double = 0, nesterov: Bool = false
  ) -> OptimizerCase {
    OptimizerCase(name: name, rate: 0.1) {
      SGD(
        $0, learningRate: 0.1, momentum: momentum, weightDecay: decay, nesterov: nesterov)
    }
  }
}

struct OptimizerTests {
  private static let names = ["matrix", "vector", "conv"]

  @Test("equals PyTorch", arguments: OptimizerCase.all, Precision.all)
  func golden(_ testCase: OptimizerCase, _ precision: Precision) throws {
    try run(testCase, precision, .contiguous)
  }

  /// Channels-last weights with contiguous gradients and with gradients of other strides: the
  /// kernels walk memory, so that a gradient in its old layout would move the wrong numbers.
  @Test("equals PyTorch for any layout of gradients", arguments: OptimizerCase.all)
  func layouts(_ testCase: OptimizerCase) throws {
    for precision in Precision.all { try run(testCase, precision, .channelsLast) }
  }

  @Test("continues from its state", arguments: OptimizerCase.all)
  func restoring(_ testCase: OptimizerCase) throws {
    let golden = try Golden("optimizers")
    let (whole, parameters) = try started(testCase, golden)
    for step in 0..<5 { whole.step(gradients: try Self.recorded(golden, step, .float32)) }

    let (first, early) = try started(testCase, golden)
    for step in 0..<2 { first.step(gradients: try Self.recorded(golden, step, .float32)) }
    let saved = first.state.map { ($0.name, $0.tensor.cloned()) }
    let (second, late) = try started(testCase, golden)
    for (from, to) in zip(early, late) { to.parameter.assign(from.parameter.leaf) }
    try second.restore(Dictionary(uniqueKeysWithValues: saved))
    for step in 2..<5 { second.step(gradients: try Self.recorded(golden, step, .float32)) }

    for (a, b) in zip(parameters, late) {
      expectIdentical(b.parameter.leaf, a.parameter.leaf, a.name)
    }
  }

  @Test func severalAtOnceStepAsEachAlone() throws {
    let golden = try Golden("optimizers")
    func adams() throws -> [(Adam, OptimizerCase.Named)] {
      try (0..<2).map { _ in
        let (_, parameters) = try started(OptimizerCase.all[5], golden)
        return (Adam(parameters, learningRate: 0.02), parameters)
      }
    }
    let (alone, together) = (try adams(), try adams())
    for step in 0..<4 {
      let first = try Self.recorded(golden, step, .float32)
      // The second has other gradients, one of which is always missing.
      let second = first.enumerated().map { $0 == 1 ? nil : $1.map { $0 * 2 } }
      alone[0].0.step(gradients: first)
      alone[1].0.step(gradients: second)
      Adam.step([(together[0].0, first), (together[1].0, second)])
    }
    for (a, b) in zip(alone, together) {
      for (one, other) in zip(a.1, b.1) {
        expectIdentical(other.parameter.leaf, one.parameter.leaf, one.name)
      }
    }
  }

  @Test func stateNames() throws {
    let golden = try Golden("optimizers")
    let (sgd, _) = try started(OptimizerCase.all[2], golden)
    #expect(sgd.state.map(\.name) == ["momentum.matrix", "momentum.vector", "momentum.conv"])
    let (plain, _) = try started(OptimizerCase.all[0], golden)
    #expect(plain.state.isEmpty)
    let (adam, _) = try started(OptimizerCase.all[5], golden)
    #expect(adam.state.map(\.name).contains("exp_avg_sq.conv"))
    #expect(adam.state.count == 9)
  }

  @Test func foreignStateIsRefusedUntouched() throws {
    let golden = try Golden("optimizers")
    let (sgd, _) = try started(OptimizerCase.all[2], golden)
    sgd.step(gradients: try Self.recorded(golden, 1, .float32))
    let before = sgd.state.map(\.tensor.bytes)
    let error = #expect(throws: TorchError.self) {
      try sgd.restore([
        "momentum.matrix": .zeros([4, 3]), "momentum.vector": .zeros([6]),
      ])
    }
    #expect(
      error?.description
        == "the saved state of the optimiser does not fit this model: momentum.vector is [6], not "
        + "[5]; momentum.conv is missing; use the configuration it was saved with")
    #expect(sgd.state.map(\.tensor.bytes) == before)
  }

  @Test func gradientOfAnExpandedViewIsLaidOut() throws {
    // The gradient of a sum is one number seen everywhere: its strides are 0.
    let parameter = Parameter(Tensor([Float(1), 2, 3, 4], shape: [2, 2]))
    let gradient = gradients(of: [parameter.value.sum()], withRespectTo: [parameter.leaf])
    #expect(gradient[0]?.strides == [0, 0])
    SGD([("w", parameter)], learningRate: 0.5).step(gradients: gradient)
    #expect(parameter.leaf.floats() == [0.5, 1.5, 2.5, 3.5])
  }

  private func started(
    _ testCase: OptimizerCase, _ golden: Golden, _ dtype: DType = .float32,
    _ layout: MemoryLayoutOrder = .contiguous
  ) throws -> (any Optimizer, OptimizerCase.Named) {
    let parameters: OptimizerCase.Named = try Self.names.map { name in
      let initial = try golden("initial.\(name)").to(dtype)
      let order = initial.rank == 4 ? layout : .contiguous
      // A clone: the golden tensor's memory is the file's.
      return (name, Parameter(initial.contiguous(order).cloned()))
    }
    return (testCase.make(parameters), parameters)
  }

  /// `nil` where the script had none.
  private static func recorded(
    _ golden: Golden, _ step: Int, _ dtype: DType
  ) throws -> [Tensor?] {
    try names.map { name in
      let key = "gradient.\(step).\(name)"
      return golden.names.contains(key) ? try golden(key).to(dtype) : nil
    }
  }

  private func run(
    _ testCase: OptimizerCase, _ precision: Precision, _ layout: MemoryLayoutOrder
  ) throws {
    let golden = try Golden("optimizers")
    let (optimizer, parameters) = try started(testCase, golden, precision.dtype, layout)
    for step in 0..<5 {
      if step == 4 { optimizer.learningRate = testCase.rate / 5 }
      var gradients = try Self.recorded(golden, step, precision.dtype)
      if layout == .channelsLast, let matrix = gradients[0] {
        gradients[0] = matrix.transposed(0, 1).contiguous().transposed(0, 1)
      }
      optimizer.step(gradients: gradients)
      for (name, parameter) in parameters {
        expectClose(
          parameter.leaf, try golden("\(testCase.name)/\(step).\(name)"),
          tolerance: precision.tolerance, "step \(step), \(name)")
      }
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
import EquipoiseTorch
import Foundation
import Testing

@testable import EquipoiseMethods
@testable import EquipoiseModels
@testable import EquipoiseSettings

/// The decoupling of parameters: Eq. 7, Eq. 8 and Eq. 13, rows, and how the maps start.
struct DecouplingTests {
  private let engine: TrainingEngine
  private let tiny: MultimodalModel

  init() throws {
    var configuration = ModelConfiguration()
    configuration.encoders = NamedSections(["a": .mlp(width: 3, depth: 1)])
    tiny = try ModelFactory.makeModel(
      modalities: [("a", [2])], classes: 2, configuration: configuration, seed: 0)
    engine = TrainingEngine(
      model: tiny, optimizer: SGD(tiny.namedParameters, learningRate: 0.1),
      training: TrainingConfiguration(), device: .cpu, trainingBatches: { _, _ in })
  }

  private func mechanism(
    _ parameters: [NamedParameter],
    _ change: (inout DecouplingConfiguration) -> Void = { _ in }
  ) -> BlockDecoupling {
    var settings = DecouplingConfiguration()
    change(&settings)
    return BlockDecoupling(
      parameters, of: "a", settings: settings, from: Generator(seed: 3))
  }

  private func parameter(_ shape: [Int], seed: UInt64 = 1) -> Parameter {
    Parameter(.normal(shape, dtype: .float64, from: Generator(seed: seed)))
  }

  /// Overwrites the maps of one tensor with given numbers, by the names of a checkpoint.
  private func assign(_ values: [String: Tensor], to mechanism: BlockDecoupling) throws {
    var state = Dictionary(
      uniqueKeysWithValues: mechanism.state(depth: 0).map { ($0.name, $0.tensor) })
    for (name, tensor) in values { state[name] = tensor }
    try mechanism.restore(SavedState(state), depth: 0)
  }

  @Test func aRowByHand() throws {
    // θ = (1, 2), one row; ℓ = 2. z = Φθ + b = (3, 2); mask (z₁ ln3 / 3, 0): w = (¾, ½).
    let theta = Parameter(Tensor([1.0, 2.0]))
    let mechanism = mechanism([("v", theta)])
    try assign(
      [
        "phi.a.v.weight": Tensor([1.0, 1, 0, 1], shape: [2, 2]),
        "phi.a.v.bias": Tensor([0.0, 0]),
        "mask.a.v.weight": Tensor([log(3.0) / 3, 0, 0, 0], shape: [2, 2]),
        "mask.a.v.bias": Tensor([0.0, 0]),
        "psi.a.v.weight": Tensor([2.0, 0, 1, 1], shape: [2, 2]),
        "psi.a.v.bias": Tensor([0.5, -0.5]),
      ], to: mechanism)
    let block = mechanism.decouple(with: engine)
    // θ^b = Ψ(2.25, 1), θ^g = Ψ(0.75, 1), Ψ(z) = Ψ(3, 2), with Ψ(u) = (2u₁ + ½, u₁ + u₂ − ½).
    let (whole, good) = mechanism.groups[0].complement(of: block.parts[0])
    expect(block.bad[0], [5, 2.75])
    expect(good, [2, 1.25])
    expect(whole, [6.5, 4.5])
    expect(block.meanMask, [0.625])
  }

  @Test(arguments: [[6, 4], [4, 6], [3, 2, 3, 3], [5], [1]])
  func theSingularStartReconstructs(_ shape: [Int]) {
    let theta = parameter(shape)
    let mechanism = mechanism([("w", theta)])
    let block = mechanism.decouple(with: engine)
    let whole = mechanism.groups[0].complement(of: block.parts[0]).whole
    let difference = (whole.reshaped(shape) - theta.leaf).magnitude()
    #expect((difference.array(of: Double.self).max() ?? 1) < 1e-12)
    #expect(block.reconstructionError([whole]).item() < 1e-12)
    #expect(abs(block.meanMask.item() - 0.5) < 0.02)
  }

  @Test func aStartOfZeroRowsIsFinite() {
    let block = mechanism([("b", Parameter(.zeros([4])))]).decouple(with: engine)
    #expect(block.bad[0].array(of: Double.self) == [0, 0, 0, 0])
  }

  @Test func fewerDirectionsThanRowsKeepTheLargest() {
    // Singular values 3 and 1 along the axes: one direction keeps the first column.
    let theta = Parameter(Tensor([3.0, 0, 0, 1], shape: [2, 2]))
    let mechanism = mechanism([("w", theta)]) { $0.latentWidth = 1 }
    let block = mechanism.decouple(with: engine)
    expect(
      mechanism.groups[0].complement(of: block.parts[0]).whole, [3, 0, 0, 0], within: 1e-12)
  }

  @Test func tensorsOfOneLayoutShareTheirProducts() {
    let parameters = [
      ("conv1", parameter([4, 2, 3, 3])), ("bias", parameter([4])),
      ("conv2", parameter([4, 18], seed: 2)), ("scale", parameter([4], seed: 3)),
    ].map { (name: $0.0, parameter: $0.1) }
    let groups = mechanism(parameters).groups
    #expect(groups.map(\.names) == [["conv1", "conv2"], ["bias", "scale"]])
    #expect(groups.map(\.rows) == [4, 1])
    #expect(groups.map(\.length) == [18, 4])
  }

  @Test func granularityAndRowLimitSetTheLatentWidth() {
    var settings = DecouplingConfiguration()
    settings.latentWidth = 10
    #expect(RowLayout([4, 2, 3, 3], settings: settings).width == 10)
    #expect(RowLayout([4], settings: settings).width == 4)
    settings.limitToRows = true
    #expect(RowLayout([4, 2, 3, 3], settings: settings).width == 4)
    settings.limitToRows = false
    settings.granularity = .layer
    let layer = RowLayout([4, 2, 3, 3], settings: settings)
    #expect((layer.rows, layer.length, layer.width) == (1, 72, 10))
    // Φ 72·10 + 10, Φ_mask 10·10 + 10, Ψ 10·72 + 72.
    #expect(layer.parameters == 730 + 110 + 792)
  }

  // MARK: Gradients

  /// Σ c·θ^b as a function of θ, for central differences.
  @Test func pullingBackEqualsCentralDifferences() {
    let theta = parameter([3, 4])
    let mechanism = mechanism([("w", theta)]) {
      $0.start = .random
      $0.latentWidth = 3
    }
    let seed = Tensor.normal([1, 3, 4], dtype: .float64, from: Generator(seed: 8))
    func value() -> Double {
      let bad = mechanism.decouple(with: engine).bad[0]
      return (bad.detached() * seed).sum().item()
    }
    let block = mechanism.decouple(with: engine)
    let found = mechanism.pullBack([seed], block, retaining: false)[0].gradient
    expectCentralDifferences(of: theta, found, value)
  }

  @Test func trainingFollowsTheGradientOfEquation8() throws {
    // L_g = Σ c·θ^g, so that its gradient by θ^g is c.
    let theta = parameter([3, 4])
    let mechanism = mechanism([("w", theta)]) {
      $0.start = .random
      $0.latentWidth = 3
    }
    let seed = Tensor.normal([1, 3, 4], dtype: .float64, from: Generator(seed: 8))
    func value() -> Double {
      let part = mechanism.decouple(with: engine).parts[0]
      let (whole, good) = mechanism.groups[0].complement(of: part)
      let residual = whole.detached() - part.theta.detached()
      return (good.detached() * seed).sum().item() + (residual * residual).sum().item()
    }
    let group = mechanism.groups[0]
    let part = mechanism.decouple(with: engine).parts[0]
    let found = DecouplingGroup.gradientsOfObjective([
      DecouplingGroup.Lesson(
        group: group, decoupled: part, complement: group.complement(of: part), gradient: seed)
    ])
    for (entry, gradient) in zip(group.maps + group.masks, found) {
      expectCentralDifferences(of: entry.parameter, try #require(gradient), value)
    }
  }

  @Test func neitherStepTouchesTheOthersTensors() throws {
    let theta = parameter([3, 4])
    let mechanism = mechanism([("w", theta)])
    let before = theta.leaf.array(of: Double.self)
    let maps = mechanism.groups[0].maps[0].parameter.leaf.cloned()
    let block = mechanism.decouple(with: engine)
    _ = mechanism.pullBack([.ones([1, 3, 4], dtype: .float64)], block, retaining: true)
    #expect(mechanism.groups[0].maps[0].parameter.leaf.equal(maps).all().array(of: Bool.self)[0])
    _ = try mechanism.train(block, with: engine) { pairs in
      let logits = pairs[0].1.matmul(.ones([4, 2], dtype: .float64))
      return BlockPerformance(
        logits: logits * Tensor([1.0, 2.0]), labels: Tensor([0, 1, 0]))
    }
    #expect(theta.leaf.array(of: Double.self) == before)
    #expect(!mechanism.groups[0].maps[0].parameter.leaf.equal(maps).all().array(of: Bool.self)[0])
  }

  private func expectCentralDifferences(
    of parameter: Parameter, _ gradient: Tensor, _ value: () -> Double
  ) {
    let step = 1e-5
    let start = parameter.leaf.array(of: Double.self)
    let found = gradient.array(of: Double.self)
    for index in start.indices {
      func shifted(_ amount: Double) -> Double {
        var values = start
        values[index] += amount
        parameter.assign(Tensor(values, shape: parameter.leaf.shape))
        return value()
      }
      let difference = (shifted(step) - shifted(-step)) / (2 * step)
      #expect(abs(difference - found[index]) < 1e-7, "element \(index)")
    }
    parameter.assign(Tensor(start, shape: parameter.leaf.shape))
  }

  private func expect(_ tensor: Tensor, _ expected: [Double], within tolerance: Double = 1e-12) {
    let values = tensor.array(of: Double.self)
    #expect(values.count == expected.count)
    for (value, expected) in zip(values, expected) {
      #expect(abs(value - expected) <= tolerance, "\(value) is not \(expected)")
    }
  }
}

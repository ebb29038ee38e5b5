// SPDX-License-Identifier: Apache-2.0
import EquipoiseTestSupport
import EquipoiseTorch
import Testing

@testable import EquipoiseKit
@testable import EquipoiseModels

struct FusionTests {
  /// The mean of what one layer says of each modality.
  @Test func sharedIsOneLayerForAll() throws {
    let widths = [("a", 3), ("b", 3), ("c", 3)]
    let fusion = try SharedFusion(widths, classes: 2, from: Generator(seed: 0))
    #expect(fusion.namedParameters.map(\.name) == ["fc.weight", "fc.bias"])
    let generator = Generator(seed: 1)
    let features = widths.map { _ in Tensor.normal([4, 3], from: generator) }
    let own = try features.indices.map {
      try #require(fusion.ownLogits($0, of: features[$0]))
    }
    let mean = (own[0] + own[1] + own[2]) / 3
    #expect(isClose(fusion.logits(features), mean, tolerance: 1e-6))
    let slices = try #require(fusion.slices(features))
    #expect(isClose(slices[0] + slices[1] + slices[2], mean, tolerance: 1e-6))
  }

  enum Kind: String, CaseIterable {
    case concat, sum, film, gated

    func makeFusion(_ widths: [Int], classes: Int = 3) throws -> any Fusion {
      let generator = Generator(seed: 0)
      return switch self {
      case .concat: ConcatFusion(widths, classes: classes, from: generator)
      case .sum:
        SumFusion(
          widths.enumerated().map { ("m\($0)", $1) }, classes: classes, from: generator)
      case .film: try FiLMFusion(widths, classes: classes, from: generator)
      case .gated: try GatedFusion(widths, classes: classes, from: generator)
      }
    }
  }

  /// Logits, zero-outs, slices and all gradients against References/models.py.
  @Test(arguments: Kind.allCases, [[3, 4], [3, 4, 2]])
  func golden(kind: Kind, widths: [Int]) throws {
    let golden = try ModelGolden("\(kind.rawValue)_\(widths.count)")
    let fusion = try kind.makeFusion(widths)
    try golden.load(into: fusion)
    let features = try widths.indices.map { try golden("input.\($0)").asLeaf() }
    let logits = fusion.logits(features)
    try golden.expect(logits, is: "logits")
    for (index, zeroOut) in fusion.zeroOutLogits(features).enumerated() {
      try golden.expect(zeroOut, is: "zero_out.\(index)")
    }
    let named = fusion.namedParameters
    let found = gradients(
      of: [logits], withRespectTo: features + named.map(\.parameter.leaf),
      seeds: [try golden("seed")])
    for index in widths.indices { try golden.expect(found[index], is: "input_gradient.\(index)") }
    for (name, gradient) in zip(named.map(\.name), found.dropFirst(widths.count)) {
      try golden.expect(gradient, is: "gradient.\(name)")
    }
  }

  /// Parts of the logits where they are a sum of modalities; none where they are not.
  @Test(arguments: Kind.allCases, [[3, 4], [3, 4, 2]])
  func slices(kind: Kind, widths: [Int]) throws {
    let golden = try ModelGolden("\(kind.rawValue)_\(widths.count)")
    let fusion = try kind.makeFusion(widths)
    try golden.load(into: fusion)
    let features = try widths.indices.map { try golden("input.\($0)") }
    guard kind == .concat || kind == .sum else {
      #expect(fusion.slices(features) == nil)
      return
    }
    let slices = try #require(fusion.slices(features))
    for (index, slice) in slices.enumerated() { try golden.expect(slice, is: "slice.\(index)") }
    let sum = Tensor.sum(of: slices)
    #expect(isClose(sum, fusion.logits(features), tolerance: 1e-14))
  }

  /// Parts, losses and gradients, calculated by hand.
  @Test func concatByHand() throws {
    let fusion = ConcatFusion([2, 2], classes: 2, from: Generator(seed: 0))
    try fusion.load(
      [
        "fc_out.weight": Tensor([1, 0, 0.5, -0.5, 0, 1, -0.5, 0.5] as [Float], shape: [2, 4]),
        "fc_out.bias": Tensor([0.2, -0.2] as [Float]),
      ], source: "the test")
    fusion.move(to: .cpu, dtype: .float64)
    let features = [[1, 2, 0, -1], [2, 0, 1, 1]].map { Tensor($0 as [Double], shape: [2, 2]) }
    let labels = Tensor([1, 0])
    let logits = fusion.logits(features)
    let slices = try #require(fusion.slices(features))
    expect(slices[0], [1.1, 1.9, 0.1, -1.1])
    expect(slices[1], [1.1, -1.1, 0.1, -0.1])
    expect(logits, [2.2, 0.8, 0.2, -1.2])
    expect(logits.crossEntropyPerSample(labels), [1.620417, 0.220417])
    let loss = logits.crossEntropy(labels)
    expect(loss, [0.920417])
    expect(slices[0].crossEntropy(labels), [0.317192])
    expect(slices[1].crossEntropy(labels), [1.451611])
    let found = gradients(of: [loss], withRespectTo: [logits] + fusion.parameters.map(\.leaf))
    expect(found[0], [0.401092, -0.401092, -0.098908, 0.098908])
    let row = [0.401092, 0.901092, 0.703276, -0.098908]
    expect(found[1], row + row.map { -$0 })
    expect(found[2], [0.302184, -0.302184])
  }

  private func expect(
    _ actual: Tensor?, _ expected: [Double], sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let numbers = actual?.array(of: Double.self) ?? []
    #expect(
      numbers.count == expected.count && zip(numbers, expected).allSatisfy { abs($0 - $1) < 1e-6 },
      "\(numbers)", sourceLocation: sourceLocation)
  }

  /// What zero-out means for gates and modulation.
  @Test func zeroOutOfGatesAndModulation() throws {
    let features = [3, 4].map { Tensor.normal([2, $0], from: Generator(seed: 7)) }
    let gated = try Kind.gated.makeFusion([3, 4])
    try ModelGolden("gated_2").load(into: gated)
    gated.move(to: .cpu)
    let (x, y, out) = (
      try linear(gated, "fc_x"), try linear(gated, "fc_y"), try linear(gated, "fc_out")
    )
    let zeros = gated.zeroOutLogits(features)
    #expect(isClose(zeros[0], out(x(features[0]).sigmoid() * y.bias), tolerance: 1e-5))
    #expect(isClose(zeros[1], out(x.bias.sigmoid() * y(features[1])), tolerance: 1e-5))

    let film = try Kind.film.makeFusion([3, 4])
    try ModelGolden("film_2").load(into: film)
    film.move(to: .cpu)
    let (fc, fcOut) = (try linear(film, "fc"), try linear(film, "fc_out"))
    let (gamma, beta) = (fc.bias.slice(0..<4), fc.bias.slice(4..<8))
    let zeroed = film.zeroOutLogits(features)
    let shift = fc(features[0]).slice(4..<8, dimension: 1)
    #expect(isClose(zeroed[0], fcOut(shift), tolerance: 1e-5))
    #expect(isClose(zeroed[1], fcOut(gamma * features[1] + beta), tolerance: 1e-5))
  }

  private struct Affine {
    let weight: Tensor
    let bias: Tensor

    func callAsFunction(_ x: Tensor) -> Tensor { x.linear(weight: weight, bias: bias) }
  }

  private func linear(_ fusion: any Fusion, _ name: String) throws -> Affine {
    let state = Dictionary(uniqueKeysWithValues: fusion.state)
    return Affine(
      weight: try #require(state["\(name).weight"]), bias: try #require(state["\(name).bias"]))
  }

  @Test func initialWeightsAreXaviersWithBias0() throws {
    let fusion = ConcatFusion([512, 512], classes: 100, from: Generator(seed: 0))
    let weight = fusion.parameters[0].leaf
    let deviation = weight.standardDeviation(over: [0, 1], correction: 0).item()
    #expect(abs(deviation / (2.0 / 1124).squareRoot() - 1) < 0.02)
    #expect(fusion.parameters[1].leaf.floats().allSatisfy { $0 == 0 })
  }

  @Test func oneModalityIsItsOwnClassifier() throws {
    let fusion = ConcatFusion([4], classes: 3, from: Generator(seed: 0))
    let feature = Tensor.normal([2, 4], from: Generator(seed: 1))
    #expect(isEqual(try #require(fusion.slice(0, of: feature)), fusion.logits([feature])))
  }

  @Test(arguments: [Kind.film, .gated])
  func conditioningNeedsTwoModalities(kind: Kind) {
    let error = #expect(throws: EquipoiseError.self) { try kind.makeFusion([4]) }
    #expect(
      error?.description
        == "the fusion '\(kind.rawValue)' needs two modalities or more, not 1; use 'concat'")
  }

  @Test func featuresOfAnotherWidthTrap() async {
    await #expect(processExitsWith: .failure) {
      let fusion = ConcatFusion([2, 2], classes: 2, from: Generator(seed: 0))
      _ = fusion.logits([.zeros([1, 2]), .zeros([1, 3])])
    }
  }
}

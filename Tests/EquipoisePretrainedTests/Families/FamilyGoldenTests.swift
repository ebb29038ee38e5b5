// SPDX-License-Identifier: Apache-2.0
import EquipoiseModels
@testable import EquipoisePretrained
import EquipoiseTestSupport
import EquipoiseTorch
import Foundation
import Testing

/// Every family against `transformers`, `timm` and `torchvision`, by References/pretrained.py.
struct FamilyGoldenTests {
  /// A network, and a file of what it computes.
  struct Example: CustomTestStringConvertible {
    let name: String
    var suffix = ""
    var testDescription: String { name + suffix }
  }

  static let whole =
    [
      "bert", "roberta", "distilbert", "vit", "deit", "dinov2", "dinov2_registers", "siglip", "ast",
      "wav2vec2", "wav2vec2_stable", "hubert", "wavlm", "wavlm_stable", "videomae", "videomae_norm",
      "timm_resnet", "torchvision_resnet", "timm_convnext", "torchvision_convnext", "convnext",
      "timm_vit", "torchvision_vit",
    ].map { Example(name: $0) } + ["-text", "-vision"].map { Example(name: "clip", suffix: $0) }

  /// Pictures of another size, and ids without lengths.
  static let others =
    ["vit", "deit", "dinov2", "dinov2_registers", "siglip"].map {
      Example(name: $0, suffix: "-resized")
    } + ["bert", "roberta", "distilbert"].map { Example(name: $0, suffix: "-unpadded") }

  private static let precisions: [(DType, Double)] = [(.float64, 1e-10), (.float32, 1e-5)]

  @Test(arguments: whole + others)
  func outputsOfAllLayersAndTheFeature(_ example: Example) throws {
    let golden = try PretrainedGolden(example.name, example.suffix)
    for (type, tolerance) in Self.precisions {
      // Places of another size are interpolated before the weights become doubles, where theirs are after.
      let bound = example.suffix == "-resized" ? max(tolerance, 2e-6) : tolerance
      let encoder = try golden.network(type).encoder
      let trace = encoder.trace(try golden.batch(type), .evaluation)
      for (depth, output) in trace.outputs.enumerated() {
        let expected = try golden("output.\(depth)")
        #expect(
          isClose(output.to(.float64), expected, tolerance: bound), "\(example.name) \(depth)")
      }
      let feature = trace.features.to(.float64)
      #expect(isClose(feature, try golden("feature"), tolerance: bound), "\(example.name)")
    }
  }

  /// Those whose golden file has gradients; the others differ from one of these in little.
  static let trained = whole.filter { !["hubert", "videomae_norm"].contains($0.name) }

  @Test(arguments: trained)
  func gradientsOfAllParametersAndTheInput(_ example: Example) throws {
    let golden = try PretrainedGolden(example.name, example.suffix)
    for (type, tolerance) in Self.precisions {
      let network = try golden.network(type)
      let given = try golden.batch(type)
      let isReal = given.tensor.dtype.isFloatingPoint
      let input = isReal ? given.with(given.tensor.asLeaf()) : given
      let trace = network.encoder.trace(input, .evaluation)
      let named = network.encoder.namedParameters
      let found = gradients(
        of: [trace.outputs[trace.outputs.count - 1]],
        withRespectTo: named.map(\.parameter.leaf) + (isReal ? [input.tensor] : []),
        seeds: [try golden("seed").to(type)])
      let expected = try golden.gradients(network.family)
      for (name, gradient) in zip(named.map(\.name), found) {
        guard let known = expected[name] else {
          // Of what acts behind the last output, as the normalisation of its mean does.
          #expect(gradient == nil, "\(name)")
          continue
        }
        let own = try #require(gradient, "\(name)")
        #expect(Self.agree(own, known, tolerance), "\(example.name) \(name)")
      }
      guard golden.has("input_gradient") else { continue }
      let own = try #require(found.last ?? nil)
      #expect(Self.agree(own, try golden("input_gradient"), tolerance))
    }
  }

  /// Whether gradients agree, of which some are zero but for rounding, as that of a bias of keys is.
  private static func agree(_ own: Tensor, _ known: Tensor, _ tolerance: Double) -> Bool {
    let (x, y) = (own.to(.float64).array(of: Double.self), known.array(of: Double.self))
    let scale = y.reduce(1) { max($0, abs($1)) }
    return own.shape == known.shape
      && zip(x, y).allSatisfy { abs($0 - $1) <= tolerance * scale }
  }

  /// Names and numbers are those of the file, but for parts that the encoder does without.
  @Test(arguments: whole)
  func conversionThereAndBackIsTheIdentity(_ example: Example) throws {
    let golden = try PretrainedGolden(example.name, example.suffix)
    let network = try golden.network()
    let file = try PretrainedFolder(golden.path).tensors()
    let state = Dictionary(
      uniqueKeysWithValues: network.encoder.state.map { ($0.name, $0.tensor) })
    var used = 0
    for (name, tensor) in file {
      guard let own = network.family.parameterName(name), let found = state[own] else {
        #expect(network.unused.contains(name))
        continue
      }
      used += 1
      #expect(isEqual(found, tensor), "\(name)")
    }
    #expect(used == state.count)
    #expect(used + network.unused.count == file.count)
  }

  /// A sample's feature is what it is alone, whatever stands beside it and behind its steps.
  @Test(arguments: ["bert", "roberta", "distilbert", "wav2vec2", "wav2vec2_stable", "wavlm"])
  func paddingTakesNoPart(_ name: String) throws {
    let golden = try PretrainedGolden(name)
    let encoder = try golden.network(.float64).encoder
    let batch = try golden.batch(.float64)
    let together = encoder.features(batch, .evaluation)
    let lengths = try #require(batch.lengths?.host)
    for (index, length) in lengths.enumerated() {
      let alone = batch.tensor.slice(index..<index + 1).slice(0..<length, dimension: 1)
      let own = encoder.features(alone, .evaluation)
      #expect(isClose(own, together.slice(index..<index + 1), tolerance: 1e-12), "\(index)")
    }
  }
}

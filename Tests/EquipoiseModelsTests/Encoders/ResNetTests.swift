// SPDX-License-Identifier: Apache-2.0
import EquipoiseTestSupport
import EquipoiseTorch
import Foundation
import Testing

@testable import EquipoiseKit
@testable import EquipoiseModels
@testable import EquipoiseSettings

struct ResNetTests {
  /// torchvision's count for three channels without the classifier, and 3136 fewer or more per channel.
  @Test(arguments: [(1, 11_170_240), (2, 11_173_376), (3, 11_176_512)])
  func parameterCount(channels: Int, count: Int) {
    #expect(ResNet(.resNet18, channels: channels, from: Generator(seed: 0)).parameterCount == count)
  }

  @Test(arguments: [("resnet18", ResNet.Variant.resNet18), ("resnet34", .resNet34)])
  func namesAndShapesAreTorchvisions(name: String, variant: ResNet.Variant) throws {
    let url = try #require(
      Bundle.module.url(forResource: "Goldens/torchvision_resnets", withExtension: "json"))
    let lists = try JSONDecoder().decode([String: [Entry]].self, from: Data(contentsOf: url))
    let expected = try #require(lists[name]).filter { !$0.name.hasPrefix("fc.") }
    let state = ResNet(variant, channels: 3, from: Generator(seed: 0)).state
    #expect(state.map { Entry(name: $0.name, shape: $0.tensor.shape) } == expected)
  }

  /// `["conv1.weight", [64, 3, 7, 7]]`
  private struct Entry: Decodable, Equatable {
    let name: String
    let shape: [Int]

    init(name: String, shape: [Int]) {
      self.name = name
      self.shape = shape
    }

    init(from decoder: any Decoder) throws {
      var list = try decoder.unkeyedContainer()
      name = try list.decode(String.self)
      shape = try list.decode([Int].self)
    }
  }

  /// Height and width: after max-pool (which layer1 keeps), layer2, layer3, layer4.
  @Test(arguments: [
    ([224, 224], [[56, 56], [28, 28], [14, 14], [7, 7]]),
    ([257, 188], [[65, 47], [33, 24], [17, 12], [9, 6]]),
    ([1024, 128], [[256, 32], [128, 16], [64, 8], [32, 4]]),
    ([129, 626], [[33, 157], [17, 79], [9, 40], [5, 20]]),
  ])
  func spatialSizes(input: [Int], expected: [[Int]]) {
    let encoder = ResNet(.resNet18, channels: 1, width: 1, from: Generator(seed: 0))
    let trace = withoutGradient { encoder.trace(.zeros([1, 1] + input), .evaluation) }
    #expect(trace.outputs.map { Array($0.shape.suffix(2)) } == expected)
  }

  @Test func smallImageStemKeepsTheResolution() {
    let encoder = ResNet(
      .resNet18, channels: 1, width: 1, stem: .smallImage, from: Generator(seed: 0))
    let trace = withoutGradient { encoder.trace(.zeros([1, 1, 32, 28]), .evaluation) }
    #expect(
      trace.outputs.map { Array($0.shape.suffix(2)) } == [[32, 28], [16, 14], [8, 7], [4, 4]])
  }

  /// Frames are folded sample by sample: a video's feature is the mean of its own frames'.
  @Test func videoIsTheMeanOfItsFrames() {
    let encoder = ResNet(
      .resNet18, channels: 2, width: 2, stem: .smallImage, from: Generator(seed: 1))
    let video = Tensor.normal([2, 3, 2, 9, 8], from: Generator(seed: 2))
    let features = encoder.features(video, .evaluation)
    for sample in 0..<2 {
      let frames = encoder.features(video.select(sample), .evaluation)
      #expect(isClose(features.select(sample), frames.mean(over: [0]), tolerance: 1e-5))
    }
    let folded = encoder.prepare(video)
    #expect(isEqual(folded.select(3), video.select(1).select(0)))
  }

  /// OGM-GE's rule: N(0, 2 / (k²·out)), normalisation 1 and 0.
  @Test func initialWeights() throws {
    let state = Dictionary(
      uniqueKeysWithValues: ResNet(.resNet18, channels: 1, from: Generator(seed: 3)).state)
    let weight = try #require(state["layer4.0.conv2.weight"])
    let deviation = weight.standardDeviation(over: [0, 1, 2, 3], correction: 0).item()
    #expect(abs(deviation / (2.0 / (9 * 512)).squareRoot() - 1) < 0.01)
    #expect(abs(weight.mean().item()) < 1e-3 * deviation * 10)
    #expect(try #require(state["layer4.1.bn2.weight"]).floats().allSatisfy { $0 == 1 })
    #expect(try #require(state["layer4.1.bn2.bias"]).floats().allSatisfy { $0 == 0 })
  }

  @Test(arguments: [
    ([3, 17, 17], ResNet.Stem.standard), ([3, 5, 5], .smallImage), ([4, 3, 224, 17], .standard),
  ])
  func acceptsWhatItCanHalve(shape: [Int], stem: ResNet.Stem) throws {
    let encoder = ResNet(.resNet18, channels: 3, width: 2, stem: stem, from: Generator(seed: 0))
    try encoder.validate(shape: shape, of: "visual")
    let trace = withoutGradient { encoder.trace(.zeros([2] + shape), .training()) }
    #expect(trace.outputs[2].shape.suffix(2).allSatisfy { $0 >= 2 })
  }

  @Test(arguments: [
    (
      [3, 16, 40], ResNet.Stem.standard,
      "modality 'visual': 16×40 is too small for ResNet-18, width 2, which halves it five times "
        + "and needs 17×17; set smallImageStem: true for its encoder"
    ),
    (
      [2, 3, 4, 40], .standard,
      "modality 'visual': 4×40 is too small for ResNet-18, width 2, which halves it five times "
        + "and needs 17×17; prepare the data at a larger size"
    ),
    (
      [3, 40, 4], .smallImage,
      "modality 'visual': 40×4 is too small for ResNet-18, width 2, small-image stem, which "
        + "halves it three times and needs 5×5; prepare the data at a larger size"
    ),
    (
      [1, 40, 40], .standard,
      "modality 'visual' has 1 channel(s), but its encoder takes 3; make the encoder for the "
        + "data's channels"
    ),
    (
      [50, 300], .standard,
      "modality 'visual': a residual network takes [C, H, W] or [T, C, H, W], but its samples have "
        + "shape [50, 300]; use the encoder 'transformer' or 'conv1d' for sequences, 'mlp' for "
        + "vectors"
    ),
  ])
  func refuses(shape: [Int], stem: ResNet.Stem, sentence: String) {
    let encoder = ResNet(.resNet18, channels: 3, width: 2, stem: stem, from: Generator(seed: 0))
    let error = #expect(throws: EquipoiseError.self) {
      try encoder.validate(shape: shape, of: "visual")
    }
    #expect(error?.description == sentence)
  }
}

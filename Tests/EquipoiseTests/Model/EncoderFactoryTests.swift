import Foundation
import Testing
import Torch

import Equipoise
@testable import EquipoiseKit
@testable import EquipoiseModels

struct EncoderFactoryTests {
  private func encoder(
    _ shape: [Int], _ change: (inout EncoderConfiguration) -> Void = { _ in }
  ) throws -> any ModalityEncoder {
    var configuration = EncoderConfiguration()
    change(&configuration)
    let factory = EncoderFactory(modality: "m", shape: shape, configuration: configuration)
    return try factory.makeEncoder(from: Generator(seed: 0))
  }

  @Test(arguments: [
    ([7], "MLP, 3 layer(s), width 128"),
    ([5, 3], "transformer, 3 layer(s), width 128, 4 head(s)"),
    ([1, 32, 32], "ResNet-18, width 64"),
    ([2, 3, 32, 32], "ResNet-18, width 64"),
  ])
  func kindFollowsTheShape(shape: [Int], summary: String) throws {
    #expect(try encoder(shape).summary == summary)
  }

  @Test func settingsArrive() throws {
    let resNet = try encoder([3, 8, 8]) {
      ($0.type, $0.width, $0.smallImageStem) = (.resnet34, 4, true)
    }
    #expect(resNet.summary == "ResNet-34, width 4, small-image stem")
    let transformer = try encoder([5, 3]) {
      ($0.type, $0.width, $0.heads, $0.hidden, $0.depth) = (.transformer, 8, 2, 12, 2)
    }
    #expect(transformer.summary == "transformer, 2 layer(s), width 8, 2 head(s)")
    let shapes = Dictionary(uniqueKeysWithValues: transformer.state)
    #expect(shapes["layers.1.linear1.weight"]?.shape == [12, 8])
    let mlp = try encoder([5]) { ($0.width, $0.depth) = (6, 1) }
    #expect(mlp.summary == "MLP, 1 layer(s), width 6")
    let conv = try encoder([50, 6]) { ($0.type, $0.width, $0.depth) = (.conv1d, 6, 2) }
    #expect(conv.summary == "1-D convolutions, 2 layer(s), width 6")
  }

  @Test(arguments: [
    (
      [5], EncoderKind.auto,
      "model.encoders.m.heads: an MLP has no 'heads'; remove it or choose another type"
    ),
    (
      [3, 32, 32], .auto,
      "model.encoders.m.heads: a residual network has no 'heads'; remove it or choose another type"
    ),
    (
      [50, 6], .conv1d,
      "model.encoders.m.heads: a 1-D convolutional encoder has no 'heads'; remove it or choose "
        + "another type"
    ),
  ])
  func refusesSettingsTheArchitectureLacks(
    shape: [Int], kind: EncoderKind, sentence: String
  ) {
    let error = #expect(throws: EquipoiseError.self) {
      try encoder(shape) { ($0.type, $0.heads) = (kind, 2) }
    }
    #expect(error?.description == sentence)
  }

  @Test(arguments: [
    ([2, 2, 2, 32, 32], EncoderKind.auto, "no encoder takes samples of shape [2, 2, 2, 32, 32]"),
    ([], .auto, "no encoder takes samples of shape []"),
    ([5], .resnet18, "a residual network takes [C, H, W] or [T, C, H, W]"),
    ([], .mlp, "the encoder 'mlp' takes vectors [C]"),
    ([3, 32, 32], .conv1d, "the encoder 'conv1d' takes sequences [L, C]"),
    ([3, 32, 32], .transformer, "the encoder 'transformer' takes sequences [L, C]"),
  ])
  func refusesShapes(shape: [Int], kind: EncoderKind, part: String) {
    let error = #expect(throws: EquipoiseError.self) { try encoder(shape) { $0.type = kind } }
    #expect(error?.description.contains("modality 'm': \(part)") == true)
  }

  @Test func initialWeightsAreLoaded() throws {
    let source = MLPEncoder(channels: 5, width: 4, from: Generator(seed: 8))
    let path = NSTemporaryDirectory() + "equipoise-\(UUID().uuidString).safetensors"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try source.save(to: path)
    let loaded = try encoder([5]) { ($0.width, $0.initialWeights) = (4, path) }
    #expect(zip(loaded.state, source.state).allSatisfy { isEqual($0.tensor, $1.tensor) })
  }
}

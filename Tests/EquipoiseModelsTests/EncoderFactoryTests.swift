// SPDX-License-Identifier: Apache-2.0
import EquipoiseSettings
import EquipoiseTestSupport
import EquipoiseTorch
import Foundation
import Testing

@testable import EquipoiseKit
@testable import EquipoiseModels

struct EncoderFactoryTests {
  private func encoder(
    _ shape: [Int], _ section: EncoderSection = .auto()
  ) throws -> any ModalityEncoder {
    let factory = EncoderFactory(modality: "m", shape: shape, section: section)
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
    let resNet = try encoder([3, 8, 8], .resnet34(width: 4, smallImageStem: true))
    #expect(resNet.summary == "ResNet-34, width 4, small-image stem")
    let transformer = try encoder([5, 3], .transformer(width: 8, depth: 2, heads: 2, hidden: 12))
    #expect(transformer.summary == "transformer, 2 layer(s), width 8, 2 head(s)")
    let shapes = Dictionary(uniqueKeysWithValues: transformer.state)
    #expect(shapes["layers.1.linear1.weight"]?.shape == [12, 8])
    let mlp = try encoder([5], .mlp(width: 6, depth: 1))
    #expect(mlp.summary == "MLP, 1 layer(s), width 6")
    let conv = try encoder([50, 6], .conv1d(width: 6, depth: 2))
    #expect(conv.summary == "1-D convolutions, 2 layer(s), width 6")
  }

  /// What the shape chooses has the settings, and the very weights, of the type by its name.
  @Test(arguments: [
    ([5], EncoderSection.auto(width: 6, depth: 1), EncoderSection.mlp(width: 6, depth: 1)),
    (
      [5, 3], .auto(width: 8, depth: 2, heads: 2, hidden: 12),
      .transformer(width: 8, depth: 2, heads: 2, hidden: 12)
    ),
    (
      [3, 8, 8], .auto(width: 4, smallImageStem: true),
      .resnet18(width: 4, smallImageStem: true)
    ),
  ])
  func theShapeChoosesAType(shape: [Int], auto: EncoderSection, type: EncoderSection) throws {
    let (chosen, named) = (try encoder(shape, auto), try encoder(shape, type))
    #expect(chosen.summary == named.summary && chosen.state.count == named.state.count)
    #expect(
      zip(chosen.state, named.state).allSatisfy {
        $0.name == $1.name && isEqual($0.tensor, $1.tensor)
      })
  }

  /// A type by its name has no such key; what the shape chooses has all that it may need.
  @Test(arguments: [
    (
      [5], EncoderSection.auto(heads: 2),
      "model.encoders.m.heads: an MLP has no 'heads'; remove it or choose another type"
    ),
    (
      [5], .auto(smallImageStem: true),
      "model.encoders.m.smallImageStem: an MLP has no 'smallImageStem'; remove it or choose "
        + "another type"
    ),
    (
      [5, 3], .auto(smallImageStem: true),
      "model.encoders.m.smallImageStem: a transformer has no 'smallImageStem'; remove it or choose "
        + "another type"
    ),
    (
      [3, 32, 32], .auto(heads: 2),
      "model.encoders.m.heads: a residual network has no 'heads'; remove it or choose another type"
    ),
    (
      [3, 32, 32], .auto(dropout: 0.5),
      "model.encoders.m.dropout: a residual network has no 'dropout'; remove it or choose another "
        + "type"
    ),
  ])
  func refusesSettingsTheArchitectureLacks(
    shape: [Int], section: EncoderSection, sentence: String
  ) {
    let error = #expect(throws: EquipoiseError.self) { try encoder(shape, section) }
    #expect(error?.description == sentence)
  }

  @Test(arguments: [
    (
      [2, 2, 2, 32, 32], EncoderSection.auto(),
      "no encoder takes samples of shape [2, 2, 2, 32, 32]"
    ),
    ([], .auto(), "no encoder takes samples of shape []"),
    ([5], .resnet18(), "a residual network takes [C, H, W] or [T, C, H, W]"),
    ([], .mlp(), "the encoder 'mlp' takes vectors [C]"),
    ([3, 32, 32], .conv1d(), "the encoder 'conv1d' takes sequences [L, C]"),
    ([3, 32, 32], .transformer(), "the encoder 'transformer' takes sequences [L, C]"),
  ])
  func refusesShapes(shape: [Int], section: EncoderSection, part: String) {
    let error = #expect(throws: EquipoiseError.self) { try encoder(shape, section) }
    #expect(error?.description.contains("modality 'm': \(part)") == true)
  }

  @Test func initialWeightsAreLoaded() throws {
    let source = MLPEncoder(channels: 5, width: 4, from: Generator(seed: 8))
    let path = NSTemporaryDirectory() + "equipoise-\(UUID().uuidString).safetensors"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try source.save(to: path)
    for section in [EncoderSection.auto(width: 4), .mlp(width: 4)] {
      var section = section
      section.initialWeights = path
      let loaded = try encoder([5], section)
      #expect(zip(loaded.state, source.state).allSatisfy { isEqual($0.tensor, $1.tensor) })
    }
  }
}

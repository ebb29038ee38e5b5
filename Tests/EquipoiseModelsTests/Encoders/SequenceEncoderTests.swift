// SPDX-License-Identifier: Apache-2.0
import EquipoiseTestSupport
import EquipoiseTorch
import Foundation
import Testing

@testable import EquipoiseKit
@testable import EquipoiseModels

/// Transformer, 1-D convolutions and MLP: what the goldens do not show.
struct SequenceEncoderTests {
  @Test func sinusoidalPositions() {
    let table = TransformerEncoder.sinusoids(3, 4)
    let expected: [Float] = [
      0, 1, 0, 1,
      0.841_471, 0.540_302, 0.009_999_8, 0.999_95,
      0.909_297, -0.416_147, 0.019_998_7, 0.999_8,
    ]
    #expect(zip(table.floats(), expected).allSatisfy { abs($0 - $1) < 1e-6 })
  }

  @Test func sinusoidsAreNotTrained() throws {
    let encoder = try TransformerEncoder(
      length: 3, channels: 2, width: 4, heads: 2, positions: .sinusoidal, from: Generator(seed: 0))
    #expect(encoder.namedBuffers.map(\.name) == ["sinusoids"])
    #expect(!encoder.namedParameters.contains { $0.name == "positions" })
  }

  /// Without positions the mean over time would not see the order.
  @Test(arguments: [TransformerEncoder.Positions.learned, .sinusoidal])
  func orderMatters(positions: TransformerEncoder.Positions) throws {
    let encoder = try TransformerEncoder(
      length: 3, channels: 2, width: 4, heads: 2, positions: positions, from: Generator(seed: 0))
    let input = Tensor.normal([1, 3, 2], from: Generator(seed: 1))
    let reversed = input.gatheringRows(Tensor([2, 1, 0]), dimension: 1)
    let features = [input, reversed].map { encoder.features($0, .evaluation) }
    #expect(!isClose(features[0], features[1], tolerance: 1e-4))
  }

  @Test func parameterNames() throws {
    let transformer = try TransformerEncoder(
      length: 3, channels: 2, width: 4, heads: 2, depth: 1, from: Generator(seed: 0))
    #expect(
      transformer.namedParameters.prefix(5).map(\.name) == [
        "projection.weight", "projection.bias", "positions", "layers.0.self_attn.in_proj_weight",
        "layers.0.self_attn.in_proj_bias",
      ])
    let conv = Conv1dEncoder(channels: 2, width: 4, depth: 1, from: Generator(seed: 0))
    #expect(
      conv.namedParameters.map(\.name) == [
        "layers.0.conv.weight", "layers.0.bn.weight", "layers.0.bn.bias",
      ])
  }

  /// Dropout acts only with a stream, and repeats with the stream.
  @Test func dropoutFollowsTheMode() throws {
    let encoders: [any ModalityEncoder] = [
      MLPEncoder(channels: 4, dropout: 0.5, from: Generator(seed: 0)),
      Conv1dEncoder(channels: 4, dropout: 0.5, from: Generator(seed: 0)),
      try TransformerEncoder(length: 8, channels: 4, dropout: 0.5, from: Generator(seed: 0)),
    ]
    for encoder in encoders {
      let input = Tensor.normal(
        encoder is MLPEncoder ? [3, 4] : [3, 8, 4], from: Generator(seed: 1))
      let still = encoder.features(input, .auxiliary())
      let first = encoder.features(input, .auxiliary(dropout: Generator(seed: 5)))
      let again = encoder.features(input, .auxiliary(dropout: Generator(seed: 5)))
      #expect(isEqual(first, again))
      #expect(!isClose(first, still, tolerance: 1e-3))
    }
  }

  @Test(arguments: [
    (
      [6, 2],
      "modality 'text' has 6 positions, but its encoder takes 5; make the encoder for the "
        + "data's length"
    ),
    (
      [5, 3],
      "modality 'text' has 3 value(s) at a position, but its encoder takes 2; make the "
        + "encoder for the data's channels"
    ),
    (
      [5],
      "modality 'text': the encoder 'transformer' takes sequences [L, C], but its samples have "
        + "shape [5]; use 'resnet18' for images, spectrograms and video, 'mlp' for vectors"
    ),
  ])
  func transformerRefuses(shape: [Int], sentence: String) throws {
    let encoder = try TransformerEncoder(length: 5, channels: 2, from: Generator(seed: 0))
    let error = #expect(throws: EquipoiseError.self) {
      try encoder.validate(shape: shape, of: "text")
    }
    #expect(error?.description == sentence)
  }

  @Test func headsMustDivideTheWidth() {
    let error = #expect(throws: EquipoiseError.self) {
      try TransformerEncoder(
        length: 5, channels: 2, width: 10, heads: 4, from: Generator(seed: 0))
    }
    #expect(
      error?.description
        == "4 attention heads do not divide the transformer's width 10; choose a width that is a "
        + "multiple of heads")
  }

  @Test func convolutionsRefuseShortSeries() throws {
    let encoder = Conv1dEncoder(channels: 2, from: Generator(seed: 0))
    try encoder.validate(shape: [8, 2], of: "inertial")
    let error = #expect(throws: EquipoiseError.self) {
      try encoder.validate(shape: [7, 2], of: "inertial")
    }
    #expect(
      error?.description
        == "modality 'inertial': 7 points in time cannot be halved 3 times; lower the encoder's "
        + "depth")
  }

  @Test(arguments: [
    (
      [6],
      "modality 'view' has vectors of 6, but its encoder takes 5; make the encoder for the "
        + "data's size"
    ),
    (
      [5, 1],
      "modality 'view': the encoder 'mlp' takes vectors [C], but its samples have shape "
        + "[5, 1]; use 'resnet18' for images, spectrograms and video, 'transformer' for sequences"
    ),
  ])
  func mlpRefuses(shape: [Int], sentence: String) {
    let encoder = MLPEncoder(channels: 5, from: Generator(seed: 0))
    let error = #expect(throws: EquipoiseError.self) {
      try encoder.validate(shape: shape, of: "view")
    }
    #expect(error?.description == sentence)
  }
}

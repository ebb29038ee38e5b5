// SPDX-License-Identifier: Apache-2.0
import EquipoiseModels
import EquipoiseTorch
import Testing

@testable import EquipoiseMethods

/// Multiply-adds of samples as long as they are.
struct WorkByLengthTests {
  private static func model(
    _ encoder: any ModalityEncoder, _ shape: [Int]
  ) throws -> MultimodalModel {
    try MultimodalModel(
      encoders: [("x", shape, encoder)],
      fusion: ConcatFusion([encoder.featureWidth], classes: 3, from: Generator(seed: 0)))
  }

  private static let lengths = [50, 2, 7, 31, 18, 18]

  /// Of L steps: projection 3·4 L, attention (4 + 2)·4·4 L less its scores and sums 2·4 L², network 2·4·16 L.
  @Test func transformerByHand() throws {
    let encoder = try TransformerEncoder(
      length: 60, channels: 3, width: 4, heads: 2, hidden: 16, depth: 2, from: Generator(seed: 0))
    let model = try Self.model(encoder, [60, 3])
    let layer = Self.lengths.reduce(0) { $0 + (4 * 16 + 2 * 64) * $1 + 2 * 4 * $1 * $1 }
    let projection = Self.lengths.reduce(0) { $0 + 12 * $1 }
    let summary = model.summarize(lengths: ["x": Self.lengths])
    let means = [layer + projection, layer].map { (Double($0) / 6).rounded() }
    #expect(summary.encoders[0].blocks.map { Double($0.multiplyAdds) } == means)
    #expect(Double(summary.multiplyAdds) == means.reduce(0, +) + 12)
    // Without lengths, and of samples of the whole shape.
    let whole = model.summarize()
    #expect(whole.encoders[0].blocks[1].multiplyAdds == 192 * 60 + 8 * 3600)
    #expect(model.summarize(lengths: [:]) == whole)
    #expect(model.summarize(lengths: ["x": [60, 60]]) == whole)
  }

  /// A frame is a frame: 4.5 of them on average.
  @Test func videoIsLinear() throws {
    let encoder = ResNet(
      .resNet18, channels: 1, width: 2, stem: .smallImage, from: Generator(seed: 0))
    let model = try Self.model(encoder, [12, 1, 9, 9])
    let whole = model.summarize().encoders[0]
    let some = model.summarize(lengths: ["x": [1, 8, 3, 6]]).encoders[0]
    #expect(some.blocks.map(\.multiplyAdds) == whole.blocks.map { $0.multiplyAdds * 9 / 24 })
    #expect(some.blocks.map(\.outputShape) == whole.blocks.map(\.outputShape))
  }

  /// Layers that halve: 3·2·5 L, 2·2·5 ⌊L/2⌋; of even lengths that is exact.
  @Test func convolutionsByHand() throws {
    let encoder = Conv1dEncoder(
      channels: 3, width: 2, depth: 2, kernel: 5, from: Generator(seed: 0))
    let model = try Self.model(encoder, [64, 3])
    let summary = model.summarize(lengths: ["x": [64, 32, 16, 8]])
    #expect(summary.encoders[0].blocks.map(\.multiplyAdds) == [30 * 30, 20 * 15])
  }

  /// One length, however short.
  @Test(arguments: [1, 2, 3])
  func shortSamples(length: Int) throws {
    let encoder = Conv1dEncoder(
      channels: 3, width: 2, depth: 1, kernel: 5, from: Generator(seed: 0))
    let summary = try Self.model(encoder, [64, 3]).summarize(lengths: ["x": [length, length]])
    #expect(summary.encoders[0].multiplyAdds == 30 * length)
  }
}

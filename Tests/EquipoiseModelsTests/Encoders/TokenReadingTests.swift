// SPDX-License-Identifier: Apache-2.0
import EquipoiseTestSupport
import EquipoiseTorch
import Testing

@testable import EquipoiseKit
@testable import EquipoiseModels
@testable import EquipoiseSettings

/// Encoders of texts.
@Suite struct TokenReadingTests {
  private static func text(_ vocabulary: Int = 11) throws -> TransformerEncoder {
    try TransformerEncoder(
      length: 6, channels: 0, vocabulary: vocabulary, width: 4, heads: 2, depth: 2,
      from: Generator(seed: 3))
  }

  private static var ids: RaggedBatch {
    RaggedBatch(
      Tensor([3, 10, 2, 0, 5, 0, 0, 0, 1, 1, 1, 1] as [Float], shape: [3, 4]),
      lengths: StepLengths([3, 1, 4]))
  }

  /// The rows of the table, zeros behind the text's own tokens, and the layers' own numbers after that.
  @Test func tokensAreRowsOfTheTable() throws {
    let encoder = try Self.text()
    let table = try #require(encoder.namedParameters.first { $0.name == "embedding.weight" })
      .parameter.leaf
    #expect(table.shape == [11, 4])
    let vectors = encoder.prepared(Self.ids).input
    #expect(vectors.shape == [3, 4, 4])
    for (row, tokens) in [[3, 10, 2], [5], [1, 1, 1, 1]].enumerated() {
      for place in 0..<4 {
        let expected =
          place < tokens.count ? table.select(tokens[place]).floats() : [0, 0, 0, 0]
        #expect(vectors.select(row).select(place).floats() == expected)
      }
    }
    // Ids of another type are the same ids, and vectors stay what they are.
    let whole = RaggedBatch(Self.ids.tensor.to(.int64), lengths: Self.ids.lengths)
    #expect(isEqual(encoder.features(whole, .evaluation), encoder.features(Self.ids, .evaluation)))
    let found = RaggedBatch(vectors.detached(), lengths: Self.ids.lengths)
    #expect(isEqual(encoder.features(found, .evaluation), encoder.features(Self.ids, .evaluation)))
    #expect(isEqual(encoder.continuous(Self.ids).tensor, vectors))
    #expect(encoder.continuousShape([6]) == [6, 4])
    #expect(MLPEncoder(channels: 6, from: Generator(seed: 1)).continuousShape([6]) == [6])
  }

  /// What stands behind a text's own tokens, and how much, changes nothing; the table learns from those tokens alone.
  @Test func paddingChangesNothing() throws {
    let encoder = try Self.text()
    let longer = RaggedBatch(
      Tensor([3, 10, 2, 7, 7, 7, 5, 7, 7, 7, 7, 7, 1, 1, 1, 1, 7, 7] as [Float], shape: [3, 6]),
      lengths: Self.ids.lengths)
    let (short, long) = (
      encoder.features(Self.ids, .evaluation), encoder.features(longer, .evaluation)
    )
    #expect(isClose(short, long, tolerance: 1e-6))
    let leaf = try #require(encoder.namedParameters.first).parameter.leaf
    let gradient = try #require(
      gradients(of: [(long * long).sum()], withRespectTo: [leaf])[0])
    for token in 0..<11 {
      #expect(
        gradient.select(token).floats().contains { $0 != 0 } == [1, 2, 3, 5, 10].contains(token))
    }
  }

  @Test func theTableBelongsToNoBlock() throws {
    let encoder = try Self.text()
    let blocks = encoder.blocks
    #expect(blocks[0].name == "positions + layers.0")
    #expect(!blocks.contains { $0.namedParameters.contains { $0.name.hasPrefix("embedding") } })
    #expect(encoder.summary == "transformer, 2 layer(s), width 4, 2 head(s), 11 token(s)")
    let sequence = try TransformerEncoder(
      length: 6, channels: 3, width: 4, heads: 2, depth: 2, from: Generator(seed: 3))
    #expect(sequence.blocks[0].name == "projection + layers.0" && sequence.vocabulary == 0)
    #expect(!sequence.namedParameters.contains { $0.name.hasPrefix("embedding") })
  }

  private static func model(
    _ section: EncoderSection, _ vocabulary: Int? = 11
  ) throws -> MultimodalModel {
    var configuration = ModelConfiguration()
    configuration.encoders["text"] = section
    return try ModelFactory.makeModel(
      inputs: [
        EncoderInput(modality: "text", shape: [6], vocabulary: vocabulary),
        EncoderInput(modality: "voice", shape: [3]),
      ], classes: 2, configuration: configuration, seed: 1)
  }

  @Test func textsHaveATransformerUnlessAnotherIsChosen() throws {
    let model = try Self.model(.auto(width: 8, depth: 2, heads: 2))
    #expect(
      model.encoders["text"]?.summary
        == "transformer, 2 layer(s), width 8, 2 head(s), 11 token(s)")
    #expect(model.summarize().encoders[0].inputShape == [6])
    // Zeros in place of a text are no tokens.
    let batch = [Self.ids.tensor, Tensor.zeros([3, 3])]
    #expect(model.masked(batch, keeping: [1])[0].shape == [3, 4, 8])
    #expect(model.masked(batch, keeping: [0])[0].shape == [3, 4])
  }

  @Test func encodersThatDoNotReadTokensAreRefused() throws {
    #expect(
      message { _ = try Self.model(.mlp(width: 4)) }
        == "model.encoders.text: modality 'text' is text, and its encoder (MLP, 3 layer(s), width 4) "
        + "does not read tokens; choose an encoder of texts, such as type=transformer")
    // A vector is no text.
    #expect(
      message { _ = try Self.model(.transformer(width: 4, heads: 2), nil) }?.contains(
        "takes sequences [L, C]") == true)
  }

  @Test func anEncoderThatKnowsFewerTokensIsRefused() throws {
    let input = EncoderInput(modality: "text", shape: [6], vocabulary: 12)
    #expect(
      message { try Self.text(11).checkTokens(of: input) }
        == "model.encoders.text: the tokeniser of 'text' has 12 tokens, and its encoder (transformer, "
        + "2 layer(s), width 4, 2 head(s), 11 token(s)) knows 11; prepare the text with the encoder's "
        + "own tokeniser")
    try Self.text(12).checkTokens(of: input)
    try Self.text(13).checkTokens(of: input)
  }
}

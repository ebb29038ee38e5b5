// SPDX-License-Identifier: Apache-2.0
import EquipoiseModels
import EquipoiseTestSupport
import EquipoiseTorch
import Testing

/// What holds for every encoder.
struct EncoderContractTests {
  enum Example: CaseIterable {
    case image, video, transformer, sinusoidal, mlp, conv1d

    var shape: [Int] {
      switch self {
      case .image: [2, 20, 17]
      case .video: [3, 2, 9, 8]
      case .transformer, .sinusoidal: [5, 3]
      case .mlp: [7]
      case .conv1d: [16, 3]
      }
    }

    func makeEncoder(seed: UInt64 = 1) throws -> any ModalityEncoder {
      let generator = Generator(seed: seed)
      return switch self {
      case .image: ResNet(.resNet18, channels: 2, width: 2, from: generator)
      case .video: ResNet(.resNet34, channels: 2, width: 2, stem: .smallImage, from: generator)
      case .transformer:
        try TransformerEncoder(length: 5, channels: 3, width: 4, heads: 2, from: generator)
      case .sinusoidal:
        try TransformerEncoder(
          length: 5, channels: 3, width: 4, heads: 2, positions: .sinusoidal, from: generator)
      case .mlp: MLPEncoder(channels: 7, width: 6, from: generator)
      case .conv1d: Conv1dEncoder(channels: 3, width: 4, from: generator)
      }
    }

    func makeInput(_ samples: Int, seed: UInt64 = 2) -> Tensor {
      .normal([samples] + shape, from: Generator(seed: seed))
    }
  }

  @Test(arguments: Example.allCases)
  func blocksInSequenceAreTheForwardPass(_ example: Example) throws {
    let encoder = try example.makeEncoder()
    try encoder.validate(shape: example.shape, of: "m")
    let input = example.makeInput(4)
    let trace = encoder.trace(input, .auxiliary())
    var x = encoder.prepare(input)
    for (depth, block) in encoder.blocks.enumerated() {
      #expect(isEqual(trace.inputs[depth], x))
      x = block(x, .auxiliary())
      #expect(isEqual(trace.outputs[depth], x))
      #expect(trace.flattenedOutput(depth).size(0) == 4)
    }
    #expect(isEqual(encoder.pool(x, samples: 4), trace.features))
    #expect(isEqual(encoder.features(input, .auxiliary()), trace.features))
    #expect(trace.features.shape == [4, encoder.featureWidth])
    #expect(trace.inputs.count == encoder.depth && trace.outputs.count == encoder.depth)
  }

  @Test(arguments: Example.allCases)
  func blocksHoldEachParameterOnceUnderTheEncodersNames(_ example: Example) throws {
    let encoder = try example.makeEncoder()
    let ofBlocks = encoder.blocks.flatMap(\.namedParameters)
    #expect(ofBlocks.map(\.name) == encoder.namedParameters.map(\.name))
    #expect(zip(ofBlocks, encoder.parameters).allSatisfy { $0.parameter === $1 })
    #expect(encoder.blocks.flatMap(\.namedBuffers).map(\.name) == encoder.namedBuffers.map(\.name))
    #expect(encoder.blocks.allSatisfy { $0.parameterCount > 0 })
  }

  /// A block run again on a kept input with other parameters: the gradient reaches those and not
  /// the block's own, and running statistics stay.
  @Test(arguments: Example.allCases)
  func blocksRunAgainWithOtherParameters(_ example: Example) throws {
    let encoder = try example.makeEncoder()
    let trace = withoutGradient { encoder.trace(example.makeInput(4), .training()) }
    let buffers = encoder.namedBuffers.map { $0.buffer.value.cloned() }
    for (depth, block) in encoder.blocks.enumerated() {
      let sources = block.parameters.map { $0.leaf.asLeaf() }
      let pairs = zip(block.parameters, sources).map { ($0, $1 * 1.5) }
      let output = withParameters(pairs) { block(trace.inputs[depth], .auxiliary()) }
      let loss = (output * output).sum()
      let found = gradients(of: [loss], withRespectTo: sources + block.parameters.map(\.leaf))
      #expect(
        found.prefix(sources.count).allSatisfy {
          $0.map { $0.isFinite().all().item() == 1 } ?? false
        })
      #expect(found.dropFirst(sources.count).allSatisfy { $0 == nil })
      #expect(!isEqual(output, trace.outputs[depth]))
    }
    #expect(zip(encoder.namedBuffers, buffers).allSatisfy { isEqual($0.buffer.value, $1) })
  }

  @Test(arguments: Example.allCases)
  func samplesDoNotMixInEvaluation(_ example: Example) throws {
    let encoder = try example.makeEncoder()
    let input = example.makeInput(3)
    let together = encoder.features(input, .evaluation)
    for sample in 0..<3 {
      let alone = encoder.features(input.slice(sample..<sample + 1), .evaluation)
      #expect(isClose(alone, together.slice(sample..<sample + 1), tolerance: 1e-5))
    }
  }

  @Test(arguments: Example.allCases)
  func weightsFollowTheSeed(_ example: Example) throws {
    let (a, b) = (try example.makeEncoder(), try example.makeEncoder())
    let other = try example.makeEncoder(seed: 9)
    #expect(zip(a.state, b.state).allSatisfy { isEqual($0.tensor, $1.tensor) })
    #expect(zip(a.state, other.state).contains { !isEqual($0.tensor, $1.tensor) })
  }
}

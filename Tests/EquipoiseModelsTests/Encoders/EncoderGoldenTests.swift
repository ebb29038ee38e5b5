// SPDX-License-Identifier: Apache-2.0
import EquipoiseModels
import EquipoiseTorch
import Testing

/// Every encoder against References/models.py.
struct EncoderGoldenTests {
  enum Example: String, CaseIterable {
    case resnet
    case resnetVideo = "resnet_video"
    case transformer
    case mlpLayer = "mlp_layer"
    case mlpBatch = "mlp_batch"
    case mlpNone = "mlp_none"
    case conv1d

    func makeEncoder() throws -> any ModalityEncoder {
      let generator = Generator(seed: 0)
      return switch self {
      case .resnet: ResNet(.resNet18, channels: 2, width: 2, from: generator)
      case .resnetVideo:
        ResNet(.resNet18, channels: 1, width: 1, stem: .smallImage, from: generator)
      case .transformer:
        try TransformerEncoder(
          length: 5, channels: 3, width: 4, heads: 2, hidden: 6, from: generator)
      case .mlpLayer: MLPEncoder(channels: 5, width: 4, from: generator)
      case .mlpBatch:
        MLPEncoder(channels: 5, width: 4, depth: 2, normalization: .batch, from: generator)
      case .mlpNone:
        MLPEncoder(channels: 5, width: 4, depth: 2, normalization: .none, from: generator)
      case .conv1d: Conv1dEncoder(channels: 3, width: 4, from: generator)
      }
    }
  }

  @Test(arguments: Example.allCases)
  func evaluation(_ example: Example) throws {
    let (golden, encoder) = (try ModelGolden(example.rawValue), try example.makeEncoder())
    try golden.load(into: encoder)
    try golden.expect(encoder.features(try golden("input"), .evaluation), is: "evaluation")
  }

  @Test(arguments: Example.allCases)
  func training(_ example: Example) throws {
    let (golden, encoder) = (try ModelGolden(example.rawValue), try example.makeEncoder())
    try golden.load(into: encoder)
    let input = try golden("input").asLeaf()
    let trace = encoder.trace(input, .training())
    for (depth, output) in trace.outputs.enumerated() {
      try golden.expect(output, is: "output.\(depth)")
    }
    try golden.expect(trace.features, is: "features")

    let named = encoder.namedParameters
    let found = gradients(
      of: [trace.features], withRespectTo: [input] + named.map(\.parameter.leaf),
      seeds: [try golden("seed")])
    try golden.expect(found[0], is: "input_gradient")
    for (name, gradient) in zip(named.map(\.name), found.dropFirst()) {
      try golden.expect(gradient, is: "gradient.\(name)")
    }
    for (name, buffer) in encoder.namedBuffers {
      try golden.expect(buffer.value, is: "after.\(name)")
    }
  }
}

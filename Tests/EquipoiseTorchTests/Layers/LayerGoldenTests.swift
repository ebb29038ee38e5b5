// SPDX-License-Identifier: Apache-2.0
import Testing
import EquipoiseTorch

/// A layer as `References/torch_layers.py` has recorded it.
struct LayerCase: CustomTestStringConvertible, Sendable {
  let name: String
  var mode: @Sendable () -> ForwardMode = { .training() }
  let make: @Sendable (Generator) -> any Layer

  var testDescription: String { name }

  static let all: [LayerCase] =
    [
      LayerCase(name: "linear") { Linear(5, 3, from: $0) },
      LayerCase(name: "linear_no_bias_3d") { Linear(5, 3, bias: false, from: $0) },
      LayerCase(name: "conv2d") { Conv2d(3, 4, kernel: 3, stride: 2, padding: 1, from: $0) },
      LayerCase(name: "conv2d_1x1_no_bias") { Conv2d(4, 3, kernel: 1, bias: false, from: $0) },
      LayerCase(name: "conv1d") { Conv1d(3, 4, kernel: 5, stride: 2, padding: 2, from: $0) },
      LayerCase(name: "batch_norm_2d") { _ in BatchNorm(3) },
      LayerCase(name: "batch_norm_3d") { _ in BatchNorm(3) },
      LayerCase(name: "batch_norm_4d") { _ in BatchNorm(3) },
      LayerCase(name: "batch_norm_5d") { _ in BatchNorm(3) },
      LayerCase(name: "batch_norm_running", mode: { .evaluation }) { _ in BatchNorm(3) },
      LayerCase(name: "layer_norm") { _ in LayerNorm(6) },
      LayerCase(name: "attention") { MultiHeadAttention(8, heads: 2, from: $0) },
      LayerCase(name: "embedding") { Embedding(7, 4, from: $0) },
      LayerCase(name: "relu") { _ in ReLU() },
      LayerCase(name: "gelu") { _ in GELU() },
      LayerCase(name: "tanh") { _ in Tanh() },
      LayerCase(name: "max_pool2d") { _ in MaxPool2d(kernel: 3, stride: 2, padding: 1) },
      LayerCase(name: "average_pool2d") { _ in AveragePool2d(kernel: 3, stride: 2, padding: 1) },
      LayerCase(name: "max_pool1d") { _ in MaxPool1d(kernel: 3, stride: 2, padding: 1) },
      LayerCase(name: "adaptive_average_pool2d") { _ in AdaptiveAveragePool2d([2, 3]) },
      LayerCase(name: "sequential") {
        Sequential([
          Conv2d(2, 3, kernel: 3, padding: 1, bias: false, from: $0), BatchNorm(3), ReLU(),
          MaxPool2d(kernel: 2), Flatten(), Linear(12, 5, from: $0), Tanh(),
        ])
      },
    ] + transformers

  private static let transformers = [TransformerEncoderLayer.Activation.relu, .gelu].flatMap {
    activation in
    [false, true].map { first in
      LayerCase(name: "transformer_\(activation)_\(first ? "first" : "last")") {
        TransformerEncoderLayer(
          8, heads: 2, feedForward: 12, activation: activation, normFirst: first, from: $0)
      }
    }
  }
}

struct LayerGoldenTests {
  @Test("equals PyTorch", arguments: LayerCase.all, Precision.all)
  func golden(_ testCase: LayerCase, _ precision: Precision) throws {
    try check(testCase, precision, .contiguous)
  }

  @Test("equals PyTorch with channels last", arguments: ["conv2d", "batch_norm_4d", "sequential"])
  func channelsLast(_ name: String) throws {
    let testCase = try #require(LayerCase.all.first { $0.name == name })
    for precision in Precision.all { try check(testCase, precision, .channelsLast) }
  }

  @Test func everyGoldenIsUsed() throws {
    let recorded = Set(
      try Golden("layers").names.compactMap { $0.split(separator: "/").first.map(String.init) })
    #expect(recorded == Set(LayerCase.all.map(\.name)))
  }

  private func check(
    _ testCase: LayerCase, _ precision: Precision, _ layout: MemoryLayoutOrder
  ) throws {
    let (golden, name) = (try Golden("layers"), testCase.name)
    let layer = testCase.make(Generator(seed: 0))
    layer.move(to: .cpu, dtype: precision.dtype, layout: layout)
    // Strict: names, shapes and buffers are PyTorch's.
    try layer.load(golden.under("\(name)/state."), source: name)
    let given = try golden("\(name)/input")
    let isIndex = !given.dtype.isFloatingPoint
    let input =
      isIndex ? given : given.to(.cpu, dtype: precision.dtype, layout: layout).asLeaf()

    let output = layer(input, testCase.mode())
    let named = layer.namedParameters
    let found = gradients(
      of: [output], withRespectTo: (isIndex ? [] : [input]) + named.map(\.parameter.leaf),
      seeds: [try golden("\(name)/seed").to(precision.dtype)])

    let tolerance = precision.tolerance
    expectClose(output, try golden("\(name)/output"), tolerance: tolerance, "output")
    if !isIndex {
      expectClose(
        found[0], try golden("\(name)/input_gradient"), tolerance: tolerance, "input gradient")
    }
    for (entry, gradient) in zip(named, found.dropFirst(isIndex ? 0 : 1)) {
      expectClose(
        gradient, try golden("\(name)/gradient.\(entry.name)"), tolerance: tolerance, entry.name)
    }
    for (buffer, after) in try golden.under("\(name)/after.") {
      let state = layer.state.first { $0.name == buffer }
      expectClose(state?.tensor, after, tolerance: tolerance, buffer)
    }
  }
}

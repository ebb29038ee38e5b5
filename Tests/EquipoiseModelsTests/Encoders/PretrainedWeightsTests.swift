// SPDX-License-Identifier: Apache-2.0
import EquipoiseModels
import EquipoiseTestSupport
import EquipoiseTorch
import Foundation
import Testing

struct PretrainedWeightsTests {
  /// Runs `body` with a file as torchvision's older ones are: with a classifier, without counters.
  private func withTorchvisionFile(
    channels: Int = 3, _ body: (_ path: String, _ source: ResNet) throws -> Void
  ) throws {
    let source = ResNet(.resNet18, channels: channels, width: 2, from: Generator(seed: 4))
    let classifier = [
      (name: "fc.weight", tensor: Tensor.ones([10, 16])),
      (name: "fc.bias", tensor: Tensor.ones([10])),
    ]
    let weights = source.state.filter { !$0.name.hasSuffix("num_batches_tracked") }
    let path = NSTemporaryDirectory() + "equipoise-\(UUID().uuidString).safetensors"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try TensorFile.write(weights + classifier, to: path)
    try body(path, source)
  }

  @Test func classifierIsLeftOut() throws {
    try withTorchvisionFile { path, source in
      let encoder = ResNet(.resNet18, channels: 3, width: 2, from: Generator(seed: 5))
      try encoder.loadPretrained(from: path)
      #expect(zip(encoder.state, source.state).allSatisfy { isEqual($0.tensor, $1.tensor) })
    }
  }

  @Test func classifierIsUnexpectedUnlessIgnored() throws {
    try withTorchvisionFile { path, _ in
      let encoder = ResNet(.resNet18, channels: 3, width: 2, from: Generator(seed: 5))
      let error = #expect(throws: TorchError.self) {
        try encoder.loadPretrained(from: path, ignoring: [])
      }
      #expect(error?.description.contains("unexpected: fc.bias, fc.weight") == true)
    }
  }

  @Test func otherChannelsAreNamed() throws {
    try withTorchvisionFile { path, _ in
      let encoder = ResNet(.resNet18, channels: 1, width: 2, from: Generator(seed: 5))
      let before = encoder.state.map { $0.tensor.cloned() }
      let error = #expect(throws: TorchError.self) { try encoder.loadPretrained(from: path) }
      #expect(
        error?.description.contains(
          "conv1.weight (float32[2, 3, 7, 7] instead of float32[2, 1, 7, 7])") == true)
      #expect(zip(encoder.state, before).allSatisfy { isEqual($0.tensor, $1) })
    }
  }
}

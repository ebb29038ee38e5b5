// SPDX-License-Identifier: Apache-2.0
import Testing
import EquipoiseTorch

struct GeneratorTests {
  @Test("streams are PyTorch's")
  func golden() throws {
    let golden = try Golden("random")
    for name in ["normal_100", "normal_10", "uniform_100", "bernoulli"] {
      let expected = try golden(name)
      let stream = Generator(seed: 1234)
      let drawn =
        switch name.prefix(4) {
        case "norm": Tensor.normal(expected.shape, from: stream)
        case "unif": Tensor.uniform(expected.shape, from: stream)
        // A dropout of 0.3 keeps where PyTorch's bernoulli_(0.7) is 1.
        default: Tensor.ones(expected.shape).droppedOut(rate: 0.3, from: stream).greater(than: 0)
        }
      expectClose(drawn, expected, tolerance: 1e-6, name)
    }
  }

  @Test func aRestoredStateContinuesIdentically() throws {
    let stream = Generator(seed: 5)
    _ = Tensor.normal([7], from: stream)
    let state = stream.state
    let expected = [Tensor.normal([33], from: stream), .uniform([5], from: stream)]
    let other = Generator(seed: 6)
    try withTemporaryFolder { folder in
      // Through a file, as a checkpoint does.
      let path = folder + "/state.safetensors"
      try TensorFile.write([("state", state)], to: path)
      try other.restore(TensorFile(path: path).tensor("state"))
    }
    expectIdentical(Tensor.normal([33], from: other), expected[0])
    expectIdentical(Tensor.uniform([5], from: other), expected[1])
  }

  @Test func streamsAreIndependent() {
    let (one, two) = (Generator(seed: 1), Generator(seed: 1))
    _ = Tensor.normal([10], from: one)
    expectIdentical(Tensor.normal([10], from: two), Tensor.normal([10], from: Generator(seed: 1)))
  }

  @Test func foreignBytesAreRefused() {
    let stream = Generator(seed: 1)
    #expect(throws: TorchError.self) { try stream.restore(.zeros([3], dtype: .uint8)) }
    #expect(throws: TorchError.self) { try stream.restore(.zeros([5056])) }
  }
}

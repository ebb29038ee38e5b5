// SPDX-License-Identifier: Apache-2.0
import Testing
import EquipoiseTorch

struct ModuleWeightsTests {
  private func model(_ seed: UInt64, width: Int = 3) -> Sequential {
    let stream = Generator(seed: seed)
    return Sequential([
      Conv2d(2, width, kernel: 3, bias: false, from: stream), BatchNorm(width), ReLU(), Flatten(),
      Linear(width * 4, 2, from: stream),
    ])
  }

  @Test("round trip", arguments: [DType.float32, .float64, .bfloat16, .float16])
  func roundTrip(_ dtype: DType) throws {
    let (saved, loaded) = (model(1), model(2))
    _ = saved(.normal([2, 2, 4, 4], from: Generator(seed: 3)), .training())
    for module in [saved, loaded] { module.move(to: .cpu, dtype: dtype, layout: .channelsLast) }
    try withTemporaryFolder { folder in
      let path = folder + "/weights.safetensors"
      try saved.save(to: path, metadata: ["epoch": "3"])
      let report = try loaded.load(from: path)
      #expect(report.isComplete && report.loaded.count == 8)
      let metadata = try TensorFile(path: path).metadata
      #expect(metadata["epoch"] == "3")
      #expect(metadata.keys.sorted() == ["epoch", "sha256"])
    }
    for (a, b) in zip(saved.state, loaded.state) {
      #expect(a.name == b.name)
      expectIdentical(b.tensor, a.tensor, a.name)
    }
    #expect(loaded.parameters[0].leaf.isContiguous(.channelsLast))
    #expect(loaded.namedBuffers[2].buffer.value.array(of: Int64.self) == [1])
  }

  @Test func numbersAreConverted() throws {
    let target = Linear(1, 2, from: Generator(seed: 1))
    try target.load(
      [
        "weight": Tensor([1.5, 2.5], shape: [2, 1]),
        "bias": Tensor([Float(-1), 4]).to(.bfloat16),
      ], source: "a dictionary")
    #expect(target.weight.leaf.dtype == .float32)
    #expect(target.weight.leaf.floats() == [1.5, 2.5])
    #expect(target.bias?.leaf.floats() == [-1, 4])
  }

  @Test func strictNamesEverythingAndChangesNothing() throws {
    let module = model(1)
    let before = module.state.map(\.tensor.bytes)
    var tensors = Dictionary(
      uniqueKeysWithValues: model(2).state.map { ($0.name, $0.tensor) })
    tensors["0.weight"] = .ones([3, 2, 5, 5])
    tensors["1.num_batches_tracked"] = .ones([])
    tensors["4.bias"] = nil
    tensors["1.running_var"] = nil
    tensors["fc.weight"] = .ones([1])
    tensors["fc.bias"] = .ones([1])
    let error = #expect(throws: TorchError.self) {
      try module.load(tensors, source: "resnet.safetensors")
    }
    #expect(
      error?.description
        == "resnet.safetensors does not fit the model: missing: 1.running_var, 4.bias; "
        + "unexpected: fc.bias, fc.weight; of another shape: 0.weight (float32[3, 2, 5, 5] instead "
        + "of float32[3, 2, 3, 3]), 1.num_batches_tracked (float32[] instead of int64[])")
    #expect(module.state.map(\.tensor.bytes) == before)
  }

  @Test func looseLoadsWhatFits() throws {
    let (module, other) = (model(1), model(2, width: 5))
    let kept = module.state.map(\.tensor.bytes)
    let tensors = Dictionary(uniqueKeysWithValues: other.state.map { ($0.name, $0.tensor) })
    let report = try module.load(tensors, source: "other", strict: false)
    #expect(report.loaded == ["1.num_batches_tracked", "4.bias"])
    #expect(report.mismatched.count == 6 && report.missing.isEmpty)
    #expect(module.state[0].tensor.bytes == kept[0])
  }
}

// SPDX-License-Identifier: Apache-2.0
import Testing
import EquipoiseTorch

private final class Block: Module {
  let conv1: Conv2d
  let bn1 = BatchNorm(2)
  let shortcut: Sequential?
  let name = "not a parameter"

  init(shortcut: Bool, from stream: Generator) {
    conv1 = Conv2d(2, 2, kernel: 3, bias: false, from: stream)
    self.shortcut = shortcut ? Sequential([BatchNorm(2)]) : nil
  }
}

private final class Network: Module {
  let firstLayer: [Block]
  let encoders: ModuleDictionary<any Layer>
  let scale = Parameter(.ones([3]))

  init(from stream: Generator) {
    firstLayer = [Block(shortcut: false, from: stream), Block(shortcut: true, from: stream)]
    encoders = ModuleDictionary([
      ("visual", Linear(2, 1, bias: false, from: stream)),
      ("audioStream", Linear(3, 1, from: stream)),
    ])
  }
}

struct ModuleTests {
  private let network = Network(from: Generator(seed: 1))

  @Test func dottedNames() {
    #expect(
      network.namedParameters.map(\.name) == [
        "first_layer.0.conv1.weight", "first_layer.0.bn1.weight", "first_layer.0.bn1.bias",
        "first_layer.1.conv1.weight", "first_layer.1.bn1.weight", "first_layer.1.bn1.bias",
        "first_layer.1.shortcut.0.weight", "first_layer.1.shortcut.0.bias",
        "encoders.visual.weight", "encoders.audioStream.weight", "encoders.audioStream.bias",
        "scale",
      ])
    #expect(
      network.namedBuffers.map(\.name).prefix(3) == [
        "first_layer.0.bn1.running_mean", "first_layer.0.bn1.running_var",
        "first_layer.0.bn1.num_batches_tracked",
      ])
  }

  @Test func countsAndState() {
    #expect(network.parameterCount == 2 * (36 + 4) + 4 + 2 + 4 + 3)
    #expect(network.state.count == 12 + 9)
    #expect(network.state.allSatisfy { !$0.tensor.requiresGrad })
    #expect(network.encoders["visual"] != nil && network.encoders["video"] == nil)
  }

  @Test func moving() {
    network.move(to: .cpu, dtype: .float64, layout: .channelsLast)
    for (name, parameter) in network.namedParameters {
      #expect(parameter.leaf.dtype == .float64, "\(name)")
      #expect(parameter.leaf.requiresGrad, "\(name)")
      if parameter.leaf.rank == 4 { #expect(parameter.leaf.isContiguous(.channelsLast)) }
    }
  }

  @Test func assigningKeepsTheTensor() {
    let parameter = Parameter(.zeros([2]))
    let leaf = parameter.leaf
    parameter.assign(Tensor([1.5, 2.5]))
    #expect(parameter.leaf.isSame(as: leaf))
    #expect(leaf.floats() == [1.5, 2.5])
    #expect(leaf.requiresGrad)
    let buffer = Buffer(.zeros([2]))
    buffer.assign(Tensor([Float(3), 4]))
    #expect(buffer.value.floats() == [3, 4])
  }

  @Test func accumulatedGradient() {
    let parameter = Parameter(Tensor([Float(2)]))
    #expect(parameter.gradient == nil)
    for _ in 0..<2 { (parameter.value * parameter.value).sum().backward() }
    #expect(parameter.gradient?.floats() == [8])
    parameter.gradient = nil
    #expect(parameter.gradient == nil)
  }
}

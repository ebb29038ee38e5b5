import Testing
import Torch

@Test func smoke() {
  let x = Tensor([Float(1), 2, 3, 4], shape: [2, 2])
  let w = Parameter(Tensor([Float(1), 0, 0, 1], shape: [2, 2]))
  let y = x.linear(weight: w.value, bias: nil).crossEntropy(Tensor([Int64(0), 1]))
  y.backward()
  print(y, w.gradient as Any, Runtime.version, Runtime.libraryPath)
  #expect(y.item() > 0)
}

// SPDX-License-Identifier: Apache-2.0
import Testing
import EquipoiseTorch

struct TensorTests {
  private let x = Tensor([Float(1), 2, 3, 4, 5, 6], shape: [2, 3])

  @Test func properties() {
    #expect(x.shape == [2, 3] && x.rank == 2 && x.count == 6)
    #expect(x.strides == [3, 1] && x.transposed(0, 1).strides == [1, 3])
    #expect(x.size(-1) == 3 && x.size(0) == 2)
    #expect(x.dtype == .float32 && x.device == .cpu)
    #expect(x.isContiguous() && !x.transposed(0, 1).isContiguous())
    #expect(Tensor([Float(1.5)]).description == "float32[1] [1.5]")
    #expect(Tensor.zeros([100]).description == "float32[100]")
  }

  @Test("numbers go in and out", arguments: DType.allCases)
  func types(_ dtype: DType) {
    let tensor = Tensor([Float(0), 1, 2]).to(dtype)
    #expect(tensor.dtype == dtype)
    #expect(DType(tensor.dtype.elementType) == dtype)
    #expect(tensor.array(of: Float.self) == (dtype == .bool ? [0, 1, 1] : [0, 1, 2]))
    #expect(tensor.withUnsafeBytes { $0.count } == 3 * dtype.byteCount)
  }

  @Test func rowMajorWhateverTheLayout() {
    let image = Tensor.range(24, dtype: .float32).reshaped([1, 2, 3, 4])
    let last = image.contiguous(.channelsLast)
    #expect(last.strides == [24, 1, 8, 2])
    #expect(last.floats() == (0..<24).map(Float.init))
    #expect(last.contiguous(.channelsLast).isSame(as: last))
  }

  @Test func runtime() {
    #expect(Runtime.version.hasPrefix("2."))
    #expect(Runtime.configuration.contains("CPU capability"))
    #expect(Runtime.libraryPath.contains("libtorch"))
    #expect(Runtime.threads >= 1)
    #expect(throws: TorchError.self) { try Runtime.loadLibrary("/no/such/library.so") }
  }
}

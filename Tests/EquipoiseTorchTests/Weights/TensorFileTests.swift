// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing
import EquipoiseTorch

struct TensorFileTests {
  private static let values = [0, 1.5, -2.25, 3, 1e-3, -65504]

  @Test(
    "reads what Python has written",
    arguments: [("f64", 0), ("f32", 1e-7), ("f16", 1e-3), ("bf16", 1e-2)])
  func reading(_ name: String, _ error: Double) throws {
    let tensor = try TensorFile(path: Golden.path("types")).tensor(name)
    #expect(tensor.shape == [2, 3])
    for (found, expected) in zip(tensor.doubles, Self.values) {
      #expect(abs(found - expected) <= error * abs(expected))
    }
  }

  @Test func typesShapesAndMetadata() throws {
    let file = try TensorFile(path: Golden.path("types"))
    #expect(file.metadata == ["made by": "a \"reference\"\n"])
    for dtype in DType.allCases where !dtype.isFloatingPoint && dtype != .bool {
      let tensor = try file.tensor("\(dtype)")
      #expect(tensor.dtype == dtype)
      #expect(tensor.array(of: Int.self) == [0, 1, 2, 127])
    }
    #expect(try file.tensor("bool").array(of: Bool.self) == [true, false, true])
    #expect(try file.tensor("scalar").shape == [])
    #expect(try file.tensor("scalar").item() == 41)
    #expect(try file.tensor("empty").shape == [0, 3])
  }

  @Test func writesTheBytesThatPythonWrites() throws {
    let reference = try Golden.path("types")
    let file = try TensorFile(path: reference)
    try withTemporaryFolder { folder in
      let path = folder + "/copy.safetensors"
      let tensors = try file.names.reversed().map { (name: $0, tensor: try file.tensor($0)) }
      try TensorFile.write(tensors, to: path, metadata: file.metadata)
      let (written, expected) = try (
        Data(contentsOf: URL(fileURLWithPath: path)),
        Data(contentsOf: URL(fileURLWithPath: reference))
      )
      #expect(written == expected)
    }
  }

  @Test func stridesAreGone() throws {
    let tensor = Tensor.range(24, dtype: .float32).reshaped([1, 2, 3, 4])
    try withTemporaryFolder { folder in
      let path = folder + "/strided.safetensors"
      try TensorFile.write(
        [("last", tensor.contiguous(.channelsLast)), ("transposed", tensor.transposed(2, 3))],
        to: path)
      let file = try TensorFile(path: path)
      expectIdentical(try file.tensor("last"), tensor)
      expectIdentical(try file.tensor("transposed"), tensor.transposed(2, 3))
    }
  }

  @Test func aMisspeltNameGetsASuggestion() throws {
    let file = try TensorFile(path: Golden.path("types"))
    #expect { try file.tensor("scalr") } throws: { "\($0)".contains("did you mean 'scalar'") }
  }

  @Test func unwritableFolder() throws {
    #expect {
      try TensorFile.write([("x", .ones([1]))], to: "/no/such/folder/x.safetensors")
    } throws: { "\($0)".contains("/no/such/folder/x.safetensors") }
  }

  @Test func dataAtOddAddresses() throws {
    // A header of odd length puts the numbers where a float cannot be loaded as such.
    try withTemporaryFolder { folder in
      let header = #"{"x":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}}  "#
      #expect(header.utf8.count % 4 != 0)
      var data = Data(withUnsafeBytes(of: UInt64(header.utf8.count)) { Array($0) })
      data.append(contentsOf: header.utf8)
      data.append(contentsOf: [Float(1), 2, 3].withUnsafeBytes { Array($0) })
      let path = folder + "/odd.safetensors"
      try data.write(to: URL(fileURLWithPath: path))
      #expect(try TensorFile(path: path).tensor("x").floats() == [1, 2, 3])
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import EquipoiseFormats

@Suite struct SafetensorsTests {
  @Test func readsWhatTheReferenceLibraryWrites() throws {
    let file = try SafetensorsFile(path: fixture("reference.safetensors"))
    #expect(
      file.names == [
        "depth", "half", "image", "label", "layer.bias", "layer.weight", "mask",
        "naïve \"name\"\n", "none",
      ])
    #expect(file.metadata == ["made by": "safetensors \"0.6.2\""])
    #expect(
      try file.info("half") == TensorInfo(name: "half", type: .float16, shape: [2, 3]))
    for name in ["depth", "half", "image", "layer.weight"] {
      #expect(try file.array(name).floats() == values)
    }
    #expect(try file.array("layer.bias").floats() == [0.5, -1])
    #expect(try file.array("label").int64s() == [3, 1])
    #expect(try file.array("mask").floats() == [0, 0, 1, 1, 1, 1])
    #expect(try file.array("naïve \"name\"\n").floats() == [7])
    #expect(try file.array("none").shape == [0, 4])
    #expect(try file.array("layer.weight").storage.owner is MappedFile)
  }

  @Test func writesTheBytesThatTheReferenceLibraryWrites() throws {
    let file = try SafetensorsFile(path: fixture("reference.safetensors"))
    let tensors = try file.names.map { ($0, try file.array($0)) }
    try withScratch { folder in
      let path = folder + "/a.safetensors"
      try Safetensors.write(to: path, tensors: tensors, metadata: file.metadata)
      #expect(try content(of: path) == fixtureBytes("reference.safetensors"))
    }
  }

  @Test func roundTripsEveryType() throws {
    let tensors = try ElementType.allCases.map { type in
      let array = try HostArray(type: type, shape: [3]) { bytes in
        for index in bytes.indices { bytes[index] = UInt8(index) }
      }
      return (type.rawValue, array)
    }
    try withScratch { folder in
      let path = folder + "/a.safetensors"
      try Safetensors.write(to: path, tensors: tensors, metadata: ["b": "2", "a\u{1}": "é\\\t"])
      let file = try SafetensorsFile(path: path)
      #expect(file.metadata == ["b": "2", "a\u{1}": "é\\\t"])
      for (name, array) in tensors {
        #expect(try file.array(name).type == array.type)
        #expect(try file.array(name).bytes == array.bytes)
        let address = try file.array(name).withUnsafeBytes { Int(bitPattern: $0.baseAddress) }
        #expect(address % array.type.byteCount == 0)
      }
    }
  }

  @Test func streamsTensorsInPieces() throws {
    try withScratch { folder in
      let path = folder + "/a.safetensors"
      let writer = try SafetensorsWriter(
        path: path,
        tensors: [
          TensorInfo(name: "label", type: .uint8, shape: [2]),
          TensorInfo(name: "audio", type: .float32, shape: [2, 2]),
        ])
      #expect(writer.tensors.map(\.name) == ["audio", "label"])
      try writer.write { tensor, append in
        for row in 0..<2 {
          if tensor.name == "audio" {
            try [Float(row), 0.5].withUnsafeBytes(append)
          } else {
            try [UInt8(row)].withUnsafeBytes(append)
          }
        }
      }
      let file = try SafetensorsFile(path: path)
      #expect(try file.array("audio").floats() == [0, 0.5, 1, 0.5])
      #expect(try file.array("label").floats() == [0, 1])
    }
  }

  @Test func keepsTheOldFileWhenTheBodyFails() throws {
    struct Stop: Error {}
    try withScratch { folder in
      let path = folder + "/a.safetensors"
      try Safetensors.write(to: path, tensors: [("a", HostArray(floats: [1], shape: [1]))])
      let writer = try SafetensorsWriter(
        path: path, tensors: [TensorInfo(name: "a", type: .float32, shape: [1])])
      #expect(throws: Stop.self) { try writer.write { _, _ in throw Stop() } }
      #expect(try SafetensorsFile(path: path).array("a").floats() == [1])
    }
  }

  @Test func trapsOnMissingBytes() async {
    await #expect(processExitsWith: .failure) {
      try withScratch { folder in
        let writer = try SafetensorsWriter(
          path: folder + "/a", tensors: [TensorInfo(name: "a", type: .float32, shape: [1])])
        try writer.write { _, append in try [UInt8(0)].withUnsafeBytes(append) }
      }
    }
  }

  @Test func refusesNamesThatCannotBeWritten() throws {
    let array = HostArray(floats: [1], shape: [1])
    expectError("x: two tensors are named 'a'; rename one") {
      try Safetensors.write(to: "x", tensors: [("a", array), ("a", array)])
    }
    expectError(
      "x: a tensor is named '__metadata__', which the format reserves; rename it"
    ) {
      try Safetensors.write(to: "x", tensors: [("__metadata__", array)])
    }
    expectError("x: metadata already has 'sha256'; use another key") {
      try Safetensors.writeChecksummed(to: "x", tensors: [("a", array)], metadata: ["sha256": ""])
    }
  }

  @Test func suggestsNames() throws {
    let path = try fixture("reference.safetensors")
    let file = try SafetensorsFile(path: path)
    expectError("\(path): holds no tensor 'layer.weigth'; did you mean 'layer.weight'?") {
      _ = try file.array("layer.weigth")
    }
    expectError(
      "\(path): holds no tensor 'x'; choose from 'depth', 'half', 'image', 'label', "
        + "'layer.bias', 'layer.weight', 'mask', 'naïve \"name\"\n' and 1 more"
    ) {
      _ = try file.info("x")
    }
  }
}

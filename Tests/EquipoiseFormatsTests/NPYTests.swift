// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import EquipoiseFormats

@Suite struct NPYTests {
  static let plain: [(String, ElementType)] = [
    ("u1", .uint8), ("i1", .int8), ("i2", .int16), ("u2", .uint16), ("i4", .int32),
    ("i8", .int64), ("f2", .float16), ("f4", .float32), ("f8", .float64),
  ]
  static let converted: [(String, ElementType)] = [
    ("big_f4", .float32), ("big_i8", .int64), ("u4", .int64), ("u8", .int64),
    ("version2", .float32), ("version3", .float32),
  ]

  @Test(arguments: plain + converted)
  func readsWhatNumPyWrites(name: String, type: ElementType) throws {
    let array = try NPY.read(fixture(name + ".npy"))
    #expect(array.type == type)
    #expect(array.shape == [2, 3])
    #expect(array.floats() == values)
    #expect(try array.int64s() == [0, 20, 40, 60, 80, 100])
  }

  @Test(arguments: plain)
  func writesTheBytesThatNumPyWrites(name: String, type: ElementType) throws {
    try withScratch { folder in
      let array = try NPY.read(fixture(name + ".npy"))
      try NPY.write(array, to: folder + "/a.npy")
      #expect(try content(of: folder + "/a.npy") == fixtureBytes(name + ".npy"))
    }
  }

  @Test(arguments: ["bool", "scalar", "empty"])
  func writesUnusualShapesLikeNumPy(name: String) throws {
    try withScratch { folder in
      try NPY.write(NPY.read(fixture(name + ".npy")), to: folder + "/a.npy")
      #expect(try content(of: folder + "/a.npy") == fixtureBytes(name + ".npy"))
    }
  }

  @Test func readsBoolScalarAndEmpty() throws {
    #expect(try NPY.read(fixture("bool.npy")).floats() == [0, 0, 1, 1, 1, 1])
    #expect(try NPY.read(fixture("scalar.npy")).shape == [])
    #expect(try NPY.read(fixture("scalar.npy")).floats() == [2.5])
    #expect(try NPY.read(fixture("empty.npy")).shape == [0, 3])
  }

  @Test func reordersFortranOrder() throws {
    let array = try NPY.read(fixture("fortran.npy"))
    #expect(array.shape == [2, 3, 4])
    #expect(try array.int64s() == Array(0..<24))
  }

  @Test func mapsWithoutCopying() throws {
    let array = try NPY.read(fixture("f4.npy"))
    #expect(array.storage.owner is MappedFile)
  }

  static let refused: [(String, String, String)] = [
    (
      "object", "holds Python objects (dtype object), which only pickle can read",
      "pickle can run foreign code and is never used: save numbers, "
        + "numpy.save(f, a.astype('float32')); series of different lengths have to be padded or cut "
        + "to one first"
    ),
    (
      "structured", "holds records of several fields (structured dtype)",
      "save each field as an array of its own: numpy.save(f, a['field'])"
    ),
    (
      "text", "holds text (dtype '<U5')",
      "save text as csv, or classes as whole numbers: numpy.unique(a, return_inverse=True)[1]"
    ),
    ("complex", "holds complex numbers (dtype '<c8')", "save real and imaginary parts apart"),
    (
      "huge_u8", "the uint64 value 9223372036854775808 does not fit int64",
      "save smaller numbers or float64"
    ),
  ]

  @Test(arguments: refused)
  func refusesWhatIsNoPlainArray(name: String, reason: String, remedy: String) throws {
    let path = try fixture(name + ".npy")
    let error = #expect(throws: FormatError.self) { try NPY.read(path) }
    #expect(error == .unsupported(path: path, reason: reason, remedy: remedy))
  }

  /// Header text of a version 1.0 file with six float32 → what is wrong with it.
  static let headers: [(String, String)] = [
    (
      "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 4), }",
      "the shape [2, 4] of 4-byte elements does not match the 24 bytes of data"
    ),
    (
      "{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296), }",
      "the shape [4294967296, 4294967296] of 4-byte elements does not match the 24 bytes of data"
    ),
    (
      "{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904,), }",
      "the shape [4611686018427387904] of 4-byte elements does not match the 24 bytes of data"
    ),
    (
      "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }",
      "the npy header has no number that fits 64 bits at byte 51"
    ),
    (
      "{'descr': '<f4', 'fortran_order': False, 'shape': (-2, 3), }",
      "the npy header has no number that fits 64 bits at byte 51"
    ),
    (
      "{'descr': '<f4', 'shape': (2, 3), }",
      "the npy header lacks descr, fortran_order or shape, or has more"
    ),
    (
      "{'descr': '<f4', 'descr': '<i4', 'fortran_order': False, 'shape': (2, 3), }",
      "the npy header has 'descr' twice or without meaning"
    ),
    (
      "{'descr': '<f4', 'fortran_order': 0, 'shape': (2, 3), }",
      "the npy header has neither True nor False at byte 34"
    ),
    (
      "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), } + 1",
      "the npy header lacks descr, fortran_order or shape, or has more"
    ),
    ("__import__('os')", "the npy header has no '{' at byte 0"),
    (
      "{'descr': '<f4, }",
      "the npy header has a string at byte 10 that is not closed or not plain"
    ),
  ]

  @Test(arguments: headers)
  func refusesFaultyHeaders(header: String, reason: String) throws {
    let file = npy(header: header, data: [UInt8](repeating: 0, count: 24))
    expectError("a.npy: \(reason); \(copyAgain)") {
      _ = try NPY.parse(ByteSlice(copying: file), path: "a.npy")
    }
  }

  @Test func acceptsPython2AndOddSpacing() throws {
    let file = npy(
      header: "{\"shape\" :( 2L,3L ),\n\"descr\":\"=f4\",\"fortran_order\":False}",
      data: [UInt8](repeating: 0, count: 24))
    #expect(try NPY.parse(ByteSlice(copying: file), path: "a.npy").shape == [2, 3])
  }

  @Test func refusesEveryTruncation() throws {
    let file = try fixtureBytes("f4.npy")
    for count in 0..<file.count {
      #expect(throws: FormatError.self) {
        try NPY.parse(ByteSlice(copying: Array(file[..<count])), path: "a.npy")
      }
    }
    expectError("a.npy: is not a npy file; save the array with numpy.save") {
      _ = try NPY.parse(ByteSlice(copying: []), path: "a.npy")
    }
  }

  @Test func refusesTrailingBytesAndUnknownVersions() throws {
    var file = try fixtureBytes("f4.npy")
    #expect(throws: FormatError.self) {
      try NPY.parse(ByteSlice(copying: file + [0]), path: "a.npy")
    }
    file[6] = 9
    expectError("a.npy: npy version 9 is unknown; save the array again with numpy.save") {
      _ = try NPY.parse(ByteSlice(copying: file), path: "a.npy")
    }
  }

  @Test func cannotWriteBFloat16() throws {
    try withScratch { folder in
      let array = try HostArray(type: .bfloat16, shape: [1]) { _ in }
      expectError(
        "\(folder)/a.npy: NumPy has no bfloat16; "
          + "convert the array to float32, or write safetensors"
      ) {
        try NPY.write(array, to: folder + "/a.npy")
      }
    }
  }

  private func npy(header: String, data: [UInt8]) -> [UInt8] {
    let length = header.utf8.count
    return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(length & 255), UInt8(length >> 8)]
      + Array(header.utf8) + data
  }
}

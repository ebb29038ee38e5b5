// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import EquipoiseFormats

@Suite struct IDXTests {
  @Test(arguments: [
    ("bytes.idx", ElementType.uint8), ("bytes.idx.gz", .uint8), ("int32.idx", .int32),
    ("float32.idx", .float32),
  ])
  func readsBigEndianArrays(name: String, type: ElementType) throws {
    let array = try IDX.read(fixture(name))
    #expect(array.type == type && array.shape == [2, 3])
    #expect(array.floats() == values)
  }

  @Test(arguments: ["bytes.idx", "bytes.idx.gz", "float32.idx"])
  func refusesEveryTruncation(name: String) throws {
    let file = try fixtureBytes(name)
    for count in 0..<file.count {
      #expect(throws: FormatError.self) {
        try IDX.parse(ByteSlice(copying: Array(file[..<count])), path: "a")
      }
    }
  }

  @Test func saysWhatIsWrong() throws {
    expectError("a: is not an IDX file; give a file such as train-images-idx3-ubyte") {
      _ = try IDX.parse(ByteSlice(copying: [0, 0, 7, 1, 0, 0, 0, 0]), path: "a")
    }
    expectError(
      "a: 1 bytes of data do not make int16 [2]; "
        + "the file is damaged or incomplete: copy it again"
    ) {
      _ = try IDX.parse(ByteSlice(copying: [0, 0, 0x0B, 1, 0, 0, 0, 2, 9]), path: "a")
    }
    let zipped = try fixtureBytes("bytes.idx.gz")
    expectError(
      "a: claims to inflate to 2147483647 bytes, which gzip cannot do; \(copyAgain)"
    ) {
      let file = zipped.dropLast(4) + [255, 255, 255, 127]
      _ = try IDX.parse(ByteSlice(copying: Array(file)), path: "a")
    }
    expectError("a: the compressed data are damaged; copy or make the file again") {
      var file = zipped
      file[zipped.count - 8] ^= 1
      _ = try IDX.parse(ByteSlice(copying: file), path: "a")
    }
  }
}

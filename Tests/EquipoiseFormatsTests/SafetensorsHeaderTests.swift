// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import EquipoiseFormats

@Suite struct SafetensorsHeaderTests {
  @Test(
    arguments: [
      ([0x50, 0x4B, 0x03, 0x04], "a zip file, as PyTorch's .pt, .pth and .bin are"),
      ([0x80, 0x02], "a pickle, as PyTorch's older .pt and .pth are"),
      ([0x89, 0x48, 0x44, 0x46], "an HDF5 file, as Keras writes"),
    ] as [([UInt8], String)])
  func otherFormatsOfWeightsAreNamed(_ start: [UInt8], _ what: String) throws {
    try withScratch { folder in
      let path = folder + "/a"
      try Data(start + [UInt8](repeating: 0, count: 100)).write(to: URL(fileURLWithPath: path))
      expectError(
        "\(path): is \(what), not safetensors; convert it in Python: "
          + "safetensors.torch.save_file(torch.load(FILE, weights_only=True), NAME)"
      ) { _ = try SafetensorsFile(path: path) }
    }
  }

  /// Header text followed by 8 bytes of data → what is wrong.
  static let faulty: [(String, String)] = [
    ("", "the safetensors header does not start with '{'"),
    (" {}", "the safetensors header does not start with '{'"),
    ("[]", "the safetensors header does not start with '{'"),
    ("{}", "has 8 bytes after the last tensor"),
    ("{} x", "the safetensors header is not valid JSON at byte 3"),
    ("{\"a\":1}", "tensor 'a' lacks a proper dtype, shape or data_offsets"),
    (
      "{\"a\":{\"dtype\":\"F32\",\"shape\":[2]}}",
      "tensor 'a' lacks a proper dtype, shape or data_offsets"
    ),
    (tensor("F32", "[2.0]", "[0,8]"), "tensor 'a' lacks a proper dtype, shape or data_offsets"),
    (tensor("F32", "[-2]", "[0,8]"), "tensor 'a' lacks a proper dtype, shape or data_offsets"),
    (tensor("F32", "[2]", "[0,8,8]"), "tensor 'a' lacks a proper dtype, shape or data_offsets"),
    (
      tensor("F32", "[99999999999999999999]", "[0,8]"),
      "tensor 'a' lacks a proper dtype, shape or data_offsets"
    ),
    (
      tensor("F32", "[4294967296,4294967296]", "[0,8]"),
      "tensor 'a' of F32 [4294967296, 4294967296] does not fit its data_offsets [0, 8]"
    ),
    (tensor("F32", "[3]", "[0,8]"), "tensor 'a' of F32 [3] does not fit its data_offsets [0, 8]"),
    (tensor("F32", "[2]", "[8,0]"), "tensor 'a' of F32 [2] does not fit its data_offsets [8, 0]"),
    (
      tensor("F32", "[4]", "[0,16]"),
      "ends early: tensor 'a' ends at byte 16 of 8 bytes of data"
    ),
    (tensor("F32", "[1]", "[0,4]"), "has 4 bytes after the last tensor"),
    (tensor("F32", "[1]", "[4,8]"), "tensor 'a' follows a hole"),
    (
      "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
        + "\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}",
      "tensor 'b' overlaps another tensor"
    ),
    (
      "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
        + "\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}",
      "the safetensors header has the key 'a' twice"
    ),
    ("{\"__metadata__\":3}", "__metadata__ is not an object"),
    ("{\"a\":\"\n\"}", "the safetensors header is not valid JSON at byte 6"),
    ("{\"a", "the safetensors header has a string that is not closed"),
    ("{\"\\x\":1}", "the safetensors header has an unknown escape before byte 5"),
    ("{\"\\ud800\":1}", "the safetensors header has half a surrogate pair before byte 9"),
    ("{\"a\":01}", "the safetensors header is not valid JSON at byte 7"),
    ("{\"a\":1,}", "the safetensors header is not valid JSON at byte 7"),
    (
      "{\"a\":" + String(repeating: "[", count: 100_000),
      "the safetensors header is nested deeper than 32 levels"
    ),
  ]

  @Test(arguments: faulty)
  func refusesFaultyHeaders(header: String, reason: String) {
    expectError("a: \(reason); \(copyAgain)") { try check(Array(header.utf8)) }
  }

  @Test func refusesUnknownTypesAndMetadata() {
    expectError(
      "a: tensor 'a' has the dtype 'F8_E4M3'; "
        + "use one of BOOL, U8, I8, I16, U16, I32, I64, F16, BF16, F32, F64"
    ) {
      try check(Array(Self.tensor("F8_E4M3", "[8]", "[0,8]").utf8))
    }
    expectError(
      "a: __metadata__ holds something other than text; write each value as a string"
    ) {
      try check(Array("{\"__metadata__\":{\"epoch\":3}}".utf8))
    }
    expectError(
      "a: the safetensors header has a string that is not UTF-8 before byte 4; \(copyAgain)"
    ) {
      try check(Array("{\"".utf8) + [0xFF] + Array("\":1}".utf8))
    }
  }

  @Test func refusesAbsurdLengths() throws {
    expectError(
      "a: is not a safetensors file: its header would take 18446744073709551615 bytes; "
        + "check that the file was written as safetensors"
    ) {
      try parse([UInt8](repeating: 255, count: 16))
    }
    // 100,000,001 is over the limit; 100,000,000 is only more than there is.
    #expect(throws: FormatError.self) { try parse([1, 0xE1, 0xF5, 5, 0, 0, 0, 0]) }
    expectError(
      "a: ends early: 100000000 bytes are expected at offset 8, the file has 8; \(copyAgain)"
    ) {
      try parse([0, 0xE1, 0xF5, 5, 0, 0, 0, 0])
    }
    expectError("a: ends early: 8 bytes are expected at offset 0, the file has 0; \(copyAgain)") {
      try parse([])
    }
  }

  @Test func refusesEveryTruncation() throws {
    let file = try fixtureBytes("reference.safetensors")
    for count in 0..<file.count {
      #expect(throws: FormatError.self) { try parse(Array(file[..<count])) }
    }
    expectError("a: has 1 bytes after the last tensor; \(copyAgain)") { try parse(file + [0]) }
  }

  @Test func acceptsWhatTheReferenceAccepts() throws {
    // Escaped names, unknown keys beside the three, white space after the object.
    let header =
      "{\"\\u00e9\\ud83d\\ude00\\/\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8],"
      + "\"note\":[null,true,false,-1.5e3,{}]}}\n  "
    let file = try SafetensorsFile(ByteSlice(copying: framed(Array(header.utf8))), path: "a")
    #expect(file.names == ["é😀/"])
    #expect(try parse([2, 0, 0, 0, 0, 0, 0, 0] + Array("{}".utf8)) == [])
  }

  private static func tensor(_ dtype: String, _ shape: String, _ offsets: String) -> String {
    "{\"a\":{\"dtype\":\"\(dtype)\",\"shape\":\(shape),\"data_offsets\":\(offsets)}}"
  }

  private func check(_ header: [UInt8]) throws {
    _ = try parse(framed(header))
  }

  /// The header's length, the header and 8 bytes of data.
  private func framed(_ header: [UInt8]) -> [UInt8] {
    withUnsafeBytes(of: UInt64(header.count).littleEndian) { Array($0) } + header
      + [UInt8](repeating: 0, count: 8)
  }

  @discardableResult private func parse(_ bytes: [UInt8]) throws -> [String] {
    try SafetensorsFile(ByteSlice(copying: bytes), path: "a").names
  }
}

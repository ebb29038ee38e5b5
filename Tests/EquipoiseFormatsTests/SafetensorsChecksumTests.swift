// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import EquipoiseFormats

@Suite struct SafetensorsChecksumTests {
  @Test func verifiesWhatItWrote() throws {
    try withScratch { folder in
      let path = try write(to: folder)
      try Safetensors.verifyChecksum(path)
      let file = try SafetensorsFile(path: path)
      #expect(file.metadata["step"] == "12")
      // The documented rule: the digest of the file with 64 zeros in place of the digest.
      let claimed = try #require(file.metadata["sha256"])
      var bytes = try content(of: path)
      let place = try #require(index(of: Array(claimed.utf8), in: bytes))
      bytes.replaceSubrange(place..<place + 64, with: [UInt8](repeating: 48, count: 64))
      #expect(Digest.sha256Hex(of: bytes) == claimed)
    }
  }

  @Test func detectsEveryFlippedBit() throws {
    try withScratch { folder in
      let original = try content(of: write(to: folder))
      for bit in 0..<original.count * 8 {
        var file = original
        file[bit / 8] ^= 1 << (bit % 8)
        #expect(throws: FormatError.self, "bit \(bit)") {
          try SafetensorsFile(ByteSlice(copying: file), path: "a").verifyChecksum()
        }
      }
    }
  }

  @Test func saysWhatIsWrong() throws {
    try withScratch { folder in
      let path = try write(to: folder)
      var file = try content(of: path)
      file[file.count - 1] ^= 1
      try AtomicFile.write(data: file, to: path)
      expectError(
        "\(path): its checksum does not match: the file is damaged; "
          + "use an earlier checkpoint or copy the file again"
      ) {
        try Safetensors.verifyChecksum(path)
      }
    }
    let plain = try fixture("reference.safetensors")
    expectError("\(plain): has no checksum; it was not written as a checkpoint") {
      try Safetensors.verifyChecksum(plain)
    }
  }

  /// With a tensor and metadata that look like the checksum.
  private func write(to folder: String) throws -> String {
    let path = folder + "/a.safetensors"
    try Safetensors.writeChecksummed(
      to: path,
      tensors: [
        ("weight", HostArray(uint8s: Array("abcd".utf8), shape: [2, 2])),
        ("sha256", HostArray(uint8s: [48], shape: [1])),
      ],
      metadata: ["step": "12", "a": "\"sha256\":\"0"])
    return path
  }
}

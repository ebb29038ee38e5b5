// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import EquipoiseFormats

@Suite struct DigestTests {
  /// The examples of FIPS 180-4: "abc" and the empty message.
  @Test func matchesTheStandard() throws {
    let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    #expect(Digest.sha256Hex(of: Array("abc".utf8)) == abc)
    #expect(
      Digest.sha256Hex(of: [])
        == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    try withScratch { folder in
      try AtomicFile.write(data: Array("abc".utf8), to: folder + "/a")
      #expect(try Digest.sha256Hex(ofFile: folder + "/a") == abc)
    }
  }
}

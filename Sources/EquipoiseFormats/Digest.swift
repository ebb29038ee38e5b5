// SPDX-License-Identifier: Apache-2.0
import Crypto

/// SHA-256 of bytes and files, as lower-case hexadecimal text.
package enum Digest {
  /// The digest of `bytes`.
  package static func sha256Hex(of bytes: UnsafeRawBufferPointer) -> String {
    var hash = SHA256()
    hash.update(bufferPointer: bytes)
    return hex(hash.finalize())
  }

  /// The digest of `bytes`.
  package static func sha256Hex(of bytes: [UInt8]) -> String {
    bytes.withUnsafeBytes { sha256Hex(of: $0) }
  }

  /// The digest of a file's content. Throws `FormatError` when the file cannot be read.
  package static func sha256Hex(ofFile path: String) throws -> String {
    try MappedFile(path: path).withBytes { sha256Hex(of: $0) }
  }

  /// The text of a finished digest.
  static func hex(_ digest: SHA256.Digest) -> String {
    let digits = Array("0123456789abcdef".utf8)
    let text = digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
    return String(decoding: text, as: UTF8.self)
  }
}

// SPDX-License-Identifier: Apache-2.0
/// SHA-256 of bytes and files, as lower-case hexadecimal text.
package enum Digest {
  /// The digest of `bytes`.
  package static func sha256Hex(of bytes: UnsafeRawBufferPointer) -> String {
    let digest = RunningDigest()
    digest.update(bytes)
    return digest.finish()
  }

  /// The digest of `bytes`.
  package static func sha256Hex(of bytes: [UInt8]) -> String {
    bytes.withUnsafeBytes { sha256Hex(of: $0) }
  }

  /// The digest of a file's content. Throws `FormatError` when the file cannot be read.
  package static func sha256Hex(ofFile path: String) throws -> String {
    try MappedFile(path: path).withBytes { sha256Hex(of: $0) }
  }
}

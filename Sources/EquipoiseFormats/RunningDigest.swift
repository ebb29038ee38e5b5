// SPDX-License-Identifier: Apache-2.0
#if canImport(CryptoKit)
  import CryptoKit
#else
  import CEquipoiseDigest
#endif

/// SHA-256 of bytes that come in pieces. CryptoKit computes it where there is one, elsewhere OpenSSL.
final class RunningDigest {
  #if canImport(CryptoKit)
    private var hash = SHA256()

    func update(_ bytes: UnsafeRawBufferPointer) { hash.update(bufferPointer: bytes) }

    /// The digest of everything that came, as lower-case hexadecimal text. To be called once.
    func finish() -> String { Self.hex(Array(hash.finalize())) }
  #else
    private let context: OpaquePointer

    init() {
      guard let context = equipoise_digest_new() else {
        fatalError("no memory is left for a checksum")
      }
      self.context = context
    }

    deinit { equipoise_digest_free(context) }

    func update(_ bytes: UnsafeRawBufferPointer) {
      let taken = equipoise_digest_update(context, bytes.baseAddress, bytes.count)
      precondition(taken == 1, "SHA-256: \(bytes.count) bytes were not taken in")
    }

    /// The digest of everything that came, as lower-case hexadecimal text. To be called once.
    func finish() -> String {
      var digest = [UInt8](repeating: 0, count: 32)
      let finished = digest.withUnsafeMutableBufferPointer {
        $0.baseAddress.map { equipoise_digest_finish(context, $0) }
      }
      precondition(finished == 1, "SHA-256 was not finished")
      return Self.hex(digest)
    }
  #endif

  func update(_ bytes: [UInt8]) { bytes.withUnsafeBytes(update) }

  private static func hex(_ digest: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    let text = digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
    return String(decoding: text, as: UTF8.self)
  }
}

// SPDX-License-Identifier: Apache-2.0
internal import CEquipoiseZlib
package import Foundation

/// CRC-32 as zlib, gzip and zip compute it: notices damage, not forgery.
package enum CRC32 {
  /// The sum of `bytes`, or of earlier bytes and these.
  package static func of(_ bytes: some ContiguousBytes, continuing earlier: UInt32 = 0) -> UInt32 {
    bytes.withUnsafeBytes { all in
      var sum = UInt(earlier)
      var rest = all[...]
      while !rest.isEmpty {
        // zlib counts in 32 bits.
        let part = UnsafeRawBufferPointer(rebasing: rest.prefix(1 << 30))
        sum = crc32(sum, part.bindMemory(to: UInt8.self).baseAddress, UInt32(part.count))
        rest = rest.dropFirst(part.count)
      }
      return UInt32(truncatingIfNeeded: sum)
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
package import EquipoiseFormats

/// Looks for infinities and not-a-number in stored numbers.
package enum Finiteness {
  /// Whether all numbers are finite; integers always are.
  package static func isFinite(_ bytes: UnsafeRawBufferPointer, _ type: ElementType) -> Bool {
    switch type {
    case .float16: lacks(0x7C00 as UInt16, bytes)
    case .bfloat16: lacks(0x7F80 as UInt16, bytes)
    case .float32: lacks(0x7F80_0000 as UInt32, bytes)
    case .float64: lacks(0x7FF0_0000_0000_0000 as UInt64, bytes)
    case .bool, .uint8, .int8, .int16, .uint16, .int32, .int64: true
    }
  }

  /// Whether no word has all bits of the exponent set. Without an early exit, so that the compiler
  /// can use vector instructions.
  private static func lacks<Word: FixedWidthInteger & BitwiseCopyable>(
    _ exponent: Word, _ bytes: UnsafeRawBufferPointer
  ) -> Bool {
    var found: Word = 0
    for offset in stride(from: 0, to: bytes.count, by: MemoryLayout<Word>.size) {
      let word = bytes.loadUnaligned(fromByteOffset: offset, as: Word.self)
      found |= word & exponent == exponent ? 1 : 0
    }
    return found == 0
  }
}

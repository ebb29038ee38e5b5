// SPDX-License-Identifier: Apache-2.0
extension HostArray {
  /// So many rows of the first dimension: the first of its own, with zeros behind where it has fewer. Throws
  /// `FormatError` when there is no memory.
  package func fitted(toRows count: Int) throws -> HostArray {
    let own = shape.first ?? 0
    if own == count { return self }
    let kept = slice(rows: 0..<min(own, count))
    if own > count { return kept }
    return try HostArray(type: type, shape: [count] + shape.dropFirst()) { bytes in
      kept.withUnsafeBytes {
        UnsafeMutableRawBufferPointer(rebasing: bytes[..<$0.count]).copyMemory(from: $0)
      }
    }
  }
}

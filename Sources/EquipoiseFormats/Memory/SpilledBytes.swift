// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Bytes in a temporary file without a name, which the system can move out of memory as it can mapped input.
///
/// `@unchecked Sendable`: nothing writes to the memory after `init` returns.
final class SpilledBytes: ByteOwner, @unchecked Sendable {
  let bytes: UnsafeRawBufferPointer

  /// What is larger does not stay in memory.
  static let threshold = 1 << 28

  /// Zeroed memory filled by `fill`: in a file if it is large and the disk of temporary files has room for it. Throws
  /// what `fill` throws, or `FormatError` without memory.
  static func filled(
    count: Int, threshold: Int = threshold, _ fill: (UnsafeMutableRawBufferPointer) throws -> Void
  ) throws -> any ByteOwner {
    if count >= max(1, threshold), let memory = map(count) {
      return try SpilledBytes(memory, count, fill)
    }
    return try OwnedBytes(count: count, fill)
  }

  private init(
    _ memory: UnsafeMutableRawPointer, _ count: Int,
    _ fill: (UnsafeMutableRawBufferPointer) throws -> Void
  ) throws {
    bytes = UnsafeRawBufferPointer(start: memory, count: count)
    do {
      try fill(UnsafeMutableRawBufferPointer(start: memory, count: count))
    } catch {
      munmap(memory, count)
      throw error
    }
  }

  deinit {
    if let start = bytes.baseAddress {
      munmap(UnsafeMutableRawPointer(mutating: start), bytes.count)
    }
  }

  /// A file of its own, of which every block is there: writing to one that the disk has no room for would end the
  /// program. Nil where that cannot be had.
  private static func map(_ count: Int) -> UnsafeMutableRawPointer? {
    #if os(Linux)
      var name = Array((NSTemporaryDirectory() + "/equipoise-XXXXXX").utf8CString)
      let descriptor = mkstemp(&name)
      guard descriptor >= 0 else { return nil }
      defer { close(descriptor) }
      unlink(name)
      guard posix_fallocate(descriptor, 0, off_t(count)) == 0 else { return nil }
      let start = mmap(nil, count, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)
      return start == MAP_FAILED ? nil : start
    #else
      return nil
    #endif
  }
}

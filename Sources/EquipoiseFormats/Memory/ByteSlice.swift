// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Immutable bytes that stay where they are for as long as their owner lives.
package protocol ByteOwner: AnyObject, Sendable {
  /// Valid only while the owner is alive: use `withBytes` unless the owner is held otherwise.
  var bytes: UnsafeRawBufferPointer { get }
}

extension ByteOwner {
  /// Calls `body` with the bytes and keeps the owner alive meanwhile.
  package func withBytes<Result>(
    _ body: (UnsafeRawBufferPointer) throws -> Result
  ) rethrows -> Result {
    try withExtendedLifetime(self) { try body(bytes) }
  }
}

/// Memory of this process, written once while it is made.
///
/// `@unchecked Sendable`: nothing writes to the memory after `init` returns.
final class OwnedBytes: ByteOwner, @unchecked Sendable {
  private let memory: UnsafeMutableRawPointer
  let bytes: UnsafeRawBufferPointer

  /// Zeroed memory filled by `fill`. Throws what `fill` throws, or `FormatError` without memory.
  ///
  /// `calloc` gives pages only when they are touched: a file that merely claims to be large
  /// costs nothing.
  init(count: Int, _ fill: (UnsafeMutableRawBufferPointer) throws -> Void) throws {
    guard let memory = calloc(max(count, 1), 1) else {
      throw FormatError.system(path: "memory", operation: "get \(count) bytes", code: ENOMEM)
    }
    do {
      try fill(UnsafeMutableRawBufferPointer(start: memory, count: count))
    } catch {
      free(memory)
      throw error
    }
    self.memory = memory
    bytes = UnsafeRawBufferPointer(start: memory, count: count)
  }

  /// A copy of the elements of an array.
  init<Value: BitwiseCopyable>(copying values: [Value]) {
    let count = values.count * MemoryLayout<Value>.stride
    guard let memory = malloc(max(count, 1)) else {
      preconditionFailure("no memory for a copy of \(count) bytes")
    }
    values.withUnsafeBytes {
      UnsafeMutableRawBufferPointer(start: memory, count: count).copyMemory(from: $0)
    }
    self.memory = memory
    bytes = UnsafeRawBufferPointer(start: memory, count: count)
  }

  deinit { free(memory) }
}

/// A range of an owner's bytes; keeps the owner alive.
struct ByteSlice: Sendable {
  let owner: any ByteOwner
  let range: Range<Int>

  init(_ owner: any ByteOwner) {
    self.init(owner, 0..<owner.bytes.count)
  }

  init(_ owner: any ByteOwner, _ range: Range<Int>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= owner.bytes.count)
    self.owner = owner
    self.range = range
  }

  /// New memory with a copy of `bytes`.
  init(copying bytes: [UInt8]) {
    self.init(OwnedBytes(copying: bytes))
  }

  var count: Int { range.count }

  /// A part of this slice, by offsets from its start.
  subscript(part: Range<Int>) -> ByteSlice {
    precondition(part.lowerBound >= 0 && part.upperBound <= count)
    let start = range.lowerBound
    return ByteSlice(owner, start + part.lowerBound..<start + part.upperBound)
  }

  func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
    try owner.withBytes { try body(UnsafeRawBufferPointer(rebasing: $0[range])) }
  }
}

// SPDX-License-Identifier: Apache-2.0
package import Foundation

/// The file being written by `AtomicFile.write`. Every write is checked.
package final class FileSink {
  /// The path the user asked for, which errors name.
  private let path: String
  private var descriptor: Int32
  private var pending: [UInt8] = []

  init(creating temporary: String, for path: String) throws {
    self.path = path
    descriptor = try Self.open(temporary, for: path)
    pending.reserveCapacity(Self.bufferSize)
  }

  /// Appends bytes. Throws `FormatError` when the disk does not take them.
  package func write(_ bytes: UnsafeRawBufferPointer) throws {
    if pending.count + bytes.count > Self.bufferSize { try flush() }
    if bytes.count >= Self.bufferSize {
      try writeAll(bytes)
    } else {
      pending.append(contentsOf: bytes)
    }
  }

  /// Appends bytes. Throws `FormatError` when the disk does not take them.
  package func write(_ bytes: some ContiguousBytes) throws {
    try bytes.withUnsafeBytes { try write($0) }
  }

  /// Appends text as UTF-8. Throws `FormatError` when the disk does not take it.
  package func write(_ text: String) throws {
    try write(Array(text.utf8))
  }

  /// Replaces bytes already written, from `offset` on, without moving the end.
  func overwrite(_ bytes: [UInt8], at offset: Int) throws {
    try flush()
    let written = bytes.withUnsafeBytes {
      pwrite(descriptor, $0.baseAddress, $0.count, off_t(offset))
    }
    guard written == bytes.count else {
      throw FormatError.system(path: path, operation: "write", code: written < 0 ? errno : ENOSPC)
    }
  }

  /// Flushes to disk and closes.
  func finish() throws {
    try flush()
    guard fsync(descriptor) == 0 else {
      throw FormatError.system(path: path, operation: "flush to disk", code: errno)
    }
    let result = close(descriptor)
    descriptor = -1
    guard result == 0 else {
      throw FormatError.system(path: path, operation: "close the file", code: errno)
    }
  }

  /// Closes after an error that is already being reported.
  func abandon() {
    if descriptor >= 0 { close(descriptor) }
    descriptor = -1
  }

  private static let bufferSize = 1 << 16

  /// Creates the file and takes the lock that tells `Leftovers` that its writer lives; where there are no
  /// locks, nothing is taken for a leftover either.
  private static func open(_ temporary: String, for path: String) throws -> Int32 {
    while true {
      let descriptor = Foundation.open(
        temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
      guard descriptor >= 0 else {
        throw FormatError.system(
          path: path, operation: "create a file in its folder", code: errno)
      }
      _ = flock(descriptor, LOCK_EX | LOCK_NB)
      var status = stat()
      // Another process may have swept the file away before it was locked.
      if fstat(descriptor, &status) != 0 || status.st_nlink > 0 { return descriptor }
      close(descriptor)
    }
  }

  private func flush() throws {
    guard !pending.isEmpty else { return }
    try pending.withUnsafeBytes { try writeAll($0) }
    pending.removeAll(keepingCapacity: true)
  }

  private func writeAll(_ bytes: UnsafeRawBufferPointer) throws {
    let code = FileSystem.write(bytes, to: descriptor)
    guard code == 0 else { throw FormatError.system(path: path, operation: "write", code: code) }
  }
}

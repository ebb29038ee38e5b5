// SPDX-License-Identifier: Apache-2.0
import EquipoiseKit
import Foundation

/// A media file open for reading at any place. Nothing else opens one, so a process that may not open any
/// still decodes those that it was granted.
package final class InputFile {
  /// What tells whether two files are the same and have not changed between.
  package struct Identity: Codable, Equatable {
    var device: UInt64
    var number: UInt64
    var size: Int
    var seconds: Int
    var nanoseconds: Int
  }

  package let descriptor: Int32
  package let identity: Identity
  /// In bytes.
  package var size: Int { identity.size }
  /// Whether the descriptor closes with this object.
  private let isOwned: Bool

  /// Opens a file, or takes the one that this process was granted.
  ///
  /// - Parameter file: the path of a regular file.
  /// - Throws: `EquipoiseError` for one that cannot be opened, is empty or is not a regular file.
  package init(_ file: String) throws {
    if let grant = Grant.current {
      guard grant.file == file else {
        throw EquipoiseError.media(file, "cannot open the file: it is not the one to be decoded")
      }
      (descriptor, identity, isOwned) = (grant.descriptor, grant.identity, false)
      return
    }
    var status = stat()
    guard stat(file, &status) == 0 else { throw Self.failure(file) }
    // Before it is opened, as opening a pipe or a device does something to it.
    try Self.checkKind(of: status, file)
    let descriptor = open(file, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { throw Self.failure(file) }
    (self.descriptor, isOwned) = (descriptor, true)
    guard fstat(descriptor, &status) == 0 else {
      identity = Identity(status)
      throw Self.failure(file)
    }
    identity = Identity(status)
    try Self.checkKind(of: status, file)
    guard status.st_size > 0 else { throw EquipoiseError.media(file, "the file is empty") }
  }

  deinit { if isOwned { close(descriptor) } }

  /// Fewer bytes than asked for at the file's end or where it cannot be read.
  package func bytes(at start: Int, _ length: Int) -> [UInt8] {
    guard start >= 0, start < size, length > 0 else { return [] }
    return [UInt8](unsafeUninitializedCapacity: min(length, size - start)) { buffer, count in
      while count < buffer.count {
        let place = buffer.baseAddress.map { $0 + count }
        let got = pread(descriptor, place, buffer.count - count, off_t(start + count))
        if got < 0, errno == EINTR { continue }
        guard got > 0 else { return }
        count += got
      }
    }
  }

  private static func checkKind(of status: stat, _ file: String) throws {
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw EquipoiseError.media(file, "it is not a regular file", fix: "give the path of a file")
    }
  }

  private static func failure(_ file: String) -> EquipoiseError {
    .media(
      file, "cannot open the file: \(String(cString: strerror(errno)))",
      fix: "check the path and its permissions")
  }
}

extension InputFile.Identity {
  fileprivate init(_ status: stat) {
    #if os(Linux)
      let changed = status.st_mtim
    #else
      let changed = status.st_mtimespec
    #endif
    self.init(
      device: UInt64(truncatingIfNeeded: status.st_dev), number: UInt64(status.st_ino),
      size: Int(status.st_size), seconds: changed.tv_sec, nanoseconds: changed.tv_nsec)
  }
}

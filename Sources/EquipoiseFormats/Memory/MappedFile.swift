// SPDX-License-Identifier: Apache-2.0
internal import CEquipoiseMappedFiles
import Foundation

/// A file's content, mapped read-only into memory; unmapped when the last reference goes.
///
/// `@unchecked Sendable`: the mapping is private and never written through.
package final class MappedFile: ByteOwner, @unchecked Sendable {
  /// The whole content; valid while this object is alive.
  package let bytes: UnsafeRawBufferPointer
  private let path: String
  /// Which file it is, whatever is at the path now.
  private let identity: (device: dev_t, number: ino_t)
  private let registration: Int32

  /// Maps the regular file at `path`, which may be empty. Throws `FormatError`.
  package init(path: String) throws {
    // O_NONBLOCK: opening a pipe by mistake must not wait for a writer.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      throw FormatError.system(path: path, operation: "open the file", code: errno)
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw FormatError.system(path: path, operation: "inspect the file", code: errno)
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw FormatError.unsupported(
        path: path, reason: "not a regular file", remedy: "give the path of a file")
    }
    self.path = path
    identity = (status.st_dev, status.st_ino)
    let count = Int(status.st_size)
    guard count > 0 else {
      bytes = UnsafeRawBufferPointer(start: nil, count: 0)
      registration = -1
      return
    }
    let start = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0)
    guard let start, start != MAP_FAILED else {
      throw FormatError.system(path: path, operation: "map the file", code: errno)
    }
    bytes = UnsafeRawBufferPointer(start: start, count: count)
    registration = equipoise_mapping_add(start, count, path)
  }

  /// Throws `FormatError` when another program has shortened the file: of the last page the end then reads
  /// as zeros, and what lies behind it ends the process. A file that was removed or replaced is still whole
  /// here.
  package func checkWhole() throws {
    var status = stat()
    guard stat(path, &status) == 0, status.st_dev == identity.device,
      status.st_ino == identity.number, Int(status.st_size) < bytes.count
    else { return }
    throw FormatError.malformed(
      path: path, reason: "another program shortened the file while it was being read",
      remedy: "restore it and start again")
  }

  /// Makes the loss of bytes that are about to be read an error that names the file, and the end of the
  /// process with the status 1. For programs; a library leaves signals alone.
  package static func reportLosses() { equipoise_mapping_report_losses() }

  deinit {
    equipoise_mapping_remove(registration)
    if let start = bytes.baseAddress {
      munmap(UnsafeMutableRawPointer(mutating: start), bytes.count)
    }
  }
}

import Foundation

/// A file's content, mapped read-only into memory; unmapped when the last reference goes.
///
/// `@unchecked Sendable`: the mapping is private and never written through.
package final class MappedFile: ByteOwner, @unchecked Sendable {
  /// The whole content; valid while this object is alive.
  package let bytes: UnsafeRawBufferPointer

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
    let count = Int(status.st_size)
    guard count > 0 else {
      bytes = UnsafeRawBufferPointer(start: nil, count: 0)
      return
    }
    let start = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0)
    guard let start, start != MAP_FAILED else {
      throw FormatError.system(path: path, operation: "map the file", code: errno)
    }
    bytes = UnsafeRawBufferPointer(start: start, count: count)
  }

  deinit {
    if let start = bytes.baseAddress {
      munmap(UnsafeMutableRawPointer(mutating: start), bytes.count)
    }
  }
}

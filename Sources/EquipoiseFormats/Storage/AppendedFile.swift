// SPDX-License-Identifier: Apache-2.0
package import Foundation

/// A file that grows at its end and can be cut back, as a journal is.
package final class AppendedFile {
  /// The file.
  package let path: String
  /// Its length in bytes.
  package private(set) var byteCount: Int
  private let descriptor: Int32

  /// Opens the file at `path`, making it if it is absent; a new file's name is on the disk on return.
  ///
  /// Throws `FormatError` when the system refuses or there is something else than a regular file.
  package init(path: String) throws {
    self.path = path
    let isNew = access(path, F_OK) != 0
    // O_NONBLOCK: a pipe by mistake must not wait for its other end.
    descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK, 0o666)
    guard descriptor >= 0 else {
      throw FormatError.system(path: path, operation: "open the file", code: errno)
    }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw FormatError.unsupported(
        path: path, reason: "not a regular file", remedy: "remove it or choose another folder")
    }
    byteCount = Int(status.st_size)
    if isNew {
      do { try FileSystem.flush(FileSystem.folder(of: path)) } catch {
        close(descriptor)
        throw error
      }
    }
  }

  deinit { close(descriptor) }

  /// Appends `bytes`, whole or not at all: when the disk is full the file keeps its former length.
  ///
  /// Throws `FormatError`.
  package func append(_ bytes: some ContiguousBytes) throws {
    try bytes.withUnsafeBytes { all in
      let code = FileSystem.write(all, to: descriptor)
      guard code == 0 else {
        ftruncate(descriptor, off_t(byteCount))
        throw FormatError.system(path: path, operation: "append to the file", code: code)
      }
      byteCount += all.count
    }
  }

  /// Cuts the file to its first `count` bytes, or leaves it where it has no more. Throws `FormatError`.
  package func truncate(toBytes count: Int) throws {
    guard count < byteCount else { return }
    guard ftruncate(descriptor, off_t(count)) == 0 else {
      throw FormatError.system(path: path, operation: "shorten the file", code: errno)
    }
    byteCount = count
  }

  /// A barrier: waits until all that was appended is on the disk. Throws `FormatError`.
  package func synchronise() throws {
    guard fsync(descriptor) == 0 else {
      throw FormatError.system(path: path, operation: "flush to disk", code: errno)
    }
  }

  /// The whole content. Throws `FormatError`.
  package func content() throws -> Data {
    var data = Data(count: byteCount)
    try data.withUnsafeMutableBytes { buffer in
      var offset = 0
      while offset < buffer.count {
        let part = UnsafeMutableRawBufferPointer(rebasing: buffer[offset...])
        let count = pread(descriptor, part.baseAddress, part.count, off_t(offset))
        if count < 0, errno == EINTR { continue }
        guard count > 0 else {
          throw FormatError.system(
            path: path, operation: "read the file", code: count < 0 ? errno : EIO)
        }
        offset += count
      }
    }
    return data
  }
}

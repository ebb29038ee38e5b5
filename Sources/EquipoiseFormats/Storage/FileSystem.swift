// SPDX-License-Identifier: Apache-2.0
package import Foundation

/// Folders and small files. Every failure is a `FormatError` that names path, operation and remedy, so
/// that no error of Foundation's reaches a user; `SourceTests` keeps other code from asking Foundation.
package enum FileSystem {
  /// Makes a folder and those above it, on the disk on return; one that is there already is fine.
  package static func makeFolder(_ path: String) throws(FormatError) {
    var status = stat()
    if stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR { return }
    let parent = folder(of: path)
    if parent != ".", parent != path { try makeFolder(parent) }
    guard mkdir(path, 0o777) != 0 else { return try flush(folder(of: path)) }
    let code = errno
    guard code != EEXIST || !isFolder(path) else { return }
    throw .system(
      path: path, operation: "make the folder", code: code == EEXIST ? ENOTDIR : code)
  }

  /// Makes a folder and finds out whether files can be put into it, before long work is done for it.
  package static func makeWritableFolder(_ path: String) throws(FormatError) {
    try makeFolder(path)
    guard access(path, W_OK | X_OK) == 0 else {
      throw .system(path: path, operation: "write to the folder", code: errno)
    }
  }

  /// The folder of a path, `.` where it names none.
  ///
  /// Not Foundation's `deletingLastPathComponent`, which ends the process on a name of one letter.
  package static func folder(of path: String) -> String {
    let slash = UInt8(ascii: "/")
    func trimmed(_ bytes: Substring.UTF8View) -> Substring.UTF8View {
      let end = bytes.lastIndex { $0 != slash }.map { bytes.index(after: $0) }
      return bytes[..<(end ?? bytes.startIndex)]
    }
    let whole = trimmed(path[...].utf8)
    guard !whole.isEmpty else { return path.isEmpty ? "." : "/" }
    guard let last = whole.lastIndex(of: slash) else { return "." }
    let folder = trimmed(whole[..<last])
    return folder.isEmpty ? "/" : String(Substring(folder))
  }

  /// Removes a file, or a folder with all that is in it; that there is nothing is fine.
  package static func remove(_ path: String) throws(FormatError) {
    do {
      try FileManager.default.removeItem(atPath: path)
    } catch {
      let code = systemCode(of: error)
      if code != ENOENT { throw .system(path: path, operation: "remove it", code: code) }
    }
  }

  /// The names in a folder, sorted.
  package static func names(in folder: String) throws(FormatError) -> [String] {
    try FolderListing.entries(of: folder).map(\.name)
  }

  /// A file's content, or what comes through a pipe.
  package static func contents(of path: String) throws(FormatError) -> Data {
    do {
      return try Data(contentsOf: URL(fileURLWithPath: path))
    } catch {
      throw .system(path: path, operation: "read the file", code: systemCode(of: error))
    }
  }

  /// The same as UTF-8.
  package static func text(of path: String) throws(FormatError) -> String {
    guard let text = String(data: try contents(of: path), encoding: .utf8) else {
      throw .malformed(path: path, reason: "it is not UTF-8", remedy: "save it as UTF-8")
    }
    return text
  }

  /// Writes all bytes, however many the system takes at a time; returns 0 or the error's number.
  static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Int32 {
    var rest = bytes[...]
    while !rest.isEmpty {
      let part = UnsafeRawBufferPointer(rebasing: rest)
      let count = Foundation.write(descriptor, part.baseAddress, part.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { return errno }
      rest = rest.dropFirst(count)
    }
    return 0
  }

  /// Bytes that this user may still write on the disk of a path, which need not be there yet.
  package static func freeBytes(at path: String) throws(FormatError) -> Int64 {
    var (status, place) = (statvfs(), path)
    while statvfs(place, &status) != 0 {
      let above = folder(of: place)
      guard errno == ENOENT, above != place else {
        throw .system(path: path, operation: "look at the disk", code: errno)
      }
      place = above
    }
    let (bytes, isHuge) = UInt64(status.f_bavail).multipliedReportingOverflow(
      by: UInt64(status.f_frsize))
    return isHuge ? .max : Int64(clamping: bytes)
  }

  /// The bytes of a file; 0 where there is none.
  package static func size(of path: String) -> Int64 {
    var status = stat()
    return stat(path, &status) == 0 ? Int64(status.st_size) : 0
  }

  /// Whether there is a folder at a path; links are followed.
  package static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// Size, time of the last change of content and time of the last change of anything, which no program
  /// can set back, to the nanosecond; empty where there is nothing.
  package static func stamp(of path: String) -> String {
    var status = stat()
    guard stat(path, &status) == 0 else { return "" }
    #if canImport(Darwin)
      let (content, all) = (status.st_mtimespec, status.st_ctimespec)
    #else
      let (content, all) = (status.st_mtim, status.st_ctim)
    #endif
    return [
      Int(status.st_size), Int(content.tv_sec), Int(content.tv_nsec), Int(all.tv_sec),
      Int(all.tv_nsec),
    ].map(String.init).joined(separator: " ")
  }

  /// The system's number for an error of Foundation's.
  package static func systemCode(of error: any Error) -> Int32 {
    if let error = error as? POSIXError { return error.code.rawValue }
    let error = error as NSError
    if error.domain == NSPOSIXErrorDomain { return Int32(truncatingIfNeeded: error.code) }
    if let below = error.userInfo[NSUnderlyingErrorKey] as? any Error {
      return systemCode(of: below)
    }
    switch (error as? CocoaError)?.code {
    case .fileNoSuchFile?, .fileReadNoSuchFile?: return ENOENT
    case .fileReadNoPermission?, .fileWriteNoPermission?: return EACCES
    case .fileWriteOutOfSpace?: return ENOSPC
    case .fileWriteFileExists?: return EEXIST
    case .fileWriteVolumeReadOnly?: return EROFS
    default: return EIO
    }
  }
}

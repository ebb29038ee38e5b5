// SPDX-License-Identifier: Apache-2.0
import Foundation

/// What a folder holds, asked of the system itself: Foundation leaves out names that are not UTF-8.
package enum FolderListing {
  /// What there is under a name.
  package enum Kind: Equatable, Sendable {
    /// A regular file, or a link to one.
    case file
    /// A folder, or a link to one, with what tells it from all others.
    case folder(device: UInt64, number: UInt64)
    /// A link that leads nowhere, or what may not be looked at: the system's number for why.
    case unreadable(Int32)
    /// A pipe, a socket or a device.
    case special
  }

  /// One name in a folder.
  package struct Entry: Equatable, Sendable {
    /// The name; where it is not UTF-8, with its other bytes as `\xE9`.
    package let name: String
    /// Whether the name is UTF-8; no file of another name can be opened by this program.
    package let isUTF8: Bool
    /// What it is.
    package let kind: Kind
  }

  /// What tells a folder from all others, or nil where there is none.
  package static func folder(at path: String) -> Kind? {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { return nil }
    return .folder(device: UInt64(status.st_dev), number: UInt64(status.st_ino))
  }

  /// All that is in a folder but `.` and `..`, sorted by name. Throws when it cannot be read.
  package static func entries(of path: String) throws(FormatError) -> [Entry] {
    guard let folder = opendir(path) else {
      throw .system(path: path, operation: "read the folder", code: errno)
    }
    defer { closedir(folder) }
    var found: [Entry] = []
    while true {
      errno = 0
      guard let next = readdir(folder) else { break }
      let bytes = withUnsafeBytes(of: &next.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
      if bytes != [46], bytes != [46, 46] { found.append(entry(bytes, in: path)) }
    }
    guard errno == 0 else {
      throw .system(path: path, operation: "read the folder", code: errno)
    }
    return found.sorted { $0.name < $1.name }
  }

  private static func entry(_ bytes: [UInt8], in folder: String) -> Entry {
    var status = stat()
    let path = (Array((folder + "/").utf8) + bytes + [0]).map { CChar(bitPattern: $0) }
    let code = path.withUnsafeBufferPointer { buffer -> Int32 in
      guard let start = buffer.baseAddress, stat(start, &status) == 0 else { return errno }
      return 0
    }
    let kind: Kind =
      if code != 0 {
        .unreadable(code)
      } else {
        switch status.st_mode & S_IFMT {
        case S_IFREG: .file
        case S_IFDIR: .folder(device: UInt64(status.st_dev), number: UInt64(status.st_ino))
        default: .special
        }
      }
    guard let name = String(validating: bytes, as: UTF8.self) else {
      return Entry(name: escaped(bytes), isUTF8: false, kind: kind)
    }
    return Entry(name: name, isUTF8: true, kind: kind)
  }

  /// ASCII as it is, all other bytes in hexadecimal.
  private static func escaped(_ bytes: [UInt8]) -> String {
    bytes.map { byte in
      (32..<127).contains(byte)
        ? String(UnicodeScalar(byte))
        : "\\x" + (byte < 16 ? "0" : "")
          + String(byte, radix: 16, uppercase: true)
    }.joined()
  }
}

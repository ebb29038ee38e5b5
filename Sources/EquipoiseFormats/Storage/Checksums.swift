// SPDX-License-Identifier: Apache-2.0
package import Foundation

/// The list of a folder's files with their SHA-256, in the format of the command of the same name:
/// `sha256sum -c SHA256SUMS` checks it without this program.
///
/// A file that is about to be replaced is listed with its old and its new digest until that is done, so
/// that a crash at any moment leaves a list that the files agree with.
package struct Checksums: Equatable {
  /// The list's name in its folder.
  package static let fileName = "SHA256SUMS"

  /// The digests that a file may have, by its path within the folder.
  package private(set) var digests: [String: [String]] = [:]

  /// An empty list.
  package init() {}

  /// The list of a folder; empty where there is none.
  ///
  /// Throws `FormatError` when the file cannot be read or a line is not of the format.
  package init(folder: String) throws {
    let path = folder + "/" + Self.fileName
    guard access(path, F_OK) == 0 else { return }
    let bytes = try MappedFile(path: path).withBytes { Array($0) }
    for (index, line) in bytes.split(separator: UInt8(ascii: "\n")).enumerated() {
      guard let (digest, name) = Self.parsed(line) else {
        throw FormatError.malformed(
          path: "\(path):\(index + 1)", reason: "the line is damaged",
          remedy: "remove the file, if all others are whole; it is written again by the next run")
      }
      digests[name, default: []].append(digest)
    }
  }

  /// Throws `FormatError` unless `content` is what the list of its folder says of the file at `path`, or
  /// the list does not mention it.
  package static func verify(_ content: some ContiguousBytes, of path: String) throws {
    let folder = FileSystem.folder(of: path)
    let name = (path as NSString).lastPathComponent
    guard let allowed = try Checksums(folder: folder).digests[name] else { return }
    try content.withUnsafeBytes { bytes in
      guard allowed.contains(Digest.sha256Hex(of: bytes)) else { throw mismatch(path) }
    }
  }

  /// The content of the file at `path`, which agrees with the list of its folder.
  ///
  /// Throws `FormatError` when it cannot be read or does not agree.
  package static func content(of path: String) throws -> Data {
    for _ in 0..<4 {
      let content = try MappedFile(path: path).withBytes { Data($0) }
      if (try? verify(content, of: path)) != nil { return content }
      // Another process may just be replacing the file and its line.
      usleep(20_000)
    }
    let content = try MappedFile(path: path).withBytes { Data($0) }
    try verify(content, of: path)
    return content
  }

  /// What is to be said of a file that does not agree with the list.
  package static func mismatch(_ path: String) -> FormatError {
    .malformed(
      path: path, reason: "its checksum is not the one in \(fileName): the file is damaged",
      remedy:
        "restore it from a copy; if it was changed on purpose, remove its line from \(fileName)")
  }

  /// Replaces files of a folder and lists them, in place of whatever the list said before; only entries
  /// named in `keeping` stay.
  ///
  /// - Parameters:
  ///   - files: names and contents.
  ///   - folder: which exists.
  ///   - keeping: paths in the list that the caller does not touch.
  /// - Throws: `FormatError`; each file then is the old one or the new one, and the list agrees with both.
  package static func replace(
    _ files: [(name: String, content: Data)], in folder: String, keeping: Set<String> = []
  ) throws {
    let old = (try? Checksums(folder: folder)) ?? Checksums()
    var (both, new) = (Checksums(), Checksums())
    for (name, digests) in old.digests where keeping.contains(name) {
      (both.digests[name], new.digests[name]) = (digests, digests)
    }
    for file in files {
      let digest = Digest.sha256Hex(of: Array(file.content))
      new.digests[file.name] = [digest]
      both.digests[file.name] = (old.digests[file.name] ?? []).filter { $0 != digest } + [digest]
    }
    if both != new || !old.digests.isEmpty { try both.write(in: folder) }
    for file in files { try AtomicFile.write(data: file.content, to: folder + "/" + file.name) }
    try new.write(in: folder)
  }

  /// Lists files as they are now, beside what is listed already; each is on the disk before the list is.
  ///
  /// Throws `FormatError`.
  package static func add(_ names: [String], in folder: String) throws {
    var list = (try? Checksums(folder: folder)) ?? Checksums()
    for name in names {
      list.digests[name] = [try Digest.sha256Hex(ofFile: folder + "/" + name)]
      try FileSystem.flush(folder + "/" + name)
    }
    try list.write(in: folder)
  }

  private func write(in folder: String) throws {
    let lines = digests.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
      .flatMap { name, digests in digests.map { "\($0)  \(name)\n" } }
    try AtomicFile.write(data: Data(lines.joined().utf8), to: folder + "/" + Self.fileName)
  }

  /// 64 digits, two spaces (or a space and a star) and the name.
  private static func parsed(_ line: ArraySlice<UInt8>) -> (digest: String, name: String)? {
    let digest = line.prefix(64)
    let rest = line.dropFirst(64)
    let isHex = digest.allSatisfy {
      (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
        || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
    }
    guard digest.count == 64, isHex, rest.count > 2, rest.first == UInt8(ascii: " "),
      let second = rest.dropFirst().first,
      second == UInt8(ascii: " ") || second == UInt8(ascii: "*"),
      // A zero would end the name for the system, which would find the file under the rest.
      rest.allSatisfy({ $0 >= 32 && $0 != 127 }),
      let name = String(validating: rest.dropFirst(2), as: UTF8.self)
    else { return nil }
    return (String(decoding: digest, as: UTF8.self), name)
  }
}

// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import EquipoiseFormats

/// Folders and files as the system sees them, and what is said where it refuses.
struct FileSystemTests {
  @Test func foldersAreMadeAndRemoved() throws {
    try withScratch { path in
      try FileSystem.makeWritableFolder(path + "/a/b/c")
      try FileSystem.makeWritableFolder(path + "/a/b/c/")
      #expect(FileSystem.isFolder(path + "/a/b/c"))
      try Data("x".utf8).write(to: URL(fileURLWithPath: path + "/a/x"))
      #expect(try FileSystem.names(in: path + "/a") == ["b", "x"])
      #expect(try FileSystem.text(of: path + "/a/x") == "x")
      try FileSystem.remove(path + "/a")
      try FileSystem.remove(path + "/a")
      #expect(try FileSystem.names(in: path) == [])
      #expect(try FileSystem.freeBytes(at: path) > 0)
      // Where a folder is still to be made, the disk of the one above counts.
      #expect(try FileSystem.freeBytes(at: path + "/no/no") > 0)
    }
  }

  @Test(arguments: [
    ("a", "."), ("ab", "."), ("a/", "."), ("a/b", "a"), ("a/b/", "a"), ("a//b//", "a"), ("/a", "/"),
    ("/a/b", "/a"), ("/", "/"), ("//", "/"), ("", "."), ("./a", "."), ("../a", ".."), (".", "."),
    ("a/\u{301}", "a"), ("é/x", "é"),
  ])
  func folderOfAPath(_ path: String, _ folder: String) {
    #expect(FileSystem.folder(of: path) == folder)
  }

  @Test func refusalsAreSentences() throws {
    try withScratch { path in
      try Data([0xFF]).write(to: URL(fileURLWithPath: path + "/x"))
      expectError(
        "\(path)/x: cannot make the folder: Not a directory; "
          + "check that each part of the path is a folder and the last one a file"
      ) { try FileSystem.makeFolder(path + "/x/y") }
      expectError(
        "\(path)/no: cannot read the folder: No such file or directory; check the path"
      ) { _ = try FileSystem.names(in: path + "/no") }
      expectError(
        "\(path)/no: cannot read the file: No such file or directory; check the path"
      ) { _ = try FileSystem.contents(of: path + "/no") }
      expectError("\(path)/x: it is not UTF-8; save it as UTF-8") {
        _ = try FileSystem.text(of: path + "/x")
      }
      expectError(
        "\(path)/x/no: cannot look at the disk: Not a directory; "
          + "check that each part of the path is a folder and the last one a file"
      ) { _ = try FileSystem.freeBytes(at: path + "/x/no") }
    }
  }

  @Test func listingsTellAllThereIs() throws {
    try withScratch { path in
      try FileSystem.makeFolder(path + "/folder")
      try Data().write(to: URL(fileURLWithPath: path + "/.file"))
      #expect(mkfifo(path + "/pipe", 0o600) == 0)
      #expect(symlink("nowhere", path + "/link") == 0)
      let latin = (Array((path + "/caf").utf8) + [0xE9, 0]).map { CChar(bitPattern: $0) }
      #expect(mkdir(latin, 0o700) == 0)
      let entries = try FolderListing.entries(of: path)
      #expect(entries.map(\.name) == [".file", "caf\\xE9", "folder", "link", "pipe"])
      #expect(entries.map(\.isUTF8) == [true, false, true, true, true])
      #expect(entries[0].kind == .file && entries[4].kind == .special)
      #expect(entries[3].kind == .unreadable(ENOENT))
      for entry in entries[1...2] {
        guard case .folder = entry.kind else {
          Issue.record("\(entry.name) is \(entry.kind)")
          continue
        }
      }
    }
  }

  @Test func stampsTellFilesApart() throws {
    try withScratch { path in
      let file = path + "/x"
      try Data("one".utf8).write(to: URL(fileURLWithPath: file))
      let before = FileSystem.stamp(of: file)
      #expect(FileSystem.stamp(of: file) == before && FileSystem.stamp(of: path + "/no").isEmpty)
      // Another content of the same size, and the old time put back, as 'cp -p' and 'rsync -t' do.
      let date = try #require(
        try FileManager.default.attributesOfItem(atPath: file)[.modificationDate] as? Date)
      let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: file))
      try handle.write(contentsOf: Data("two".utf8))
      try handle.close()
      try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: file)
      #expect(FileSystem.stamp(of: file) != before)
    }
  }
}

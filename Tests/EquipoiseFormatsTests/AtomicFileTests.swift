// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import EquipoiseFormats

@Suite struct AtomicFileTests {
  @Test func replacesTheFileAndLeavesNothingElse() throws {
    try withScratch { folder in
      let path = folder + "/a.txt"
      try AtomicFile.write(data: Array("old".utf8), to: path)
      try AtomicFile.write(to: path) { sink in
        try sink.write("new ")
        try sink.write([UInt8](repeating: 120, count: 100_000))
        try sink.write("end")
      }
      let text = String(decoding: try content(of: path), as: UTF8.self)
      #expect(text == "new " + String(repeating: "x", count: 100_000) + "end")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["a.txt"])
    }
  }

  @Test func keepsTheOldFileWhenTheBodyThrows() throws {
    struct Stop: Error {}
    try withScratch { folder in
      let path = folder + "/a.txt"
      try AtomicFile.write(data: Array("old".utf8), to: path)
      #expect(throws: Stop.self) {
        try AtomicFile.write(to: path) { sink in
          try sink.write([UInt8](repeating: 0, count: 100_000))
          throw Stop()
        }
      }
      try expectUntouched(path)
    }
  }

  @Test func namesPathAndReasonWhenTheFolderIsNone() throws {
    try withScratch { folder in
      try AtomicFile.write(data: Array("old".utf8), to: folder + "/a.txt")
      let missing = folder + "/none/a.txt"
      expectError(
        "\(missing): cannot create a file in its folder: No such file or directory; check the path"
      ) {
        try AtomicFile.write(data: [1], to: missing)
      }
      let inFile = folder + "/a.txt/b.txt"
      expectError(
        "\(inFile): cannot create a file in its folder: Not a directory; "
          + "check that each part of the path is a folder and the last one a file"
      ) {
        try NPY.write(HostArray(floats: [1], shape: [1]), to: inFile)
      }
      try expectUntouched(folder + "/a.txt")
    }
  }

  @Test func cannotReplaceAFolder() throws {
    try withScratch { folder in
      let path = folder + "/folder"
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
      let error = #expect(throws: FormatError.self) { try AtomicFile.write(data: [1], to: path) }
      #expect(error == .system(path: path, operation: "replace the file", code: EISDIR))
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["folder"])
    }
  }

  /// In a process of its own, which gives up the right to write anywhere if it is root's.
  @Test func reportsReadOnlyFolders() async {
    await #expect(processExitsWith: .success) {
      try withScratch { folder in
        let path = folder + "/a.txt"
        try AtomicFile.write(data: Array("old".utf8), to: path)
        chmod(folder, 0o555)
        defer { chmod(folder, 0o755) }
        let user = geteuid()
        if user == 0 { try #require(seteuid(65534) == 0) }
        defer { seteuid(user) }
        expectError(
          "\(path): cannot create a file in its folder: Permission denied; "
            + "check the permissions of the file and its folder"
        ) {
          try AtomicFile.write(data: Array("new".utf8), to: path)
        }
        try expectUntouched(path)
      }
    }
  }

  /// In a process of its own, which may not write more than 100,000 bytes to a file.
  @Test func reportsAFileThatCannotGrow() async {
    await #expect(processExitsWith: .success) {
      try withScratch { folder in
        let path = folder + "/a.safetensors"
        try AtomicFile.write(data: Array("old".utf8), to: path)
        signal(SIGXFSZ, SIG_IGN)
        var limit = rlimit(rlim_cur: 100_000, rlim_max: 100_000)
        #if os(Linux)
          try #require(setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
        #else
          try #require(setrlimit(RLIMIT_FSIZE, &limit) == 0)
        #endif
        let array = HostArray(floats: [Float](repeating: 1, count: 50_000), shape: [50_000])
        expectError(
          "\(path): cannot write: File too large; "
            + "raise the file size limit (ulimit -f) or choose another disk"
        ) {
          try Safetensors.writeChecksummed(to: path, tensors: [("a", array)])
        }
        try expectUntouched(path)
      }
    }
  }

  @Test(.enabled(if: TinyDisk.isAvailable, "needs the right to mount a file system"))
  func reportsAFullDisk() throws {
    try withScratch { folder in
      try #require(TinyDisk.run("mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", folder))
      defer { _ = TinyDisk.run("umount", folder) }
      let path = folder + "/a.safetensors"
      try AtomicFile.write(data: Array("old".utf8), to: path)
      let array = HostArray(floats: [Float](repeating: 1, count: 50_000), shape: [50_000])
      expectError(
        "\(path): cannot write: No space left on device; "
          + "free some space or choose another disk"
      ) {
        try Safetensors.write(to: path, tensors: [("a", array)])
      }
      try expectUntouched(path)
    }
  }

  @Test func removesOnlyWhatDeadWritersLeft() throws {
    try withScratch { folder in
      let path = folder + "/a.txt"
      let dead = folder + "/.a.txt.0.equipoise-partial"
      try Data([1]).write(to: URL(fileURLWithPath: dead))
      try AtomicFile.write(to: path) { sink in
        try sink.write("alive")
        Leftovers.sweep(folder)
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["a.txt"])
    }
  }

  @Test func mapsFilesAndRefusesOthers() throws {
    try withScratch { folder in
      let path = folder + "/empty"
      try AtomicFile.write(data: [UInt8](), to: path)
      #expect(try MappedFile(path: path).bytes.isEmpty)
      expectError("\(folder): not a regular file; give the path of a file") {
        _ = try MappedFile(path: folder)
      }
      expectError("\(path)2: cannot open the file: No such file or directory; check the path") {
        _ = try MappedFile(path: path + "2")
      }
    }
  }
}

/// The file at `path` still says "old" and nothing lies beside it.
private func expectUntouched(
  _ path: String, sourceLocation: SourceLocation = #_sourceLocation
) throws {
  #expect(try content(of: path) == Array("old".utf8), sourceLocation: sourceLocation)
  let folder = (path as NSString).deletingLastPathComponent
  let names = try FileManager.default.contentsOfDirectory(atPath: folder)
  #expect(names == [(path as NSString).lastPathComponent], sourceLocation: sourceLocation)
}

/// Mounting a file system of a given size, where that is allowed.
private enum TinyDisk {
  static let isAvailable: Bool =
    (try? withScratch { folder in
      run("mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", folder) && run("umount", folder)
    }) ?? false

  static func run(_ command: String...) -> Bool {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = command
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }
}

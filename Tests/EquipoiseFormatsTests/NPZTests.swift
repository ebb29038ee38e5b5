// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import EquipoiseFormats

@Suite struct NPZTests {
  @Test(arguments: ["stored", "zip64"])
  func readsStoredArrays(name: String) throws {
    let archive = try NPZ(path: fixture(name + ".npz"))
    #expect(archive.names == ["image", "label"])
    #expect(try archive.read("image").floats() == values)
    #expect(try archive.read("label").int64s() == [3, 1])
    #expect(try archive.read("image").storage.owner is MappedFile)
  }

  @Test func readsDeflatedArrays() throws {
    let archive = try NPZ(path: fixture("deflated.npz"))
    #expect(archive.names == ["image", "label", "zeros"])
    #expect(try archive.read("image").type == .uint8)
    #expect(try archive.read("label").int64s() == [3, 1])
    let zeros = try archive.read("zeros")
    #expect(zeros.shape == [100_000] && zeros.bytes.allSatisfy { $0 == 0 })
  }

  @Test func suggestsNames() throws {
    let path = try fixture("stored.npz")
    let archive = try NPZ(path: path)
    expectError("\(path): holds no array 'labels'; did you mean 'label'?") {
      _ = try archive.read("labels")
    }
  }

  @Test func refusesOtherCompression() throws {
    let path = try fixture("bzip2.npz")
    expectError(
      "\(path): image: is compressed by zip method 12; "
        + "save the arrays again with numpy.savez or numpy.savez_compressed"
    ) {
      _ = try NPZ(path: path).read("image")
    }
  }

  /// Offset from the start of the member's entry in the central directory, new value, reason.
  static let patches: [(Int, [UInt8], String)] = [
    (8, [1, 0], "is encrypted"),
    (10, [99, 0], "is compressed by zip method 99"),
    (16, [0, 0, 0, 0], "fails its CRC-32 check"),
    (24, [255, 255, 255, 127], "claims 2147483647 bytes, more than 194 bytes can inflate to"),
    (
      24, [0x21, 0x87, 1, 0],
      "the shape [100000] of 1-byte elements does not match the 100001 bytes of data"
    ),
    (
      24, [0x1F, 0x87, 1, 0],
      "the shape [100000] of 1-byte elements does not match the 99999 bytes of data"
    ),
    (20, [193, 0, 0, 0], "the compressed data end early"),
    (20, [195, 0, 0, 0], "the compressed data do not make the 100128 bytes they claim"),
    (20, [255, 255, 0, 0], "reaches into the zip directory"),
    (42, [1, 0, 0, 0], "has no local zip header"),
    (42, [255, 255, 255, 127], "has no local zip header"),
  ]

  @Test(arguments: patches)
  func refusesLyingDirectories(offset: Int, value: [UInt8], reason: String) throws {
    var file = try fixtureBytes("deflated.npz")
    // The first entry is that of "zeros".
    let entry = try #require(index(of: [0x50, 0x4B, 1, 2], in: file))
    #expect(Array(file[(entry + 46)..<(entry + 51)]) == Array("zeros".utf8))
    file.replaceSubrange(entry + offset..<entry + offset + value.count, with: value)
    let archive = try NPZ(ByteSlice(copying: file), path: "a.npz")
    let error = #expect(throws: FormatError.self) {
      try archive.read("zeros")
    }
    #expect(error?.reason == reason)
  }

  @Test func refusesArraysOverTheLimit() throws {
    let archive = try NPZ(path: fixture("deflated.npz"), sizeLimit: 1000)
    #expect(try archive.read("image").shape == [2, 3])
    let error = #expect(throws: FormatError.self) { try archive.read("zeros") }
    #expect(error?.reason == "takes 100128 bytes, more than the limit of 1000")
  }

  @Test func refusesEveryTruncation() throws {
    let file = try fixtureBytes("stored.npz")
    for count in 0..<file.count {
      #expect(throws: FormatError.self) {
        try NPZ(ByteSlice(copying: Array(file[..<count])), path: "a.npz")
      }
    }
  }

  @Test func refusesDoubledNames() throws {
    var file = try fixtureBytes("stored.npz")
    let name = Array("label.npy".utf8)
    let last = try #require(file.indices.last { file[$0...].starts(with: name) })
    file.replaceSubrange(last..<last + name.count, with: Array("image.npy".utf8))
    expectError("a.npz: holds 'image' twice; make the archive again") {
      _ = try NPZ(ByteSlice(copying: file), path: "a.npz")
    }
  }

  /// A member of 256 MB that says it has three numbers, in an archive of 1.1 MB.
  private static let bomb = """
    import struct, sys, zipfile
    header = b"{'descr': '<f4', 'fortran_order': False, 'shape': (SHAPE), }"
    header += b' ' * (117 - len(header)) + b'\\n'
    with zipfile.ZipFile(sys.argv[1], 'w', zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        with archive.open('a.npy', 'w') as member:
            member.write(b'\\x93NUMPY\\x01\\x00' + struct.pack('<H', len(header)) + header)
            for _ in range(256): member.write(bytes(1 << 20))
    """

  /// In a process that has no memory for what the archive claims.
  @Test func headersAreJudgedBeforeAnythingIsInflated() async {
    await #expect(processExitsWith: .success) {
      try withScratch { folder in
        let path = folder + "/bomb.npz"
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", "-c", NPZTests.bomb.replacing("SHAPE", with: "3,"), path]
        try process.run()
        process.waitUntilExit()
        try NPZTests.limitMemory(to: 128 << 20)
        for read in [{ _ = try NPZ(path: path).read("a") }, { _ = try NPZ(path: path).info("a") }] {
          expectError(
            "\(path): a: the shape [3] of 4-byte elements does not match the 268435456 bytes of data; "
              + copyAgain, read)
        }
      }
    }
  }

  /// Lets this process take no more than so many bytes beyond what it has.
  static func limitMemory(to more: Int) throws {
    let pages = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
    let used = (Int(pages.split(separator: " ").first ?? "") ?? 0) * Int(getpagesize())
    var limit = rlimit(rlim_cur: rlim_t(used + more), rlim_max: rlim_t(used + more))
    #expect(setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0)
  }
}

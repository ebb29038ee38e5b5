// SPDX-License-Identifier: Apache-2.0
package import EquipoiseFormats
import Foundation

/// npz files, for tests: what `numpy.savez` writes, without compression.
package enum StoredArchive {
  /// Writes arrays under their names.
  package static func write(_ arrays: [(name: String, array: HostArray)], to path: String) throws {
    let folder = try TemporaryFolder()
    var (file, directory) = ([UInt8](), [UInt8]())
    for (name, array) in arrays {
      try NPY.write(array, to: folder.file("array.npy"))
      let content = [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder.file("array.npy"))))
      let (member, place) = (Array("\(name).npy".utf8), file.count)
      let entry =
        [UInt8](repeating: 0, count: 8) + bytes(CRC32.of(content), 4)
        + bytes(UInt32(content.count), 4) + bytes(UInt32(content.count), 4)
        + bytes(UInt32(member.count), 2) + [0, 0]
      file += [0x50, 0x4B, 3, 4, 20, 0] + entry + member + content
      directory +=
        [0x50, 0x4B, 1, 2, 20, 0, 20, 0] + entry + [UInt8](repeating: 0, count: 10)
        + bytes(UInt32(place), 4) + member
    }
    let count = bytes(UInt32(arrays.count), 2)
    let end =
      [0x50, 0x4B, 5, 6, 0, 0, 0, 0] + count + count + bytes(UInt32(directory.count), 4)
      + bytes(UInt32(file.count), 4) + [0, 0]
    try Data(file + directory + end).write(to: URL(fileURLWithPath: path))
  }

  /// The lowest bytes of a number, the lowest first.
  private static func bytes(_ number: UInt32, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * UInt32($0))) }
  }
}

// SPDX-License-Identifier: Apache-2.0
import EquipoiseFormats

/// A zip archive of one stored member with the right sums around it.
enum Archive {
  static func zip(_ content: [UInt8]) -> [UInt8] {
    let name = Array("a.npy".utf8)
    let sum = CRC32.of(content)
    let sizes = little(sum, 4) + little(UInt32(content.count), 4) + little(UInt32(content.count), 4)
    let local =
      [0x50, 0x4B, 3, 4, 20, 0, 0, 0, 0, 0, 0, 0, 0, 0] + sizes + little(UInt32(name.count), 2)
      + [0, 0] + name
    let central =
      [0x50, 0x4B, 1, 2, 20, 0, 20, 0, 0, 0, 0, 0, 0, 0, 0, 0] + sizes
      + little(UInt32(name.count), 2) + [UInt8](repeating: 0, count: 16) + name
    let start = UInt32(local.count + content.count)
    let end =
      [0x50, 0x4B, 5, 6, 0, 0, 0, 0, 1, 0, 1, 0] + little(UInt32(central.count), 4)
      + little(start, 4) + [0, 0]
    return local + content + central + end
  }

  private static func little(_ number: UInt32, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: number >> UInt32(8 * $0)) }
  }
}

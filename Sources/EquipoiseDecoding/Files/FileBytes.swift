// SPDX-License-Identifier: Apache-2.0
import EquipoiseMedia

/// Bytes at any place of a file, of which some tell whether it is whole.
struct FileBytes {
  private let input: InputFile
  /// The file's length.
  var count: Int { input.size }

  /// Nil for a file that cannot be opened.
  init?(_ file: String) {
    guard let input = try? InputFile(file) else { return nil }
    self.input = input
  }

  /// Fewer than asked for at the file's end.
  func bytes(at start: Int, _ length: Int) -> [UInt8] { input.bytes(at: start, length) }

  /// The four letters of a chunk's name; empty past the end.
  func name(at start: Int) -> String { String(decoding: bytes(at: start, 4), as: UTF8.self) }

  /// An unsigned number of `length` bytes; nil where the file ends before or it is beyond `Int`.
  func number(at start: Int, _ length: Int, isBigEndian: Bool = false) -> Int? {
    let bytes = bytes(at: start, length)
    guard bytes.count == length else { return nil }
    let ordered = isBigEndian ? bytes : bytes.reversed()
    return Int(exactly: ordered.reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
  }

  /// How many zeros the file ends with, counted up to 16 MiB.
  func trailingZeros() -> Int {
    var zeros = 0
    while zeros < min(count, 16 << 20) {
      let length = min(1 << 16, count - zeros)
      let block = bytes(at: count - zeros - length, length)
      guard block.count == length else { break }
      let run = block.reversed().prefix { $0 == 0 }.count
      zeros += run
      if run < length { break }
    }
    return zeros
  }
}

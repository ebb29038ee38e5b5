// SPDX-License-Identifier: Apache-2.0
/// What the bytes at a file's end tell: whether its last unit is whole, and whether it is one at all.
struct FileEnding {
  /// The file ends within a unit that its header makes longer.
  private(set) var isCut = false
  /// The last bytes are not such as the container has there.
  private(set) var isForeign = false
  /// Zeros at the end, where they mean nothing.
  private(set) var zeros = 0

  /// - Parameters:
  ///   - file: its path.
  ///   - format: the name of FFmpeg's demuxer.
  init(of file: String, _ format: String) {
    guard let bytes = FileBytes(file) else { return }
    zeros = bytes.trailingZeros()
    switch format {
    case "avi": isCut = Self.endsWithinChunk(bytes)
    case "mov,mp4,m4a,3gp,3g2,mj2": isCut = Self.endsWithinBox(bytes)
    case "asf": isCut = Self.isShorterThanASFHeader(bytes)
    case "gif": isCut = Self.lacksGIFTrailer(bytes, zeros)
    case "ogg": readOgg(bytes)
    case "mpegts": readTransportStream(bytes)
    case "flv": isForeign = Self.lacksFLVTag(bytes)
    default: break
    }
  }

  /// Whether there are too many zeros for an accident: more than any codec or container ends with.
  var isZeroFilled: Bool { zeros >= 512 }

  /// RIFF chunks; a stream's header has no size.
  private static func endsWithinChunk(_ bytes: FileBytes) -> Bool {
    var place = 0
    while place + 8 <= bytes.count, bytes.name(at: place) == "RIFF",
      let size = bytes.number(at: place + 4, 4)
    {
      guard !RIFFSize.isUnknown(size) else { return false }
      place += 8 + size
      if place > bytes.count { return true }
      place += size & 1
    }
    return false
  }

  /// The top-level boxes of an MP4 file.
  private static func endsWithinBox(_ bytes: FileBytes) -> Bool {
    var place = 0
    while place + 8 <= bytes.count, var size = bytes.number(at: place, 4, isBigEndian: true) {
      if size == 0 { return false }
      if size == 1 {
        guard let large = bytes.number(at: place + 8, 8, isBigEndian: true) else { return true }
        size = large
      }
      guard size >= 8, size <= bytes.count - place else { return size >= 8 }
      place += size
    }
    return false
  }

  /// The file properties of ASF tell the file's size, but for a broadcast.
  private static func isShorterThanASFHeader(_ bytes: FileBytes) -> Bool {
    let head = bytes.bytes(at: 0, 1 << 16)
    let mark: [UInt8] = [
      0xA1, 0xDC, 0xAB, 0x8C, 0x47, 0xA9, 0xCF, 0x11, 0x8E, 0xE4, 0, 0xC0, 0x0C, 0x20, 0x53, 0x65,
    ]
    guard let place = head.firstRange(of: mark)?.lowerBound,
      let size = bytes.number(at: place + 40, 8), let flags = bytes.number(at: place + 88, 4)
    else { return false }
    return flags & 1 == 0 && size > bytes.count
  }

  private static func lacksGIFTrailer(_ bytes: FileBytes, _ zeros: Int) -> Bool {
    bytes.bytes(at: bytes.count - zeros - 1, 1) != [0x3B]
  }

  /// The last page tells its own length.
  private mutating func readOgg(_ bytes: FileBytes) {
    // A page has at most 65 307 bytes.
    let start = max(0, bytes.count - 65_536)
    let tail = bytes.bytes(at: start, 65_536)
    guard
      let place = tail.indices.dropLast(26).last(where: {
        tail[$0] == 0x4F && tail[$0...].starts(with: Array("OggS".utf8) + [0])
      })
    else {
      isForeign = true
      return
    }
    let table = tail[(place + 27)...].prefix(Int(tail[place + 26]))
    let end = place + 27 + table.count + table.reduce(0) { $0 + Int($1) }
    isCut = end > tail.count || table.count < Int(tail[place + 26])
    // Tags and the like may follow.
    isForeign = end + 128 < tail.count
  }

  /// Packets of one length from one sync byte to the next.
  private mutating func readTransportStream(_ bytes: FileBytes) {
    let head = bytes.bytes(at: 0, 8 * 204)
    for length in [188, 192, 204] {
      let first = (0..<length).first { start in
        let places = stride(from: start, to: head.count, by: length)
        return places.underestimatedCount > 0 && places.allSatisfy { head[$0] == 0x47 }
      }
      guard let first else { continue }
      let rest = (bytes.count - first) % length
      // The times before or the check bytes behind a packet of 188 bytes belong to it.
      isCut = rest != 0 && !(length == 192 && rest == 188)
      let last = bytes.count - rest - length
      isForeign = last >= first && bytes.bytes(at: last, 1) != [0x47]
      return
    }
  }

  /// After each tag of FLV stands its length.
  private static func lacksFLVTag(_ bytes: FileBytes) -> Bool {
    guard let length = bytes.number(at: bytes.count - 4, 4, isBigEndian: true), length > 11,
      let size = bytes.number(at: bytes.count - 4 - length + 1, 3, isBigEndian: true)
    else { return true }
    return size != length - 11
  }
}

/// Sizes in the headers of RIFF files.
enum RIFFSize {
  /// Whether it stands for "unknown", as programs write it that cannot go back to the header.
  static func isUnknown(_ size: Int) -> Bool {
    size == 0 || (0x7FFF_F000...0x8000_0000).contains(size) || size >= 0xFFFF_F000
  }
}

// SPDX-License-Identifier: Apache-2.0
/// Text in a file, in one of the common encodings that can be recognised: UTF-8, and UTF-16 with a byte-order mark.
enum TextFile {
  /// The text as UTF-8 without its mark; mapped where it is stored so. Throws `FormatError` that says what the
  /// file is where it is not text. Whether UTF-8 is sound is for the reader to find, which knows the line.
  static func read(_ path: String, sizeLimit: Int) throws -> ByteSlice {
    let file = try MappedFile(path: path)
    guard file.bytes.count <= sizeLimit else {
      throw FormatError.unsupported(
        path: path, reason: "takes \(file.bytes.count) bytes, more than the limit of \(sizeLimit)",
        remedy: "split the table, or store numbers as npy")
    }
    return try text(ByteSlice(file), path: path)
  }

  /// As `read`, of bytes whose name in errors is `path`.
  static func text(_ file: ByteSlice, path: String) throws -> ByteSlice {
    try file.withBytes { bytes in
      if let problem = binary(bytes) {
        throw FormatError.unsupported(path: path, reason: problem.0, remedy: problem.1)
      }
      if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { return file[3..<file.count] }
      for (mark, isBig) in [([0xFF, 0xFE] as [UInt8], false), ([0xFE, 0xFF], true)]
      where bytes.starts(with: mark) {
        return try fromUTF16(bytes, bigEndian: isBig, path: path)
      }
      guard bytes.prefix(1024).contains(0) else { return file }
      throw FormatError.unsupported(
        path: path, reason: "is not text, or is UTF-16 without a byte-order mark",
        remedy: "save it as UTF-8, for example with iconv -f UTF-16LE -t UTF-8 FILE")
    }
  }

  private static func fromUTF16(
    _ bytes: UnsafeRawBufferPointer, bigEndian: Bool, path: String
  ) throws -> ByteSlice {
    guard bytes.count % 2 == 0 else {
      throw FormatError.malformed(
        path: path, reason: "is UTF-16 that ends in the middle of a character",
        remedy: "copy it again, or save it as UTF-8")
    }
    let reader = ByteReader(bytes: bytes, path: path)
    let units = try stride(from: 2, to: bytes.count, by: 2).map {
      try reader.integer(at: $0, as: UInt16.self, bigEndian: bigEndian)
    }
    guard let text = String(validating: units, as: UTF16.self) else {
      throw FormatError.malformed(
        path: path, reason: "is not sound UTF-16", remedy: "save it as UTF-8")
    }
    return ByteSlice(copying: Array(text.utf8))
  }

  /// What a file is that people name like a table, and what to do.
  private static func binary(_ bytes: UnsafeRawBufferPointer) -> (String, String)? {
    let csv = "save the sheet as 'CSV UTF-8'"
    let kinds: [([UInt8], String, String)] = [
      (Array("PK\u{3}\u{4}".utf8), "is an Excel workbook (xlsx) or another zip archive", csv),
      ([0xD0, 0xCF, 0x11, 0xE0], "is an Excel workbook (xls)", csv),
      (
        Array("PAR1".utf8), "is a Parquet file", "convert it with pandas: to_csv(path, index=False)"
      ),
      (
        Array("ARROW1".utf8), "is a Feather file",
        "convert it with pandas: to_csv(path, index=False)"
      ),
      ([0x1F, 0x8B], "is compressed by gzip", "unpack it with gunzip"),
      (Array("BZh".utf8), "is compressed by bzip2", "unpack it with bunzip2"),
      ([0xFF, 0xFE, 0, 0], "is UTF-32", "save it as UTF-8"),
      ([0, 0, 0xFE, 0xFF], "is UTF-32", "save it as UTF-8"),
    ]
    if let kind = kinds.first(where: { bytes.starts(with: $0.0) }) { return (kind.1, kind.2) }
    let start = String(decoding: bytes.prefix(64), as: UTF8.self).lowercased()
      .drop { $0.isWhitespace || $0 == "\u{FEFF}" }
    guard start.hasPrefix("<!doctype") || start.hasPrefix("<html") else { return nil }
    return ("is a web page", "download the table itself")
  }
}

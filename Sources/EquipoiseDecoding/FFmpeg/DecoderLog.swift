// SPDX-License-Identifier: Apache-2.0
import CEquipoiseMedia

/// What FFmpeg says on this thread while a file is read. It tells of much damage in no other way.
enum DecoderLog {
  /// Starts to keep it; earlier lines are forgotten.
  static func start() { cmedia_keep_log() }

  /// The lines since the start or the last call, as `[name] level: text`.
  static func taken() -> [String] {
    let count = cmedia_log_count()
    guard count > 0 else { return [] }
    let lines = (0..<count).map { String(cString: cmedia_log_line($0)) }
    cmedia_keep_log()
    return lines
  }

  /// Whether a line says that a packet or element ends with the file.
  static func tellsOfCut(_ line: String) -> Bool {
    contains(
      line,
      ["Packet corrupt", "File ended prematurely", "partial file", "PES packet size mismatch"])
  }

  /// Whether a line says that bytes are not what the container has there.
  static func tellsOfBrokenStructure(_ line: String) -> Bool {
    contains(
      line,
      [
        "invalid as first byte of an EBML", "Packet mismatch", "ff asf skip", "ff asf bad header",
        "invalid block label", "CRC mismatch", "could not find sync byte",
      ])
  }

  /// Whether a line says that pixels of a still picture could not be decoded. What is said of metadata
  /// and of a missing end marker is left out: the pixels can be whole.
  static func tellsOfLostPixels(_ line: String) -> Bool {
    !contains(line, ["APP fields", "EXIF", "Exif", "ICC", "EOI missing"])
      && contains(
        line,
        [
          "overread", "error dc", "bad vlc", "error count", "error y=", "LZW decode failed",
          "inflate returned", "bytes left", "not enough data", "complete image", "data is missing",
          "Invalid data", "IEND without all image", "out of bounds", "truncated", "Truncated",
          "premature",
        ])
  }

  private static func contains(_ line: String, _ words: [String]) -> Bool {
    words.contains { line.contains($0) }
  }
}

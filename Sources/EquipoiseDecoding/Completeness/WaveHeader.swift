// SPDX-License-Identifier: Apache-2.0
/// What a WAV file's header says of its samples, which FFmpeg corrects by the file's size.
struct WaveHeader {
  /// Bytes of samples that the header promises.
  let promised: Int
  /// Bytes of samples that are there.
  let found: Int
  /// Bytes of a second.
  let rate: Int

  /// Nil where it promises nothing: for other files, and for one written to a pipe.
  init?(of file: String) {
    guard let bytes = FileBytes(file), ["RIFF", "RF64", "RIFX"].contains(bytes.name(at: 0)) else {
      return nil
    }
    let isBigEndian = bytes.name(at: 0) == "RIFX"
    var (place, rate, large) = (12, 0, 0)
    while let size = bytes.number(at: place + 4, 4, isBigEndian: isBigEndian) {
      switch bytes.name(at: place) {
      case "ds64": large = bytes.number(at: place + 16, 8) ?? 0
      case "fmt ": rate = bytes.number(at: place + 16, 4, isBigEndian: isBigEndian) ?? 0
      case "data":
        let promised = size == 0xFFFF_FFFF && large > 0 ? large : size
        guard promised == large || !RIFFSize.isUnknown(promised), rate > 0 else { return nil }
        self.promised = promised
        self.rate = rate
        found = min(promised, bytes.count - place - 8)
        return
      default: break
      }
      place += 8 + size + size & 1
    }
    return nil
  }

  /// What is missing beyond 0.1 seconds or a hundredth, which programs get wrong; nil if nothing is.
  var damage: String? {
    let allowed = min(max(100, promised / 100), rate / 10)
    guard promised - found > allowed else { return nil }
    return SoundLength.share(Double(found) / Double(rate), of: Double(promised) / Double(rate))
  }
}

/// Says how much of a sound is there.
enum SoundLength {
  static func share(_ found: Double, of promised: Double) -> String {
    "\(text(max(0, found))) of \(text(promised)) seconds of sound are there"
  }

  static func text(_ seconds: Double) -> String {
    let digits = seconds < 10 ? 100.0 : 10.0
    return "\((seconds * digits).rounded() / digits)"
  }
}

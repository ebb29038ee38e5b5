// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseFormats

extension PreparedDataset {
  /// The SHA-256 of `dataset.json` and of each file's size and header. The numbers are not read, so
  /// that this stays cheap for datasets of any size.
  static func fingerprint(_ description: DatasetDescription, in folder: String) throws -> String {
    var parts = [try Digest.sha256Hex(ofFile: folder + "/" + DatasetDescription.fileName)]
    for split in Split.allCases {
      for shard in description.splits[split] ?? [] {
        let file = try MappedFile(path: folder + "/" + shard.file)
        let header = file.withBytes { bytes in
          let claimed = Int(clamping: bytes.loadUnaligned(as: UInt64.self).littleEndian)
          let length = min(claimed, bytes.count - 8)
          return Digest.sha256Hex(of: UnsafeRawBufferPointer(rebasing: bytes[..<(8 + length)]))
        }
        parts.append("\(shard.file) \(file.bytes.count) \(header)")
      }
    }
    return Digest.sha256Hex(of: Array(parts.joined(separator: "\n").utf8))
  }
}

// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
package import EquipoiseFormats

extension Shard {
  /// Throws `EquipoiseError` for the first id of a text that its vocabulary does not have: an encoder would read beyond
  /// its table. What lies behind a sample's own tokens, or in the place of a text that it lacks, is not looked at.
  func checkTokens(_ modalities: [DatasetModality]) throws {
    for (index, modality) in modalities.enumerated() {
      guard let tokens = modality.description.tokens else { continue }
      let most = modality.description.shape[0]
      for row in 0..<count where present[index]?[row] ?? true {
        let own = inputs[index].row(row).slice(rows: 0..<(lengths[index]?[row] ?? most))
        guard let token = TokenIds.first(of: own, outside: tokens.vocabulary) else { continue }
        throw EquipoiseError(
          .data,
          "row \(row) has the token \(token) in '\(modality.name)', outside its vocabulary 0..<"
            + "\(tokens.vocabulary)", at: path,
          fix: "correct the ids, or 'vocabulary' in \(DatasetDescription.fileName)")
      }
    }
  }
}

/// Ids of tokens as they are stored.
package enum TokenIds {
  /// The first id that is negative or not below `vocabulary`.
  package static func first(of ids: HostArray, outside vocabulary: Int) -> Int? {
    ids.withUnsafeBytes { bytes in
      ids.type == .int64
        ? first(bytes, Int64(vocabulary)) : first(bytes, Int32(clamping: vocabulary))
    }
  }

  private static func first<Id: FixedWidthInteger & BitwiseCopyable>(
    _ bytes: UnsafeRawBufferPointer, _ vocabulary: Id
  ) -> Int? {
    for offset in stride(from: 0, to: bytes.count, by: MemoryLayout<Id>.size) {
      let id = bytes.loadUnaligned(fromByteOffset: offset, as: Id.self)
      if id < 0 || id >= vocabulary { return Int(id) }
    }
    return nil
  }
}

internal import Formats

extension Samples {
  /// Calls `body` with the bytes of one modality of one sample, in the mapped file.
  func withBytes<Result>(
    ofInput modality: Int, sample index: Int,
    _ body: (UnsafeRawBufferPointer) throws -> Result
  ) rethrows -> Result {
    let location = locations[index]
    let size = modalities[modality].description.byteCount
    return try shards[Int(location.shard)].inputs[modality].withUnsafeBytes { bytes in
      let start = Int(location.row) * size
      return try body(UnsafeRawBufferPointer(rebasing: bytes[start..<start + size]))
    }
  }

  /// One error for each modality of each sample that holds an infinity or not-a-number. Reads every
  /// floating-point number.
  ///
  /// - Returns: The errors in the order of the samples; none when all is well.
  public func notFinite() -> [EquipoiseError] {
    (0..<count).flatMap { index in
      modalities.indices.compactMap { modality in
        let type = modalities[modality].description.type
        let isFinite = withBytes(ofInput: modality, sample: index) {
          Finiteness.isFinite($0, type)
        }
        return isFinite ? nil : notFinite(modality, index)
      }
    }
  }

  /// What to say of a sample that is not finite.
  func notFinite(_ modality: Int, _ index: Int) -> EquipoiseError {
    let location = locations[index]
    let shard = shards[Int(location.shard)]
    let name = shard.id(ofRow: Int(location.row)).map { " (sample '\($0)')" } ?? ""
    return EquipoiseError(
      .data,
      "row \(location.row)\(name) of modality '\(modalities[modality].name)' is not finite",
      at: shard.path,
      fix: "correct or leave out the sample; 'equipoise inspect --check-data' lists all of them")
  }
}

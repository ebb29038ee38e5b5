// SPDX-License-Identifier: Apache-2.0
public import EquipoiseKit
package import EquipoiseFormats

extension Samples {
  /// One modality of one sample, in the mapped file.
  func input(_ modality: Int, ofSample index: Int) -> HostArray {
    let location = locations[index]
    return shards[Int(location.shard)].inputs[modality].row(Int(location.row))
  }

  /// The valid steps of one modality of one sample, in the mapped file; nil where the sample lacks the modality.
  package func valid(_ modality: Int, ofSample index: Int) -> HostArray? {
    guard has(modality, sample: index) else { return nil }
    let whole = input(modality, ofSample: index)
    return lengths[modality].map { whole.slice(rows: 0..<$0[index]) } ?? whole
  }

  /// One error for each modality of each sample that holds an infinity or not-a-number where it is valid. Reads every
  /// floating-point number.
  ///
  /// - Returns: The errors in the order of the samples; none when all is well.
  public func notFinite() -> [EquipoiseError] {
    (0..<count).flatMap { index in
      modalities.indices.compactMap { modality in
        let type = modalities[modality].description.type
        let isFinite = valid(modality, ofSample: index)?.withUnsafeBytes {
          Finiteness.isFinite($0, type)
        }
        return isFinite ?? true ? nil : notFinite(modality, index)
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
      fix: "correct or leave out the sample; \(.dataCheck) lists all of them")
  }
}

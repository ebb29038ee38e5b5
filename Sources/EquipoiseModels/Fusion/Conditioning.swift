// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
import EquipoiseTorch

/// What the heads share in which the first modality acts on the others.
enum Conditioning {
  /// The width of all modalities but the first. Throws ``EquipoiseError`` where there is none.
  static func rest(of featureWidths: [Int], fusion: String) throws -> Int {
    guard featureWidths.count >= 2 else {
      throw EquipoiseError(
        .configuration,
        "the fusion '\(fusion)' needs two modalities or more, not \(featureWidths.count)",
        fix: "use 'concat'")
    }
    return featureWidths.dropFirst().reduce(0, +)
  }

  /// The features of all modalities but the first, side by side.
  static func joined(_ features: [Tensor]) -> Tensor {
    features.count == 2 ? features[1] : .concatenated(Array(features.dropFirst()), dimension: 1)
  }
}

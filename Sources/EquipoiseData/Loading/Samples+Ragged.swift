// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit

extension Samples {
  /// Whether samples have lengths of their own, or may lack the modality.
  func isRagged(_ modality: Int) -> Bool { lengths[modality] != nil || present[modality] != nil }

  /// Whether a sample has a modality.
  func has(_ modality: Int, sample index: Int) -> Bool { present[modality]?[index] ?? true }

  /// The valid steps of the samples that have a modality; nil where all have those of the shape.
  package func ownLengths(_ modality: Int) -> [Int]? {
    lengths[modality].map { own in
      own.indices.filter { has(modality, sample: $0) }.map { own[$0] }
    }
  }

  /// How long each sample is beside the others: the sum of its shares of the modalities' steps.
  var sizes: [Double] {
    var sizes = [Double](repeating: 0, count: count)
    for (modality, lengths) in lengths.enumerated() {
      guard let lengths else { continue }
      let steps = Double(modalities[modality].description.shape[0])
      for (row, length) in lengths.enumerated() where has(modality, sample: row) {
        sizes[row] += Double(length) / steps
      }
    }
    return sizes
  }

  /// The steps of the longest of some samples that have the modality; one where none has.
  func longest(_ modality: Int, _ indices: [Int]) -> Int {
    guard let lengths = lengths[modality] else { return modalities[modality].description.shape[0] }
    return indices.filter { has(modality, sample: $0) }.map { lengths[$0] }.max() ?? 1
  }

  /// The valid steps of some samples; nil where all have those of the shape. One that lacks the modality counts as the
  /// longest.
  func batchLengths(_ modality: Int, _ indices: [Int]) -> [Int]? {
    guard let lengths = lengths[modality] else { return nil }
    let longest = longest(modality, indices)
    let own = indices.map { has(modality, sample: $0) ? lengths[$0] : longest }
    let steps = modalities[modality].description.shape[0]
    return own.allSatisfy { $0 == steps } ? nil : own
  }

  /// Which of some samples have the modality; nil where all have.
  func batchPresence(_ modality: Int, _ indices: [Int]) -> [Bool]? {
    guard let present = present[modality] else { return nil }
    let own = indices.map { present[$0] }
    return own.allSatisfy(\.self) ? nil : own
  }
}

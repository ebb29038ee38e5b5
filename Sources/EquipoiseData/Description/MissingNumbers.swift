// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
import Foundation

/// What became of numbers that a dataset's arrays lacked, or that were not finite, when it was prepared. Recipes keep it
/// among their notes: `missingValues` is the policy, `missingValues NAME` what a modality lacked.
package struct MissingNumbers: Codable, Equatable, Sendable {
  /// What a modality lacked.
  package struct Count: Codable, Equatable, Sendable {
    /// The numbers that were not there.
    package let numbers: Int
    /// The samples that lacked any.
    package let samples: Int

    /// A count.
    package init(numbers: Int, samples: Int) { (self.numbers, self.samples) = (numbers, samples) }

    /// `3 numbers in 2 samples`
    package var sentence: String {
      "\(Enumeration.count(numbers, "number")) in \(Enumeration.count(samples, "sample"))"
    }
  }

  /// What was done: `zero`, `mean` of the channel, or `drop` the sample.
  package let policy: String
  /// What was lacking, by modality; of modalities that lacked nothing there is none.
  package let modalities: [String: Count]

  /// What was done, and to how much.
  package init(policy: String, modalities: [String: Count]) {
    (self.policy, self.modalities) = (policy, modalities)
  }

  /// `mean: 'audio' lacked 3 numbers in 2 samples`
  package var sentence: String {
    let counts = modalities.sorted { $0.key < $1.key }.map { "'\($0)' lacked \($1.sentence)" }
    return policy + ": " + (counts.isEmpty ? "nothing was lacking" : Enumeration.text(counts))
  }

  private static let note = "missingValues"

  /// The notes of a dataset; `nil` where numbers that were missing were refused. A note by others that is of another
  /// form is none.
  init?(notes: [String: String]) {
    guard let policy = notes[Self.note] else { return nil }
    let prefix = Self.note + " "
    let counts = notes.compactMap { key, text -> (String, Count)? in
      guard key.hasPrefix(prefix),
        let count = try? JSONDecoder().decode(Count.self, from: Data(text.utf8))
      else { return nil }
      return (String(key.dropFirst(prefix.count)), count)
    }
    self.init(policy: policy, modalities: Dictionary(uniqueKeysWithValues: counts))
  }

  /// As a recipe notes it.
  package var notes: [String: String] {
    modalities.reduce(into: [Self.note: policy]) { notes, modality in
      let (name, count) = modality
      notes["\(Self.note) \(name)"] =
        "{\"numbers\":\(count.numbers),\"samples\":\(count.samples)}"
    }
  }
}

extension DatasetDescription {
  /// What became of missing numbers; `nil` where they were refused.
  package var missingNumbers: MissingNumbers? { MissingNumbers(notes: extra) }
}

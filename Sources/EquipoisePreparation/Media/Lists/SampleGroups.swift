// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit

/// A sample that may belong to a group.
protocol GroupedSample {
  /// What it is called.
  var id: String { get }
  /// Its speaker or the like.
  var group: String? { get }
}

/// Numbers for the groups of samples, such as speakers.
struct SampleGroups {
  /// Of each sample. One without a group, where others have one, is a group of its own: taking it for
  /// a member of any other could split that group, and dropping all groups would split every one.
  let numbers: [Int]
  /// By number; those of single samples in parentheses.
  let names: [String]
  /// How many samples have no group.
  let lone: Int

  /// Nil where no sample has a group.
  init?(_ samples: [some GroupedSample]) {
    let named = Set(samples.compactMap(\.group)).sorted()
    guard !named.isEmpty else { return nil }
    let known = Dictionary(uniqueKeysWithValues: named.enumerated().map { ($1, $0) })
    var names = named
    numbers = samples.map { sample in
      if let number = sample.group.flatMap({ known[$0] }) { return number }
      names.append("(\(sample.id))")
      return names.count - 1
    }
    lone = names.count - named.count
    self.names = names
  }

  /// What the user should know, or nil.
  var note: String? {
    guard lone > 0 else { return nil }
    return "\(lone) of \(numbers.count) samples have no group: each is taken for one of its own"
  }
}

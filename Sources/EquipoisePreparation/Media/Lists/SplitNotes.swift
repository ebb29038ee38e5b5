// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseData
internal import EquipoiseFormats

/// What is to be said of splits that a list gives.
enum SplitNotes {
  /// Groups in more than one split, splits that there are not, and classes that one of them lacks.
  static func of(_ samples: [RawSample], _ classes: [String]) -> [String] {
    var splits: [String: Set<Split>] = [:]
    for sample in samples {
      if let group = sample.group { splits[group, default: []].insert(sample.split) }
    }
    var notes: [String] = []
    let shared = splits.filter { $0.value.count > 1 }.keys.sorted(by: NaturalOrder.precedes)
    if !shared.isEmpty {
      notes.append(
        "\(shared.count) of \(splits.count) groups are in more than one split: "
          + Enumeration.text(shared))
    }
    if !samples.contains(where: { $0.split == .test }) {
      notes.append("no sample is for test, so training will have no test scores")
    }
    for split in [Split.validation, .test] {
      let found = Set(samples.filter { $0.split == split }.map(\.label))
      let absent = classes.indices.filter { !found.contains($0) }
      guard !found.isEmpty, !absent.isEmpty else { continue }
      notes.append(
        "no sample for \(split.rawValue) is of class "
          + Enumeration.text(absent.map { "'\(classes[$0])'" }, limit: 8))
    }
    return notes
  }
}

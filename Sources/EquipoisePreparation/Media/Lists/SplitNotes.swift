internal import EquipoiseKit
internal import EquipoiseData
internal import Formats

/// What is to be said of splits that a list gives.
enum SplitNotes {
  /// Groups in more than one split, and splits that there are not.
  static func of(_ samples: [RawSample]) -> [String] {
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
    return notes
  }
}

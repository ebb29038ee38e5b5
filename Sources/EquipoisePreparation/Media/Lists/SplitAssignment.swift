// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseData

/// Gives samples without a split one, by seed, class and group.
package struct SplitAssignment {
  /// The classes' names.
  let classes: [String]
  /// Decides who is chosen.
  let seed: Int
  /// Whether samples of one group stay on one side.
  var keepsGroups = true
  /// The list or folder, for errors.
  let place: String
  /// What to do where groups cannot be kept whole.
  let remedy: String

  package init(
    classes: [String], seed: Int, keepsGroups: Bool = true, place: String, remedy: String
  ) {
    self.classes = classes
    self.seed = seed
    self.keepsGroups = keepsGroups
    self.place = place
    self.remedy = remedy
  }

  /// Sets every sample's split.
  ///
  /// - Parameters:
  ///   - samples: all samples.
  ///   - test: the share of the test split; 0 makes none.
  ///   - validation: the share of the validation split; 0 makes none, and training carves its own.
  /// - Returns: what the user should know.
  /// - Throws: `EquipoiseError` where groups cannot be kept whole.
  package func assign(
    _ samples: inout [RawSample], test: Double, validation: Double
  ) throws -> [String] {
    for index in samples.indices { samples[index].split = .train }
    return try choose(&samples, share: test, as: .test)
      + choose(&samples, share: validation / max(1e-9, 1 - test), as: .validation)
  }

  /// Moves a share of the training samples to another split; whole groups if there are any.
  private func choose(
    _ samples: inout [RawSample], share: Double, as split: Split
  ) throws -> [String] {
    guard share > 0 else { return [] }
    let open = samples.indices.filter { samples[$0].split == .train }
    let groups = SampleGroups(open.map { samples[$0] })
    let carving = ValidationCarving(
      labels: open.map { samples[$0].label }, groups: keepsGroups ? groups?.numbers : nil,
      classes: classes.count, seed: UInt64(bitPattern: Int64(seed)), split.rawValue)
    let choice = carving.choose(share: share)
    for chosen in choice.samples { samples[open[chosen]].split = split }
    guard let groups, keepsGroups, !choice.samples.isEmpty else { return [] }
    if choice.splitsGroups { return try noteOfSplitGroup(groups, split) }
    guard !choice.absent.isEmpty else { return [] }
    let absent = choice.absent.map { "'\(classes[$0])'" }
    let chosen = Set(choice.samples.map { samples[open[$0]].label }).count
    guard chosen > 1 else {
      throw refusal("whole groups give a split '\(split.rawValue)' of one class")
    }
    return [
      "split '\(split.rawValue)' has no sample of \(Enumeration.text(absent)): "
        + "no whole group of \(absent.count == 1 ? "it" : "them") can be spared"
    ]
  }

  private func noteOfSplitGroup(_ groups: SampleGroups, _ split: Split) throws -> [String] {
    guard Set(groups.numbers).count == 1 else {
      throw refusal(
        "no choice of whole groups for split '\(split.rawValue)' leaves every class in training")
    }
    return [
      "all samples are of group '\(groups.names[0])', so it is in split '\(split.rawValue)' and in "
        + "training"
    ]
  }

  private func refusal(_ what: String) -> EquipoiseError {
    EquipoiseError(.data, what, at: place, fix: remedy)
  }
}

// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit

/// Chooses which training samples become validation samples, or those of another split.
package struct ValidationCarving {
  /// What was chosen.
  package struct Choice: Equatable {
    /// The chosen samples, ascending; none when every choice would empty a class.
    package var samples: [Int] = []
    /// Whether samples of one group are on both sides: no choice of whole groups leaves every class.
    package var splitsGroups = false
    /// Classes with samples, but none that was chosen.
    package var absent: [Int] = []
  }

  private let labels: [Int]
  private let groups: [Int]?
  private let classes: Int
  private let stream: RandomStream

  /// Of the samples of a dataset. Where they do not have one class each, all count as of one: the choice is random.
  init(_ samples: Samples, _ description: DatasetDescription, seed: UInt64) {
    let isClassification = description.task == .classification
    self.init(
      labels: isClassification ? samples.labels : [Int](repeating: 0, count: samples.count),
      groups: samples.groups, classes: isClassification ? description.classes.count : 1, seed: seed)
  }

  /// Of samples with these labels and groups, for the split called `name`.
  package init(
    labels: [Int], groups: [Int]?, classes: Int, seed: UInt64, _ name: String = "validation"
  ) {
    (self.labels, self.groups, self.classes) = (labels, groups, classes)
    stream = RandomStream(seed: seed, name)
  }

  /// Whole groups if there are at least two and every class can stay, else the same share of each class.
  package func choose(share: Double) -> Choice {
    if let groups, Set(groups).count > 1 {
      let carving = GroupCarving(labels: labels, groups: groups, classes: classes, stream: stream)
      let chosen = carving.choose(share: share)
      if !chosen.isEmpty { return choice(chosen, splitsGroups: false) }
      return choice(byClass(share), splitsGroups: true)
    }
    return choice(byClass(share), splitsGroups: groups != nil)
  }

  private func choice(_ samples: [Int], splitsGroups: Bool) -> Choice {
    let found = Set(samples.map { labels[$0] })
    return Choice(
      samples: samples, splitsGroups: splitsGroups && !samples.isEmpty,
      absent: Set(labels).subtracting(found).sorted())
  }

  private func byClass(_ share: Double) -> [Int] {
    let members = Dictionary(grouping: labels.indices) { labels[$0] }
    return (0..<classes).flatMap { ofClass($0, members[$0] ?? [], share) }.sorted()
  }

  /// At least one sample of each class that has two, and never the last one.
  private func ofClass(_ label: Int, _ members: [Int], _ share: Double) -> [Int] {
    var members = members
    guard members.count > 1 else { return [] }
    var stream = stream.substream("class \(label)")
    stream.shuffle(&members)
    let wanted = Int((Double(members.count) * share).rounded())
    return Array(members.prefix(min(max(1, wanted), members.count - 1)))
  }
}

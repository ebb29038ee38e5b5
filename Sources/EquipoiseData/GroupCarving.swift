// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit

/// Chooses whole groups, such as speakers, so that samples of one group are never on both sides of a split.
///
/// Every class keeps samples on the side that is not chosen. Where each group is of one class, as clips of
/// one film are, groups are chosen class by class; otherwise groups are drawn until the share is reached,
/// and if that leaves a class out which could be chosen, those groups are chosen that bring every class
/// closest to its share.
struct GroupCarving {
  private let labels: [Int]
  private let stream: RandomStream
  /// The samples of each group, by its number.
  private let members: [Int: [Int]]
  /// How many samples of each class there are.
  private let counts: [Int]

  init(labels: [Int], groups: [Int], classes: Int, stream: RandomStream) {
    (self.labels, self.stream) = (labels, stream)
    members = Dictionary(grouping: groups.indices) { groups[$0] }
    var counts = [Int](repeating: 0, count: classes)
    for label in labels { counts[label] += 1 }
    self.counts = counts
  }

  /// The chosen samples, ascending; none when each choice would empty a class.
  func choose(share: Double) -> [Int] {
    let classesOfGroups = members.mapValues { Set($0.map { labels[$0] }) }
    if classesOfGroups.values.allSatisfy({ $0.count == 1 }) { return classByClass(share) }
    let drawn = drawn(share)
    let reachable = classesOfGroups.values.reduce(into: [Int: Int]()) { found, classes in
      for label in classes { found[label, default: 0] += 1 }
    }.filter { $0.value > 1 }
    let covered = Set(drawn.map { labels[$0] })
    if reachable.keys.allSatisfy(covered.contains) { return drawn }
    let balanced = balanced(share)
    return Set(balanced.map { labels[$0] }).count > covered.count ? balanced : drawn
  }

  /// Groups in random order, each taken if it brings the number of samples closer to the share and
  /// leaves every class.
  private func drawn(_ share: Double) -> [Int] {
    let target = Double(labels.count) * share
    let smallest = members.values.map(\.count).min() ?? 0
    var left = counts
    var chosen: [Int] = []
    for group in shuffled(members.keys.sorted(), "groups") {
      guard let indices = members[group] else { continue }
      let total = Double(chosen.count + indices.count)
      // The first group is taken even if it overshoots, within reason: some group has to be.
      let closer = abs(total - target) < abs(Double(chosen.count) - target)
      guard closer || chosen.isEmpty && total <= max(2 * target, Double(smallest)) else { continue }
      guard let rest = remaining(left, without: indices) else { continue }
      left = rest
      chosen += indices
    }
    return chosen.sorted()
  }

  /// Of each class that has two groups at least one, and never the last.
  private func classByClass(_ share: Double) -> [Int] {
    let byClass = Dictionary(grouping: members.keys.sorted()) { labels[members[$0]?.first ?? 0] }
    return byClass.sorted { $0.key < $1.key }.flatMap { label, groups -> [Int] in
      guard groups.count > 1 else { return [] }
      let target = Double(counts[label]) * share
      var chosen: [Int] = []
      var left = groups.count
      for group in shuffled(groups, "groups of class \(label)") where left > 1 {
        let indices = members[group] ?? []
        let closer =
          abs(Double(chosen.count + indices.count) - target) < abs(Double(chosen.count) - target)
        guard closer || chosen.isEmpty && indices.count == smallest(of: groups) else { continue }
        chosen += indices
        left -= 1
      }
      return chosen
    }.sorted()
  }

  private func smallest(of groups: [Int]) -> Int {
    groups.compactMap { members[$0]?.count }.min() ?? 0
  }

  /// Takes group after group: of classes that have none yet before all others, and of these the group
  /// that brings the classes' numbers closest to their shares; ends when no group brings them closer.
  private func balanced(_ share: Double) -> [Int] {
    let targets = counts.map { Double($0) * share }
    let sizes = members.mapValues { Dictionary(grouping: $0) { labels[$0] }.mapValues(\.count) }
    var open = shuffled(members.keys.sorted(), "groups")
    var (left, taken) = (counts, [Int](repeating: 0, count: counts.count))
    var chosen: [Int] = []
    func change(_ group: Int) -> Double {
      (sizes[group] ?? [:]).reduce(0) { sum, part in
        let (before, target) = (Double(taken[part.key]), max(targets[part.key], 1e-9))
        let after = before + Double(part.value)
        let (far, near) = (after - target, before - target)
        return sum + (far * far - near * near) / (target * target)
      }
    }
    while true {
      let possible = open.filter { (sizes[$0] ?? [:]).allSatisfy { left[$0.key] > $0.value } }
      let new = possible.filter { (sizes[$0] ?? [:]).keys.contains { taken[$0] == 0 } }
      let best = (new.isEmpty ? possible : new).map { ($0, change($0)) }.min { $0.1 < $1.1 }
      guard let (group, gain) = best, !new.isEmpty || gain < 0 else { return chosen.sorted() }
      let indices = members[group] ?? []
      for (label, count) in sizes[group] ?? [:] {
        left[label] -= count
        taken[label] += count
      }
      chosen += indices
      open.removeAll { $0 == group }
    }
  }

  /// How many samples of each class are left without some; nil if a class would lose its last.
  private func remaining(_ counts: [Int], without indices: [Int]) -> [Int]? {
    var rest = counts
    for index in indices { rest[labels[index]] -= 1 }
    return indices.allSatisfy { rest[labels[$0]] > 0 } ? rest : nil
  }

  private func shuffled(_ groups: [Int], _ name: String) -> [Int] {
    var (order, stream) = (groups, stream.substream(name))
    stream.shuffle(&order)
    return order
  }
}

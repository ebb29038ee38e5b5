/// Chooses which training samples become validation samples, or those of another split.
struct ValidationCarving {
  private let labels: [Int]
  private let groups: [Int]?
  private let classes: Int
  private let stream: RandomStream

  init(_ samples: Samples, classes: Int, seed: UInt64) {
    self.init(labels: samples.labels, groups: samples.groups, classes: classes, seed: seed)
  }

  /// Of samples with these labels and groups, for the split called `name`.
  init(
    labels: [Int], groups: [Int]?, classes: Int, seed: UInt64, _ name: String = "validation"
  ) {
    (self.labels, self.groups, self.classes) = (labels, groups, classes)
    stream = RandomStream(seed: seed, name)
  }

  /// The chosen samples, ascending; none when every choice would empty a class.
  func choose(share: Double) -> [Int] {
    if let groups, Set(groups).count > 1 {
      let chosen = wholeGroups(groups, share)
      if !chosen.isEmpty { return chosen }
    }
    return (0..<classes).flatMap { ofClass($0, share) }.sorted()
  }

  /// At least one sample of each class that has two, and never the last one.
  private func ofClass(_ label: Int, _ share: Double) -> [Int] {
    var members = labels.indices.filter { labels[$0] == label }
    guard members.count > 1 else { return [] }
    var stream = stream.substream("class \(label)")
    stream.shuffle(&members)
    let wanted = Int((Double(members.count) * share).rounded())
    return Array(members.prefix(min(max(1, wanted), members.count - 1)))
  }

  /// Groups in random order, each taken if it brings the number of samples closer to the share and
  /// leaves every class in the training split.
  private func wholeGroups(_ groups: [Int], _ share: Double) -> [Int] {
    let members = Dictionary(grouping: groups.indices) { groups[$0] }
    var order = members.keys.sorted()
    var stream = stream.substream("groups")
    stream.shuffle(&order)
    let target = Double(labels.count) * share
    let smallest = members.values.map(\.count).min() ?? 0
    var left = (0..<classes).map { label in labels.count { $0 == label } }
    var chosen: [Int] = []
    for group in order {
      guard let indices = members[group] else { continue }
      let total = Double(chosen.count + indices.count)
      // The first group is taken even if it overshoots, within reason: some group has to be.
      let closer = abs(total - target) < abs(Double(chosen.count) - target)
      guard closer || chosen.isEmpty && total <= max(2 * target, Double(smallest)) else { continue }
      var rest = left
      for index in indices { rest[labels[index]] -= 1 }
      guard rest.allSatisfy({ $0 > 0 }) else { continue }
      left = rest
      chosen += indices
    }
    return chosen.sorted()
  }
}

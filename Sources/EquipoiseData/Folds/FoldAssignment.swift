// SPDX-License-Identifier: Apache-2.0
package import EquipoiseKit

/// Deals samples into folds for cross-validation.
///
/// Without groups each class is dealt in an order of its own, one sample after the other, so that folds differ by one
/// sample of a class at most and by one in size. With groups (speakers, subjects) a group is in one fold: the groups,
/// the largest first, each go where the classes are then spread most evenly, as scikit-learn's `StratifiedGroupKFold`
/// does.
package struct FoldAssignment {
  /// The fold of each sample.
  package let folds: [Int]
  /// The number of folds.
  package let count: Int

  /// Folds of samples.
  ///
  /// - Parameters:
  ///   - labels: the class of each sample; all alike where the task is not classification.
  ///   - groups: the group of each sample; nil where there are none.
  ///   - count: the number of folds, at least 2.
  ///   - stream: decides between what is equal.
  package init(labels: [Int], groups: [Int]?, count: Int, stream: RandomStream) {
    precondition(count >= 2, "\(count) folds")
    self.count = count
    folds =
      groups.map { Self.byGroup(labels, $0, count, stream) }
      ?? Self.byClass(labels, count, stream)
  }

  /// Each group is a fold, in the order of their numbers.
  package init(leavingOut groups: [Int]) {
    let numbers = Set(groups).sorted()
    let places = Dictionary(uniqueKeysWithValues: numbers.enumerated().map { ($1, $0) })
    count = numbers.count
    folds = groups.map { places[$0] ?? 0 }
  }

  private static func byClass(_ labels: [Int], _ count: Int, _ stream: RandomStream) -> [Int] {
    var folds = [Int](repeating: 0, count: labels.count)
    var next = 0
    for (label, members) in Dictionary(grouping: labels.indices, by: { labels[$0] })
      .sorted(by: { $0.key < $1.key })
    {
      var members = members
      var stream = stream.substream("class \(label)")
      stream.shuffle(&members)
      for member in members {
        folds[member] = next % count
        next += 1
      }
    }
    return folds
  }

  private static func byGroup(
    _ labels: [Int], _ groups: [Int], _ count: Int, _ stream: RandomStream
  ) -> [Int] {
    let classes = Set(labels).sorted()
    let places = Dictionary(uniqueKeysWithValues: classes.enumerated().map { ($1, $0) })
    var counts: [Int: [Int]] = [:]
    for (label, group) in zip(labels, groups) {
      counts[group, default: [Int](repeating: 0, count: classes.count)][places[label] ?? 0] += 1
    }
    var order = counts.keys.sorted()
    var stream = stream
    stream.shuffle(&order)
    // Stable: of groups of one size the shuffled order stays.
    let sizes = counts.mapValues { $0.reduce(0, +) }
    order = order.enumerated().sorted {
      let (a, b) = (sizes[$0.element] ?? 0, sizes[$1.element] ?? 0)
      return a == b ? $0.offset < $1.offset : a > b
    }.map(\.element)
    let totals = classes.indices.map { place in counts.values.reduce(0) { $0 + $1[place] } }
    var filled = [[Int]](
      repeating: [Int](repeating: 0, count: classes.count), count: count)
    var fold: [Int: Int] = [:]
    for group in order {
      let own = counts[group] ?? []
      let spreads = (0..<count).map { spread(filled, adding: own, to: $0, totals) }
      let best = spreads.indices.min { spreads[$0] < spreads[$1] }
      for place in classes.indices { filled[best ?? 0][place] += own[place] }
      fold[group] = best
    }
    return groups.map { fold[$0] ?? 0 }
  }

  /// How unevenly the classes lie over the folds once a group is in one of them: the sum over classes and folds of the
  /// squared share of the class that the fold has; and, of equals, of the sizes.
  private static func spread(
    _ filled: [[Int]], adding own: [Int], to fold: Int, _ totals: [Int]
  ) -> Double {
    let all = Double(max(1, totals.reduce(0, +)))
    return filled.enumerated().reduce(0) { sum, entry in
      let counts = entry.offset == fold ? zip(entry.element, own).map(+) : entry.element
      let shares = zip(counts, totals).map { Double($0) / Double(max(1, $1)) }
      let size = Double(counts.reduce(0, +)) / all
      return sum + shares.reduce(0) { $0 + $1 * $1 } + 1e-6 * size * size
    }
  }
}

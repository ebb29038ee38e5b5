// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit

/// Average precision, the area under a class's precision-recall curve.
public enum AveragePrecision {
  /// Σ (Rₙ − Rₙ₋₁) Pₙ over the distinct scores, best first, without interpolation.
  ///
  /// - Parameters:
  ///   - scores: the class's score of each sample, higher is surer.
  ///   - isPositive: whether each sample is of the class.
  /// - Returns: a number in 0...1, or `nil` when no sample is of the class.
  public static func of(scores: [Float], isPositive: [Bool]) -> Double? {
    let positives = isPositive.count { $0 }
    guard positives > 0 else { return nil }
    let order = scores.indices.sorted { scores[$0] > scores[$1] }
    var hits = 0
    var area = 0.0
    var start = 0
    while start < order.count {
      // Equal scores are one threshold: their order must not matter. NaN equals nothing, not itself.
      let next = order[(start + 1)...].firstIndex { scores[$0] != scores[order[start]] }
      let end = next ?? order.count
      let gained = order[start..<end].count { isPositive[$0] }
      hits += gained
      area += Double(gained) / Double(positives) * Double(hits) / Double(end)
      start = end
    }
    return area
  }

  /// The mean over the classes that occur.
  ///
  /// - Parameters:
  ///   - probabilities: row by row, one row of `classes` numbers for each sample.
  ///   - labels: the class of each sample.
  ///   - classes: the number of classes.
  /// - Returns: a number in 0...1; 0 without samples.
  public static func mean(probabilities: [Float], labels: [Int], classes: Int) -> Double {
    let members = Dictionary(grouping: labels.indices) { labels[$0] }
    let areas = ScoreColumns.map(members.keys.sorted(), of: probabilities, width: classes) {
      area(of: members[$0] ?? [], among: $1)
    }
    return areas.isEmpty ? 0 : areas.reduce(0, +) / Double(areas.count)
  }

  /// The same as ``of(scores:isPositive:)``, sorting only the scores of the class's own samples, of which there is
  /// at least one: with many classes they are few.
  static func area(of members: [Int], among all: [Float]) -> Double {
    let own = members.map { all[$0] }.sorted(by: >)
    let thresholds = own.indices.filter { $0 == 0 || own[$0] != own[$0 - 1] }.map { own[$0] }
    // How many scores reach each threshold but none above it.
    var reaching = [Int](repeating: 0, count: thresholds.count)
    for score in all {
      let place = first(of: thresholds, reachedBy: score)
      if place < thresholds.count { reaching[place] += 1 }
    }
    var (area, hits, end, next) = (0.0, 0, 0, own.startIndex)
    for (threshold, reached) in zip(thresholds, reaching) {
      let start = next
      while next < own.endIndex, own[next] == threshold || next == start { next += 1 }
      hits += next - start
      end += reached
      area += Double(next - start) / Double(own.count) * Double(hits) / Double(max(end, 1))
    }
    return area
  }

  /// The place of the highest of the falling thresholds that a score reaches.
  private static func first(of thresholds: [Float], reachedBy score: Float) -> Int {
    var (low, high) = (0, thresholds.count)
    while low < high {
      let middle = (low + high) / 2
      if thresholds[middle] <= score { high = middle } else { low = middle + 1 }
    }
    return low
  }
}

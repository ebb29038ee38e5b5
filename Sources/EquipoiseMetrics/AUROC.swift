// SPDX-License-Identifier: Apache-2.0

/// The area under the receiver operating characteristic: how likely a sample of the class is surer of it than
/// another sample.
public enum AUROC {
  /// P(s⁺ > s⁻) + ½ P(s⁺ = s⁻) over the pairs of a sample of the class and another one, which is the area under the
  /// curve by trapezia.
  ///
  /// - Parameters:
  ///   - scores: the class's score of each sample, higher is surer.
  ///   - isPositive: whether each sample is of the class.
  /// - Returns: a number in 0...1, or `nil` unless there are samples of both kinds.
  public static func of(scores: [Float], isPositive: [Bool]) -> Double? {
    precondition(scores.count == isPositive.count, "one score for each sample")
    return area(of: scores.indices.filter { isPositive[$0] }, among: scores)
  }

  /// The mean over the classes that occur, unless they are all that occurs: each against the rest.
  ///
  /// - Parameters:
  ///   - probabilities: row by row, one row of `classes` numbers for each sample.
  ///   - labels: the class of each sample.
  ///   - classes: the number of classes.
  /// - Returns: a number in 0...1, or `nil` unless two classes occur.
  public static func mean(probabilities: [Float], labels: [Int], classes: Int) -> Double? {
    let members = Dictionary(grouping: labels.indices) { labels[$0] }
    let areas = ScoreColumns.map(members.keys.sorted(), of: probabilities, width: classes) {
      area(of: members[$0] ?? [], among: $1)
    }.compactMap { $0 }
    return areas.isEmpty ? nil : areas.reduce(0, +) / Double(areas.count)
  }

  /// Sorts only the scores of the class's own samples, which are few where classes are many. Counts are whole
  /// numbers, so that the order of the samples changes nothing.
  private static func area(of members: [Int], among all: [Float]) -> Double? {
    let own = members.map { all[$0] }.sorted()
    let (positives, negatives) = (own.count, all.count - own.count)
    guard positives > 0, negatives > 0 else { return nil }
    // Twice the pairs of any sample and one of the class that is surer, and once those that are equally sure.
    var doubled = 0
    for score in all {
      let less = count(in: own[...]) { $0 < score }
      let isTied = less < positives && own[less] == score
      let equal = isTied ? count(in: own[less...]) { $0 <= score } : 0
      doubled += 2 * (positives - less) - equal
    }
    // Less the pairs within the class: of each two samples one is surer, and each is as sure as itself.
    doubled -= positives * positives
    return Double(doubled) / 2 / Double(positives) / Double(negatives)
  }

  /// How many of rising numbers, of which there is at least one, are low.
  private static func count(in rising: ArraySlice<Float>, where isLow: (Float) -> Bool) -> Int {
    // Halves without a branch, which no processor could foresee.
    var (start, length) = (rising.startIndex, rising.count)
    while length > 1 {
      let half = length / 2
      start += isLow(rising[start + half - 1]) ? half : 0
      length -= half
    }
    return start - rising.startIndex + (isLow(rising[start]) ? 1 : 0)
  }
}

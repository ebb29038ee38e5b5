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
    let areas = (0..<classes).compactMap { label in
      of(
        scores: labels.indices.map { probabilities[$0 * classes + label] },
        isPositive: labels.map { $0 == label })
    }
    return areas.isEmpty ? 0 : areas.reduce(0, +) / Double(areas.count)
  }
}

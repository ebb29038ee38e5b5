// SPDX-License-Identifier: Apache-2.0

/// Bins of one target's training values by rank, so that they do not depend on its unit.
///
/// Of K different values or fewer each is a bin. Of more,
///
/// ```
/// bin(y) = ⌊K (rows below y + ½ rows equal to y) / N⌋
/// ```
///
/// without the bins that stay empty: equal values share a bin, and however frequent one value is, it does not take the
/// others in.
struct TargetBins {
  /// The largest value of each bin but the last, ascending.
  let edges: [Float]
  /// The bin of each sample.
  let members: [Int]
  /// The mean value of each bin.
  let centres: [Double]
  /// How many different values there are.
  let distinct: Int

  /// Bins of values.
  ///
  /// - Parameters:
  ///   - values: of the training samples, at least one.
  ///   - most: K, at least 2.
  init(_ values: [Float], atMost most: Int) {
    let counts = Self.counts(values)
    var (bins, below) = ([Int](), 0)
    for (_, count) in counts {
      bins.append(most * (2 * below + count) / (2 * values.count))
      below += count
    }
    if counts.count <= most { bins = Array(counts.indices) }
    // Numbers without gaps.
    var (positions, last, edges) = ([Float: Int](), 0, [Float]())
    for (index, entry) in counts.enumerated() {
      if index > 0, bins[index] != bins[index - 1] {
        edges.append(counts[index - 1].value)
        last += 1
      }
      positions[entry.value] = last
    }
    members = values.map { positions[$0] ?? 0 }
    var (sums, sizes) = (
      Array(repeating: 0.0, count: last + 1), Array(repeating: 0.0, count: last + 1)
    )
    for (value, bin) in zip(values, members) {
      sums[bin] += Double(value)
      sizes[bin] += 1
    }
    centres = zip(sums, sizes).map { $0 / $1 }
    (self.edges, distinct) = (edges, counts.count)
  }

  /// The number of bins.
  var count: Int { centres.count }

  /// The different values, ascending, with how many samples have each. −0 is 0.
  private static func counts(_ values: [Float]) -> [(value: Float, count: Int)] {
    var found: [Float: Int] = [:]
    for value in values { found[value, default: 0] += 1 }
    return found.sorted { $0.key < $1.key }.map { (value: $0.key, count: $0.value) }
  }

  /// The mean distance of values from their median: the error of the best constant.
  static func meanDeviation(_ values: [Float]) -> Double {
    let sorted = values.sorted()
    let median = Double(sorted[sorted.count / 2])
    return sorted.reduce(0) { $0 + abs(Double($1) - median) } / Double(sorted.count)
  }
}

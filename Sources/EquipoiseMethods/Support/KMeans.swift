// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
import EquipoiseTorch

/// Clusters points around means (Lloyd's algorithm from k-means++ seeds), the best of some restarts.
enum KMeans {
  private static let iterations = 300
  /// The squared movement of all centres, relative to the mean variance of a column, at which an
  /// iteration is the last.
  private static let tolerance = 1e-4

  /// The cluster of each point.
  ///
  /// - Parameters:
  ///   - points: [N, d], at least as many as clusters.
  ///   - count: the number of clusters.
  ///   - restarts: how many seeds to try; the lowest sum of squared distances wins.
  ///   - stream: each restart draws from a stream of its own.
  /// - Returns: N indices below `count`.
  static func clusters(
    of points: Tensor, count: Int, restarts: Int, from stream: RandomStream
  ) -> [Int] {
    precondition(points.size(0) >= count, "\(count) clusters of \(points.size(0)) points")
    let runs = (0..<restarts).lazy.map { restart in
      var own = stream.substream("restart \(restart)")
      return settled(points, seeds(points, count, &own))
    }
    return runs.min { $0.inertia < $1.inertia }?.clusters ?? []
  }

  /// Points far from those chosen before are more likely to be chosen.
  private static func seeds(_ points: Tensor, _ count: Int, _ stream: inout RandomStream) -> Tensor
  {
    var chosen = [stream.integer(below: points.size(0))]
    var nearest: [Double]?
    while chosen.count < count {
      let offsets = points - points.select(chosen[chosen.count - 1])
      let distances = (offsets * offsets).sum(over: [1]).floats().map(Double.init)
      let smallest = nearest.map { zip($0, distances).map(min) } ?? distances
      nearest = smallest
      chosen.append(drawn(smallest, &stream))
    }
    return points.gatheringRows(indices(chosen, points.device))
  }

  /// An index, as likely as its weight is large.
  private static func drawn(_ weights: [Double], _ stream: inout RandomStream) -> Int {
    let total = weights.reduce(0, +)
    guard total > 0 else { return stream.integer(below: weights.count) }
    var rest = stream.uniform() * total
    for (index, weight) in weights.enumerated() {
      rest -= weight
      if rest < 0 { return index }
    }
    return weights.lastIndex { $0 > 0 } ?? 0
  }

  private static func settled(_ points: Tensor, _ seeds: Tensor) -> (
    clusters: [Int], inertia: Double
  ) {
    let variance = points.standardDeviation(over: [0], correction: 0).power(2).mean().item()
    var centres = seeds
    for _ in 0..<iterations {
      let moved = means(points, centres)
      let movement = (moved - centres).power(2).sum().item()
      centres = moved
      if movement <= tolerance * variance { break }
    }
    let (clusters, distances) = assigned(points, centres)
    return (clusters.array(of: Int.self), distances.sum().item())
  }

  /// The nearest centre of each point, and the squared distance to it.
  private static func assigned(_ points: Tensor, _ centres: Tensor) -> (Tensor, Tensor) {
    let distances = points.distances(to: centres)
    let clusters = (-distances).argmax(1)
    return (clusters, distances.gatheringColumns(clusters).power(2))
  }

  /// The means of the points nearest to each centre. A centre without points becomes one of the
  /// points farthest from their own.
  private static func means(_ points: Tensor, _ centres: Tensor) -> Tensor {
    let count = centres.size(0)
    let (clusters, distances) = assigned(points, centres)
    let members = clusters.oneHot(count, dtype: points.dtype)
    let sizes = members.sum(over: [0])
    let counts = sizes.floats()
    let sums = members.transposed(0, 1).matmul(points)
    let means = sums / sizes.clamped(low: 1).unsqueezed(1)
    let empty = counts.indices.filter { counts[$0] == 0 }
    guard !empty.isEmpty else { return means }
    let values = distances.floats()
    let farthest = values.indices.sorted { values[$0] > values[$1] }
    var rows = (0..<count).map { means.select($0) }
    for (cluster, point) in zip(empty, farthest) { rows[cluster] = points.select(point) }
    return .stacked(rows)
  }

  private static func indices(_ values: [Int], _ device: Device) -> Tensor {
    Tensor(values.map(Int64.init)).to(device)
  }
}

/// How far clusters agree with labels.
enum Purity {
  /// The share of samples that bear the most frequent label of their cluster.
  static func of(_ labels: [Int], in clusters: [Int]) -> Double {
    precondition(labels.count == clusters.count && !labels.isEmpty, "purity of no samples")
    var counts: [Int: [Int: Int]] = [:]
    for (label, cluster) in zip(labels, clusters) {
      counts[cluster, default: [:]][label, default: 0] += 1
    }
    let majorities = counts.values.reduce(0) { $0 + ($1.values.max() ?? 0) }
    return Double(majorities) / Double(labels.count)
  }
}

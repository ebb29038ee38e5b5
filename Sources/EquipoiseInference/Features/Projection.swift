// SPDX-License-Identifier: Apache-2.0
package import EquipoiseTorch
internal import Foundation

/// Features in a plane, to be looked at.
package enum Projection {
  /// The two directions of the largest variance.
  ///
  /// A direction has no sign: that of its largest entry is made positive.
  ///
  /// - Parameter rows: [N, width] in double precision, N at least 1.
  /// - Returns: coordinates [N, 2], centred; and the shares of the variance that they have.
  package static func principalComponents(
    of rows: Tensor
  ) -> (points: Tensor, shares: [Double]) {
    precondition(rows.rank == 2 && rows.size(0) > 0, "a projection of shape \(rows.shape)")
    let centred = rows - rows.mean(over: [0])
    let (values, vectors) = centred.transposed(0, 1).matmul(centred).symmetricEigen()
    let variances = values.array(of: Double.self).map { max(0, $0) }
    let total = variances.reduce(0, +)
    let (width, kept) = (variances.count, min(2, variances.count))
    // Ascending, hence from the end.
    let columns = (1...kept).map { place -> Tensor in
      let axis = vectors.slice(width - place..<width - place + 1, dimension: 1)
      let entries = axis.array(of: Double.self)
      let largest = entries.max { abs($0) < abs($1) } ?? 1
      return centred.matmul(axis) * (largest < 0 ? -1 : 1)
    }
    let missing = (kept..<2).map { _ in Tensor.zeros([rows.size(0), 1], dtype: .float64) }
    let shares = (1...kept).map { total > 0 ? variances[width - $0] / total : 0 }
    return (
      Tensor.concatenated(columns + missing, dimension: 1), shares + missing.map { _ in 0 }
    )
  }

  /// Neighbours beside each other: t-SNE, exactly, without trees (L. van der Maaten, G. Hinton, "Visualizing Data using
  /// t-SNE", JMLR 9, 2008), from the principal components, with the published optimiser: gains, momentum 0.5 and then
  /// 0.8, similarities four times as large (here twelve, as in scikit-learn) in the first quarter.
  ///
  /// - Parameters:
  ///   - rows: [N, width] in double precision.
  ///   - perplexity: about how many neighbours count; less where there are few samples.
  ///   - iterations: steps of gradient descent.
  /// - Returns: coordinates [N, 2].
  package static func neighbours(
    of rows: Tensor, perplexity: Double = 30, iterations: Int = 500
  ) -> Tensor {
    let count = rows.size(0)
    guard count > 4 else { return principalComponents(of: rows).points }
    let joint = similarities(
      squaredDistances(rows), perplexity: min(perplexity, Double(count - 1) / 3))
    var points = principalComponents(of: rows).points
    let spread = (points.slice(0..<1, dimension: 1) * points.slice(0..<1, dimension: 1))
      .mean().array(of: Double.self)[0].squareRoot()
    points = points * (spread > 0 ? 1e-4 / spread : 1)
    var velocity = points.zerosLike()
    var gains = points.zerosLike() + 1
    let rate = max(Double(count) / 12 / 4, 50)
    for step in 0..<iterations {
      let isEarly = step < iterations / 4
      let gradient = gradient(isEarly ? joint * 12 : joint, points)
      // Larger where a coordinate goes on in its direction, smaller where it swings.
      let swings = (gradient * velocity).greater(than: 0).to(.float64)
      gains = (gains * (swings * 0.8) + (gains + 0.2) * (1 - swings)).clamped(low: 0.01)
      velocity = velocity * (isEarly ? 0.5 : 0.8) - gains * gradient * rate
      points = points + velocity
      points = points - points.mean(over: [0])
    }
    return points
  }

  /// ∂KL/∂y = 4 Σ_j (p_ij − q_ij) (y_i − y_j) / (1 + |y_i − y_j|²)
  static func gradient(_ joint: Tensor, _ points: Tensor) -> Tensor {
    let kernel = offDiagonal(1 / (squaredDistances(points) + 1))
    let weights = (joint - kernel / kernel.sum()) * kernel
    return (points * weights.sum(over: [1], keeping: true) - weights.matmul(points)) * 4
  }

  /// p_ij of Gaussians whose widths give each row the perplexity, symmetric, with sum 1.
  static func similarities(_ distances: Tensor, perplexity: Double) -> Tensor {
    let count = distances.size(0)
    let wanted = log(perplexity)
    var (low, high) = (
      Tensor.zeros([count, 1], dtype: .float64), Tensor.zeros([count, 1], dtype: .float64) + 1e12
    )
    var beta = Tensor.zeros([count, 1], dtype: .float64) + 1
    var rows = Tensor.zeros([count, count], dtype: .float64)
    let nearest = nearestDistances(distances)
    for _ in 0..<64 {
      // The nearest neighbour's distance is taken off, so that no row is all zeros.
      let kernel = offDiagonal(((distances - nearest) * beta * -1).exp())
      let sums = kernel.sum(over: [1], keeping: true)
      rows = kernel / sums
      let entropy =
        sums.log() + beta * ((distances - nearest) * rows).sum(over: [1], keeping: true)
      let isWide = entropy.greater(than: wanted).to(.float64)
      low = beta * isWide + low * (1 - isWide)
      high = high * isWide + beta * (1 - isWide)
      let isOpen = high.greater(than: 1e11).to(.float64)
      beta = beta * 2 * isOpen + (low + high) / 2 * (1 - isOpen)
    }
    return (rows + rows.transposed(0, 1)) / (2 * Double(count))
  }

  private static func nearestDistances(_ distances: Tensor) -> Tensor {
    let count = distances.size(0)
    let far = Tensor.identity(count).to(.float64) * 1e300
    return (distances + far).minimum(over: [1], keeping: true)
  }

  private static func squaredDistances(_ rows: Tensor) -> Tensor {
    let squares = (rows * rows).sum(over: [1], keeping: true)
    let products = rows.matmul(rows.transposed(0, 1))
    return (squares + squares.transposed(0, 1) - products * 2).clamped(low: 0)
  }

  private static func offDiagonal(_ square: Tensor) -> Tensor {
    square * (1 - Tensor.identity(square.size(0)).to(.float64))
  }
}

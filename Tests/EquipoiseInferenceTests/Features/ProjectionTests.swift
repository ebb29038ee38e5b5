// SPDX-License-Identifier: Apache-2.0
import EquipoiseKit
import EquipoiseTorch
import Foundation
import Testing

@testable import EquipoiseInference

/// Features in a plane.
struct ProjectionTests {
  private func numbers(_ tensor: Tensor) -> [Double] { tensor.array(of: Double.self) }

  private func cloud(_ count: Int, _ width: Int, seed: UInt64 = 1) -> Tensor {
    var stream = RandomStream(seed: seed, "cloud")
    return Tensor((0..<count * width).map { _ in stream.normal() }, shape: [count, width])
  }

  /// Variances 8 and 2 along the axes, by hand; the larger one lies on the second axis.
  @Test func componentsByHand() {
    let rows = Tensor([1.0, 5, 2, 3, 1, 1, 0, 3], shape: [4, 2])
    let (points, shares) = Projection.principalComponents(of: rows)
    for (found, expected) in zip(numbers(points), [2.0, 0, 0, 1, -2, 0, 0, -1]) {
      #expect(abs(found - expected) < 1e-12)
    }
    #expect(abs(shares[0] - 0.8) < 1e-12 && abs(shares[1] - 0.2) < 1e-12)
  }

  @Test func oneColumnAndOneSample() {
    let (points, shares) = Projection.principalComponents(of: Tensor([3.0, 1], shape: [2, 1]))
    #expect(numbers(points) == [1, 0, -1, 0] && shares == [1, 0])
    let alone = Projection.principalComponents(of: Tensor([3.0, 1], shape: [1, 2]))
    #expect(numbers(alone.points) == [0, 0] && alone.shares == [0, 0])
    #expect(numbers(Projection.neighbours(of: Tensor([3.0, 1], shape: [1, 2]))) == [0, 0])
  }

  /// Each row of conditional probabilities has the entropy of the perplexity; together they sum to 1.
  @Test func similaritiesHaveThePerplexity() {
    let rows = numbers(cloud(40, 5))
    var squares: [Double] = []
    for a in 0..<40 {
      for b in 0..<40 {
        var sum = 0.0
        for column in 0..<5 {
          let difference = rows[a * 5 + column] - rows[b * 5 + column]
          sum += difference * difference
        }
        squares.append(sum)
      }
    }
    let distances = Tensor(squares, shape: [40, 40])
    let joint = numbers(Projection.similarities(distances, perplexity: 7))
    #expect(abs(joint.reduce(0, +) - 1) < 1e-12)
    for a in 0..<40 {
      #expect(joint[a * 40 + a] == 0)
      for b in 0..<a { #expect(abs(joint[a * 40 + b] - joint[b * 40 + a]) < 1e-15) }
    }
    // Of equally far neighbours the probabilities are equal, whatever the perplexity.
    let equal: [Double] = [0, 1, 1, 1, 0, 1, 1, 1, 0]
    let ring = numbers(Projection.similarities(Tensor(equal, shape: [3, 3]), perplexity: 2))
    for (place, value) in ring.enumerated() where place % 4 != 0 {
      #expect(abs(value - 1 / 6) < 1e-12)
    }
  }

  /// The gradient is that of the Kullback-Leibler divergence, by central differences.
  @Test func gradientByDifferences() {
    let count = 7
    var stream = RandomStream(seed: 3, "joint")
    var joint = [Double](repeating: 0, count: count * count)
    for a in 0..<count {
      for b in 0..<a {
        let value = 0.1 + stream.uniform()
        (joint[a * count + b], joint[b * count + a]) = (value, value)
      }
    }
    let sum = joint.reduce(0, +)
    joint = joint.map { $0 / sum }
    let points = numbers(cloud(count, 2))
    func divergence(_ points: [Double]) -> Double {
      var kernel = [Double](repeating: 0, count: count * count)
      for a in 0..<count {
        for b in 0..<count where a != b {
          let (dx, dy) = (
            points[2 * a] - points[2 * b], points[2 * a + 1] - points[2 * b + 1]
          )
          kernel[a * count + b] = 1 / (1 + dx * dx + dy * dy)
        }
      }
      let total = kernel.reduce(0, +)
      return zip(joint, kernel).reduce(0) { $0 + ($1.0 > 0 ? $1.0 * log($1.0 * total / $1.1) : 0) }
    }
    let gradient = numbers(
      Projection.gradient(
        Tensor(joint, shape: [count, count]), Tensor(points, shape: [count, 2])))
    for place in points.indices {
      var (up, down) = (points, points)
      up[place] += 1e-5
      down[place] -= 1e-5
      // The third derivative is of order 1, so that the differences' error is about 1e-10.
      #expect(abs(gradient[place] - (divergence(up) - divergence(down)) / 2e-5) < 1e-8)
    }
  }

  /// Three far groups stay three groups: every sample's nearest neighbour in the plane is of its own.
  @Test func groupsStayTogether() {
    let values = numbers(cloud(60, 8))
    var rows = values
    for index in rows.indices where index % 8 == index / 8 % 3 { rows[index] += 12 }
    let points = numbers(Projection.neighbours(of: Tensor(rows, shape: [60, 8])))
    let isFinite = points.allSatisfy { $0.isFinite }
    #expect(isFinite)
    for a in 0..<60 {
      var (nearest, least) = (a, Double.infinity)
      for b in 0..<60 where b != a {
        let distance = hypot(points[2 * a] - points[2 * b], points[2 * a + 1] - points[2 * b + 1])
        if distance < least { (nearest, least) = (b, distance) }
      }
      #expect(nearest % 3 == a % 3)
    }
  }
}

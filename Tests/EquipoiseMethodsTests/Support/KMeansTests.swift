// SPDX-License-Identifier: Apache-2.0
import EquipoiseTorch
import Foundation
import Testing

@testable import EquipoiseKit
@testable import EquipoiseMethods

struct KMeansTests {
  /// Majorities of 3, 2 and 1 of ten samples.
  @Test func purityCountsMajorities() {
    let labels = [0, 0, 0, 1, 1, 2, 2, 2, 0, 1]
    #expect(Purity.of(labels, in: [0, 0, 0, 0, 1, 1, 1, 2, 2, 1]) == 0.6)
    #expect(Purity.of(labels, in: labels) == 1)
  }

  @Test func purityIsAtLeastTheLargestClass() {
    var stream = RandomStream(seed: 1, "purity")
    for _ in 0..<50 {
      let labels = (0..<20).map { _ in stream.integer(below: 3) }
      let clusters = (0..<20).map { _ in stream.integer(below: 4) }
      let largest = (0..<3).map { label in labels.count { $0 == label } }.max() ?? 0
      #expect(Purity.of(labels, in: clusters) >= Double(largest) / 20)
    }
  }

  @Test func twoPairsAreFound() {
    let points = Tensor([0, 0, 0, 1, 10, 10, 10, 11] as [Float], shape: [4, 2])
    let clusters = clusters(points, 2)
    #expect(clusters[0] == clusters[1] && clusters[2] == clusters[3] && clusters[0] != clusters[2])
    #expect(Purity.of([0, 0, 1, 1], in: clusters) == 1)
    #expect(Purity.of([0, 1, 0, 1], in: clusters) == 0.5)
  }

  @Test func separateGroupsAreFoundAndTheSeedDecides() {
    let generator = Generator(seed: 2)
    let labels = (0..<200).map { $0 % 5 }
    let centres = Tensor.normal([5, 16], from: generator) * 10
    let points =
      centres.gatheringRows(Tensor(labels.map(Int64.init)))
      + Tensor.normal([200, 16], from: generator)
    let found = clusters(points, 5)
    #expect(Purity.of(labels, in: found) == 1)
    #expect(found == clusters(points, 5))
  }

  /// ‖a‖² is 8e6 there, and rounded to 0.5: less than the groups are apart.
  @Test func groupsFarFromZeroAreFound() {
    let generator = Generator(seed: 4)
    let labels = (0..<60).map { $0 % 3 }
    let centres = Tensor.normal([3, 8], from: generator) * 0.3 + 1000
    let points =
      centres.gatheringRows(Tensor(labels.map(Int64.init)))
      + Tensor.normal([60, 8], from: generator) * 0.01
    #expect(Purity.of(labels, in: clusters(points, 3)) == 1)
  }

  @Test func pointsThatCoincideStillGiveEveryPointACluster() {
    let found = clusters(.zeros([6, 2]), 3)
    #expect(found.count == 6 && found.allSatisfy { (0..<3).contains($0) })
  }

  @Test func asManyClustersAsPoints() {
    let found = clusters(Tensor([0, 1, 5] as [Float], shape: [3, 1]), 3)
    #expect(Set(found).count == 3)
  }

  /// Points far from all that are chosen are drawn first: groups that lie far apart are found without a
  /// second try, whatever the stream.
  @Test func seedsAreFarFromEachOther() {
    let labels = (0..<60).map { $0 % 6 }
    let places = labels.enumerated().map { 1000 * Float($1) + Float($0 % 7) }
    let points = Tensor(places, shape: [60, 1])
    for seed in UInt64(0)..<25 {
      let found = KMeans.clusters(
        of: points, count: 6, restarts: 1, from: RandomStream(seed: seed, "clusters"))
      #expect(Purity.of(labels, in: found) == 1, "seed \(seed)")
    }
  }

  /// The best of more restarts is never worse, and sometimes better.
  @Test func theBestRestartWins() {
    let points = Tensor.normal([80, 2], from: Generator(seed: 8))
    let rows = points.unbound().map { $0.array(of: Double.self) }
    func inertia(_ restarts: Int) -> Double {
      let found = KMeans.clusters(
        of: points, count: 8, restarts: restarts, from: RandomStream(seed: 5, "clusters"))
      return Set(found).reduce(0) { sum, cluster in
        let own = zip(rows, found).filter { $0.1 == cluster }.map(\.0)
        let mean = (0..<2).map { axis in own.reduce(0) { $0 + $1[axis] } / Double(own.count) }
        return sum
          + own.reduce(0) { $0 + pow($1[0] - mean[0], 2) + pow($1[1] - mean[1], 2) }
      }
    }
    let sums = [1, 2, 4, 8, 16].map(inertia)
    // An iteration ends before the centres stand still, so that sums may differ by a little.
    #expect(zip(sums, sums.dropFirst()).allSatisfy { $1 <= $0 * 1.01 }, "\(sums)")
    #expect((sums.last ?? 0) < sums[0], "\(sums)")
  }

  private func clusters(_ points: Tensor, _ count: Int) -> [Int] {
    KMeans.clusters(
      of: points, count: count, restarts: 10, from: RandomStream(seed: 0, "clusters"))
  }
}

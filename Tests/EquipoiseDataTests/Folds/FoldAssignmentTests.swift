// SPDX-License-Identifier: Apache-2.0
import EquipoiseKit
import Testing

@testable import EquipoiseData

/// Every sample is tested once, classes are spread, groups stay whole.
@Suite struct FoldAssignmentTests {
  private let stream = RandomStream(seed: 0, "folds")

  private func counts(_ assignment: FoldAssignment, _ labels: [Int]) -> [[Int]] {
    (0..<assignment.count).map { fold in
      Set(labels).sorted().map { label in
        labels.indices.count { labels[$0] == label && assignment.folds[$0] == fold }
      }
    }
  }

  @Test func classesAreDealtEvenly() {
    // 13 of one class, 7 of another, 3 of a third.
    let labels = [Int](repeating: 0, count: 13) + [Int](repeating: 1, count: 7) + [2, 2, 2]
    let assignment = FoldAssignment(labels: labels, groups: nil, count: 5, stream: stream)
    let counts = counts(assignment, labels)
    for label in 0..<3 {
      let own = counts.map { $0[label] }
      #expect((own.max() ?? 0) - (own.min() ?? 0) <= 1, "\(own)")
    }
    let sizes = counts.map { $0.reduce(0, +) }
    #expect(sizes.sorted() == [4, 4, 5, 5, 5])
    let again = FoldAssignment(labels: labels, groups: nil, count: 5, stream: stream)
    #expect(again.folds == assignment.folds)
    let other = FoldAssignment(
      labels: labels, groups: nil, count: 5, stream: RandomStream(seed: 1, "folds"))
    #expect(other.folds != assignment.folds)
  }

  /// Ten speakers of 3 to 12 samples, each with both classes.
  @Test func groupsStayWhole() {
    var (labels, groups): ([Int], [Int]) = ([], [])
    for group in 0..<10 {
      for sample in 0..<(3 + group) {
        groups.append(group)
        labels.append(sample % 2)
      }
    }
    let assignment = FoldAssignment(labels: labels, groups: groups, count: 5, stream: stream)
    let folds = Dictionary(grouping: groups.indices) { groups[$0] }.mapValues { members in
      Set(members.map { assignment.folds[$0] })
    }
    #expect(folds.values.allSatisfy { $0.count == 1 })
    #expect(Set(assignment.folds) == [0, 1, 2, 3, 4])
    // 75 samples: pairs of a large and a small group make 15 each.
    let sizes = counts(assignment, labels).map { $0.reduce(0, +) }
    #expect(sizes.allSatisfy { (13...17).contains($0) }, "\(sizes)")
  }

  /// A class that two of six groups alone have goes into two folds.
  @Test func aRareClassIsSpread() {
    let groups = [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    let labels = [1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]
    let assignment = FoldAssignment(labels: labels, groups: groups, count: 3, stream: stream)
    #expect(counts(assignment, labels).map { $0[1] }.sorted() == [0, 1, 1])
    #expect(counts(assignment, labels).map { $0.reduce(0, +) } == [4, 4, 4])
  }

  @Test func eachGroupIsAFold() {
    let assignment = FoldAssignment(leavingOut: [7, 3, 3, 9, 7])
    #expect(assignment.count == 3 && assignment.folds == [1, 0, 0, 2, 1])
  }
}

// SPDX-License-Identifier: Apache-2.0
import EquipoiseRunTestSupport
import EquipoiseTestSupport
import EquipoiseTraining
import Testing

@testable import EquipoiseExperiments
@testable import EquipoiseKit

/// Which settings a search tries.
struct SearchSpaceTests {
  private func space(_ grid: [String], random: [String] = [], _ method: String = "aim") throws
    -> SearchSpace
  {
    SearchSpace(
      method,
      of: try grid.map { try SearchDimension(grid: $0) }
        + random.map { try SearchDimension(random: $0) })
  }

  @Test func wholeGridInOrder() throws {
    let space = try space(["a=1,2", "aim:b=[x, y],z", "joint:c=1,2,3"])
    #expect(space.size == 4)
    #expect(
      try space.points(nil, seed: 0) == [
        ["a=1", "b=[x, y]"], ["a=1", "b=z"], ["a=2", "b=[x, y]"], ["a=2", "b=z"],
      ])
    #expect(try self.space(["aim:b=1,2"], "joint").points(nil, seed: 0) == [[]])
  }

  @Test func randomPointsOfAGridAreDifferent() throws {
    let space = try space(["a=1,2,3,4", "b=1,2,3,4"])
    let points = try space.points(9, seed: 1)
    #expect(Set(points).count == 9)
    #expect(try space.points(9, seed: 1) == points)
    #expect(try space.points(9, seed: 2) != points)
    // More trials begin with those that are done already.
    #expect(try space.points(12, seed: 1).prefix(9) == points[...])
    let error = #expect(throws: EquipoiseError.self) { try space.points(17, seed: 0) }
    #expect(error?.what == "the search has only 16 points for 'aim'")
  }

  @Test func rangesOnTheirScale() throws {
    let space = try space(["a=1,2"], random: ["x=1e-4..1e-1(log)", "y=2.0..4.0"])
    #expect(space.size == nil)
    let points = try space.points(200, seed: 0)
    let values = points.map { point in
      point.compactMap { Double($0.split(separator: "=")[1]) }
    }
    #expect(values.allSatisfy { (1e-4...1e-1).contains($0[1]) && (2...4).contains($0[2]) })
    // Half of a logarithmic scale lies below the geometric mean of its bounds, 10^−2.5.
    let small = values.count { $0[1] < 3.162e-3 }
    #expect((70...130).contains(small), "\(small)")
    let low = values.count { $0[2] < 3 }
    #expect((70...130).contains(low), "\(low)")
    #expect(throws: EquipoiseError.self) { try space.points(nil, seed: 0) }
  }

  @Test func wholeNumbersBetweenWholeNumbers() throws {
    let points = try space(
      ["b=\((0..<99).map(String.init).joined(separator: ","))"],
      random: [
        "x=1..3", "y=1..64(log)",
      ]
    ).points(300, seed: 0)
    let values = points.map { point in point.dropFirst().map { $0.split(separator: "=")[1] } }
    for number in ["1", "2", "3"] {
      let count = values.count { $0[0] == number }
      #expect((70...130).contains(count), "\(number): \(count)")
    }
    let second = values.compactMap { Int($0[1]) }
    #expect(second.count == 300 && second.allSatisfy { (1...64).contains($0) })
  }

  /// A range of few whole numbers is drawn without repetition, to its last point and no further.
  @Test func noPointIsDrawnTwice() throws {
    let space = try space([], random: ["x=1..4"])
    for seed in 0..<5 { #expect(Set(try space.points(4, seed: seed)).count == 4) }
    #expect(
      message { _ = try space.points(5, seed: 0) }
        == "trials 5: there are not that many different points; ask for fewer, or widen a range")
  }

  @Test(arguments: ["x", "x=", "x=1,1", "x=1,,2", "=1"])
  func gridsThatMakeNoSense(_ text: String) {
    #expect(throws: EquipoiseError.self) { try SearchDimension(grid: text) }
  }

  @Test(arguments: ["x", "x=1", "x=2..1", "x=0..1(log)", "x=a..b", "x=1..2..3", "x=0..inf"])
  func rangesThatMakeNoSense(_ text: String) {
    #expect(throws: EquipoiseError.self) { try SearchDimension(random: text) }
  }

  @Test func methodsHaveTheSameBudget() throws {
    let tiny = try TinyRun()
    func trials(_ method: String, _ count: Int) -> [Trial] {
      (0..<count).map {
        Trial(method: method, index: $0, settings: [], configuration: tiny.configuration)
      }
    }
    let error = #expect(throws: EquipoiseError.self) {
      try SweepPlan(trials("aim", 4) + trials("joint", 2), seeds: [0], folder: "out")
    }
    #expect(error?.what == "the methods have different numbers of trials: aim 4, joint 2")
    #expect(error?.remedy == "add trials=2, which draws as many points for each")
    let plan = try SweepPlan(trials("aim", 2) + trials("joint", 2), seeds: [0, 5], folder: "out")
    let runs = plan.runs()
    #expect(runs.count == 8)
    #expect(runs[3].folder.path == "out/aim/trial-001/seed-5")
    #expect(runs.allSatisfy { !$0.configuration.evaluation.test })
  }
}

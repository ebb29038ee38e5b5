// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit

/// How many runs may go at a time.
package struct RunBudget: Equatable, Sendable {
  /// Runs side by side.
  package var jobs: Int
  /// Bytes of memory for all of them.
  package var memory: Int

  /// A budget.
  package init(jobs: Int, memory: Int) {
    self.jobs = jobs
    self.memory = memory
  }
}

/// The runs that wait, and which of them goes next.
package struct RunQueue {
  /// The runs that wait, in the order of the plan.
  package private(set) var waiting: [PlannedRun]
  /// What runs take.
  package var needs: RunNeeds
  private let budget: RunBudget

  /// A queue of runs.
  package init(_ runs: [PlannedRun], needs: RunNeeds, budget: RunBudget) {
    waiting = runs
    self.needs = needs
    self.budget = budget
  }

  /// The runs that may start beside those under way, the longest first: started last, it would keep
  /// one core busy while the others have nothing left to do. A run that needs more than the whole
  /// budget goes alone.
  ///
  /// - Parameter running: what is under way.
  /// - Returns: runs, any one of which may start now.
  package func candidates(beside running: [PlannedRun]) -> [PlannedRun] {
    guard running.count < budget.jobs else { return [] }
    let used = running.reduce(0) { $0 + needs.memory($1.groupFolder) }
    // The position keeps the plan's order among equals.
    return waiting.enumerated().filter {
      running.isEmpty || used + needs.memory($1.groupFolder) <= budget.memory
    }.map { (seconds: needs.seconds($1.groupFolder), position: $0, run: $1) }
      .sorted { ($1.seconds, $0.position) < ($0.seconds, $1.position) }.map(\.run)
  }

  /// Takes a run out of the queue.
  package mutating func remove(_ run: PlannedRun) {
    waiting.removeAll { $0.folder.path == run.folder.path }
  }

  /// Whether any run of a group waits.
  package func contains(group: String) -> Bool { waiting.contains { $0.groupFolder == group } }
}

// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import EquipoiseExperiments
@testable import EquipoiseTraining

/// Which run goes next.
struct RunQueueTests {
  private func run(_ group: String, seed: Int = 0) -> PlannedRun {
    var configuration = RunConfiguration()
    configuration.runtime.seed = seed
    return PlannedRun(
      name: group, groupFolder: group, configuration: configuration, dataset: "data")
  }

  private func queue(
    _ runs: [PlannedRun], _ needs: RunNeeds, jobs: Int = 2, memory: Int = 100
  ) -> RunQueue {
    RunQueue(runs, needs: needs, budget: RunBudget(jobs: jobs, memory: memory))
  }

  private let needs = RunNeeds([
    "short": RunEstimate(multiplyAdds: 1, memory: 30),
    "long": RunEstimate(multiplyAdds: 9, memory: 60),
    "huge": RunEstimate(multiplyAdds: 5, memory: 300),
  ])

  @Test func longestFirstThenInOrder() {
    var queue = queue(
      [run("short"), run("long"), run("short", seed: 1), run("long", seed: 1)], needs)
    #expect(
      queue.candidates(beside: []).map(\.label) == [
        "long, seed 0", "long, seed 1", "short, seed 0", "short, seed 1",
      ])
    queue.remove(run("long"))
    #expect(queue.waiting.map(\.label) == ["short, seed 0", "short, seed 1", "long, seed 1"])
    #expect(queue.contains(group: "long"))
    queue.remove(run("long", seed: 1))
    #expect(!queue.contains(group: "long"))
  }

  @Test func neverMoreThanFit() {
    let queue = queue([run("short"), run("long"), run("huge")], needs, jobs: 3)
    // 60 of 100 are taken: only the run of 30 fits, not the longer one of 60.
    #expect(queue.candidates(beside: [run("long", seed: 1)]).map(\.name) == ["short"])
    #expect(queue.candidates(beside: [run("long", seed: 1), run("short", seed: 1)]).isEmpty)
    // More than the whole budget: alone.
    #expect(queue.candidates(beside: []).map(\.name).contains("huge"))
    let oneJob = self.queue([run("short")], needs, jobs: 1)
    #expect(oneJob.candidates(beside: [run("short", seed: 1)]).isEmpty)
  }

  @Test func measurementsBeatEstimates() {
    var needs = needs
    #expect(needs.seconds("long") > needs.seconds("short"))
    needs.add(
      RunMeasurement(folder: "", group: "short", seconds: 20, peakMemory: 80, status: 0))
    #expect(needs.seconds("short") == 20 && needs.memory("short") == 80)
    // 1 multiply-add took 20 seconds, so 9 take 180.
    #expect(abs(needs.seconds("long") - 180) < 1e-9)
    // The rest of a run that was stopped takes less than a whole one.
    needs.add(RunMeasurement(folder: "", group: "short", seconds: 3, peakMemory: 40, status: 0))
    #expect(needs.seconds("short") == 20 && needs.memory("short") == 80)
    // A run that failed tells nothing.
    needs.add(RunMeasurement(folder: "", group: "long", seconds: 1, peakMemory: 1, status: 1))
    #expect(needs.memory("long") == 60)
  }
}

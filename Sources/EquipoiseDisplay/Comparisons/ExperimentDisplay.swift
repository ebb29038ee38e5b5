// SPDX-License-Identifier: Apache-2.0
package import Equipoise
import Foundation

/// Shows how far an experiment is: a line for each run that ends.
package final class ExperimentDisplay {
  private let command: String
  private let total: Int
  private let jobs: Int
  private let quiet: Bool
  private let start = ContinuousClock.now
  private var ended = 0

  /// A display; says what is about to happen.
  package init(command: String, waiting: Int, done: Int, budget: RunBudget, quiet: Bool) {
    self.command = command
    self.quiet = quiet
    total = waiting
    jobs = min(budget.jobs, waiting)
    let before = done > 0 ? ", \(done) are done already" : ""
    note(
      "\(waiting) runs to train\(before); up to \(jobs) side by side within "
        + Numbers.bytes(budget.memory))
  }

  package func show(_ event: RunPoolEvent) {
    switch event {
    case .started: break
    case .finished(let run, let seconds):
      ended += 1
      note("\(ended)/\(total)  \(run.label): \(Numbers.duration(seconds))\(remaining)")
    case .failed(let failure):
      ended += 1
      Console.warn("\(failure.run) failed: \(failure.message)")
    case .waiting(let run):
      note("\(run.label) is being trained by another process; waiting for it")
    }
  }

  /// Says what it took: on idle cores the time is that of all processes divided by the jobs.
  package func finish(_ outcome: RunPoolOutcome) {
    let seconds = (ContinuousClock.now - start).seconds
    let ratio = seconds * Double(jobs) / max(outcome.processSeconds, 1e-9)
    note(
      "\(Numbers.duration(outcome.processSeconds)) of training processes in "
        + "\(Numbers.duration(seconds)), \(jobs) side by side: "
        + String(format: "%.2f times their share", ratio))
  }

  private var remaining: String {
    guard ended < total else { return "" }
    let seconds = (ContinuousClock.now - start).seconds / Double(ended) * Double(total - ended)
    return "  ETA \(Numbers.duration(seconds))"
  }

  private func note(_ text: String) {
    if !quiet { Console.note("\(command): \(text)") }
  }
}

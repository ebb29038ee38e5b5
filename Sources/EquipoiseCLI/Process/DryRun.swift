import ArgumentParser
import Equipoise
import Foundation

/// A few steps of a run, measured, that leave nothing behind.
struct DryRun {
  private let summary: ModelSummary
  private let batchSize: Int
  private let steps: [Double]
  private let peakMemory: Int

  /// Takes the steps that `runtime.maxSteps` allows.
  static func measure(_ configuration: RunConfiguration) throws -> DryRun {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("equipoise-dry-run-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let run = try TrainingRun(configuration, in: RunFolder(folder), resume: .never)
    let summary = run.parts.model.summarize()
    let clock = StepClock()
    let outcome = try run.train(
      stopSignal: { StopSignal.requested }, observers: [clock, WarningObserver()])
    if case .interrupted(let signal) = outcome {
      throw ExitCode(StopSignal.exitCode(for: signal))
    }
    return DryRun(
      summary: summary, batchSize: configuration.training.batchSize, steps: clock.steps,
      peakMemory: clock.peakMemory)
  }

  /// The measurements, one a line.
  var text: String {
    var table = TextTable(["", ""], [.left, .left])
    table.add(["parameters", Numbers.count(summary.parameters)])
    table.add(["multiply-adds", Numbers.count(summary.multiplyAdds) + " per sample, forward"])
    if let median {
      table.add([
        "step time",
        String(
          format: "%.1f ms (median of %d; batch %d), %.1f samples/s", 1000 * median,
          steps.count, batchSize, Double(batchSize) / median),
      ])
    }
    table.add(["peak memory", Numbers.bytes(peakMemory)])
    return table.text()
  }

  private var median: Double? {
    steps.isEmpty ? nil : steps.sorted()[steps.count / 2]
  }
}

/// Times the steps of a run. The first, which also sets up the kernels, counts only when alone.
private final class StepClock: TrainingObserver {
  private var all: [Double] = []
  private(set) var peakMemory = 0
  private var last = ContinuousClock.now

  var steps: [Double] { all.count > 1 ? Array(all.dropFirst()) : all }

  func observe(_ event: TrainingEvent) {
    switch event {
    case .began, .finishedEpoch: last = .now
    case .stepped:
      let now = ContinuousClock.now
      all.append((now - last).seconds)
      last = now
      peakMemory = Hardware.peakMemory
    case .warned, .stopped: break
    }
  }
}

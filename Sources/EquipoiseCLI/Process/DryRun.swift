// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Equipoise
import EquipoiseDisplay
import EquipoiseFormats
import Foundation
import EquipoiseTorch

/// A few steps of a run, measured, that leave nothing behind.
struct DryRun {
  private let summary: ModelSummary
  private let batchSize: Int
  private let steps: [Double]
  private let device: Device
  private let peakMemory: Int

  /// Takes the steps that `runtime.maxSteps` allows.
  static func measure(_ configuration: RunConfiguration) throws -> DryRun {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("equipoise-dry-run-\(UUID().uuidString)").path
    defer { try? FileSystem.remove(folder) }
    let run = try TrainingRun(configuration, in: RunFolder(folder), resume: .never)
    let summary = run.parts.summary
    let device = run.parts.device
    let clock = StepClock(DeviceClock(device))
    let outcome = try run.train(
      stopSignal: { StopSignal.requested }, observers: [clock, WarningObserver()])
    if case .interrupted(let signal) = outcome {
      throw ExitCode(StopSignal.exitCode(for: signal))
    }
    return DryRun(
      summary: summary, batchSize: configuration.training.batchSize, steps: clock.steps,
      device: device, peakMemory: DeviceMemory.peak(of: device))
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
    let place = device.kind == .cpu ? "" : " on \(device)"
    table.add(["peak memory", Numbers.bytes(peakMemory) + place])
    return table.text()
  }

  private var median: Double? {
    steps.isEmpty ? nil : steps.sorted()[steps.count / 2]
  }
}

/// Times the steps of a run. The first, which also sets up the kernels, counts only when alone.
final class StepClock: TrainingObserver {
  private let clock: DeviceClock
  private var all: [Double] = []
  private var last: ContinuousClock.Instant

  /// Times by `clock`.
  init(_ clock: DeviceClock) {
    self.clock = clock
    last = clock.now
  }

  var steps: [Double] { all.count > 1 ? Array(all.dropFirst()) : all }

  func observe(_ event: TrainingEvent) {
    switch event {
    case .began, .finishedEpoch: last = clock.now
    case .stepped:
      let now = clock.now
      all.append((now - last).seconds)
      last = now
    case .warned, .stopped: break
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package import EquipoiseKit
internal import EquipoiseModels
internal import EquipoiseSettings
import EquipoiseFormats
import Foundation

/// One line of the stream of events. Keys that do not apply are left out.
struct RunEvent: Encodable {
  enum Kind: String, Encodable { case begin, progress, epoch, warning, end }

  /// What happened.
  let event: Kind
  /// Seconds since 1970.
  let time: Double
  /// The run's folder.
  let run: String
  var method: String?
  var seed: Int?
  var epochs: Int?
  var stepsPerEpoch: Int?
  /// The epoch under way, from 0.
  var epoch: Int?
  /// Steps since training began.
  var step: Int?
  /// Every setting, as text.
  var settings: [String: String]?
  /// Numbers by their dotted names.
  var metrics: [String: Double]?
  /// `finished`, `stopped` or `failed`.
  var status: String?
  var message: String?

  init(_ event: Kind, _ run: RunFolder) {
    (self.event, self.run) = (event, run.path)
    time = (Date().timeIntervalSince1970 * 1000).rounded() / 1000
  }
}

/// Tells another program what a run does, a JSON object a line. When the reader goes, training goes on without it.
package final class EventStream: TrainingObserver {
  private let run: RunFolder
  private let warn: (String) -> Void
  private var stream: LineStream?
  private var configuration: RunConfiguration
  private var stepsPerEpoch = 0
  private var nextProgress = ContinuousClock.now

  /// A stream.
  ///
  /// - Parameters:
  ///   - target: the number of an open descriptor, or the path of a file or named pipe.
  ///   - configuration: the run's.
  ///   - run: the run's folder.
  ///   - warn: told once when nothing can be written any more.
  /// - Throws: `FormatError` when nothing can be written there.
  package init(
    _ target: String, _ configuration: RunConfiguration, in run: RunFolder,
    warn: @escaping (String) -> Void
  ) throws {
    stream = try LineStream(target)
    (self.run, self.configuration, self.warn) = (run, configuration, warn)
  }

  /// Told of everything.
  package func observe(_ event: TrainingEvent) {
    switch event {
    case .began(let epochs, let steps, let epoch, let step):
      stepsPerEpoch = steps
      var line = RunEvent(.begin, run)
      (line.method, line.seed) = (configuration.method.name, configuration.runtime.seed)
      (line.epochs, line.stepsPerEpoch) = (epochs, steps)
      (line.epoch, line.step) = (epoch, epoch * steps + step)
      let settings = (try? configuration.flattened()) ?? []
      line.settings = Dictionary(settings.map { ($0[0], $0[1]) }) { first, _ in first }
      send(line)
    case .stepped(let epoch, let step, _, let loss):
      // As often as anyone looks; the loss is there where reading it costs nothing.
      guard ContinuousClock.now >= nextProgress else { return }
      nextProgress = .now + .seconds(1)
      var line = RunEvent(.progress, run)
      (line.epoch, line.step) = (epoch, epoch * stepsPerEpoch + step)
      line.metrics = loss.map { ["trainLoss": $0] }
      send(line)
    case .finishedEpoch(let record):
      var line = RunEvent(.epoch, run)
      (line.epoch, line.step) = (record.epoch, record.globalStep)
      line.metrics = Self.numbers(record.metrics)
      send(line)
    case .warned(let text): warned(text)
    case .stopped: break
    }
  }

  /// Something the user should know.
  package func warned(_ text: String) {
    var line = RunEvent(.warning, run)
    line.message = text
    send(line)
  }

  /// How the run ended.
  package func ended(_ outcome: TrainingOutcome) {
    var line = RunEvent(.end, run)
    switch outcome {
    case .finished(let result):
      line.status = "finished"
      (line.epoch, line.step) = (result.bestEpoch, result.steps)
      line.metrics = Self.numbers(
        result.validation.metrics(on: .validation) + (result.test?.metrics(on: .test) ?? []))
    case .reachedMaxSteps(let steps):
      (line.status, line.step, line.message) = ("stopped", steps, "runtime.maxSteps are done")
    case .interrupted(let signal):
      (line.status, line.message) = ("stopped", "signal \(signal)")
    }
    send(line)
  }

  /// Why the run ended before its time.
  package func failed(_ text: String) {
    var line = RunEvent(.end, run)
    (line.status, line.message) = ("failed", text)
    send(line)
  }

  private static func numbers(_ metrics: [Metric]) -> [String: Double] {
    Dictionary(metrics.map { ($0.name.text, $0.value) }) { first, _ in first }
  }

  private func send(_ event: RunEvent) {
    guard let stream else { return }
    do { try stream.write(JSONLines.line(event)) } catch {
      self.stream = nil
      warn("events end here: \(error)")
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
public import EquipoiseKit

/// Sees what a run does; changes nothing.
public protocol TrainingObserver: AnyObject {
  /// Told of everything, in order, on the training thread.
  func observe(_ event: TrainingEvent)
}

/// What happens in a run.
public enum TrainingEvent: Sendable {
  /// Training starts or continues at an epoch and step.
  case began(epochs: Int, stepsPerEpoch: Int, epoch: Int, step: Int)
  /// A step is done. The loss is the mean over the epoch so far; it is given only where reading it
  /// costs nothing.
  case stepped(epoch: Int, step: Int, samples: Int, meanLoss: Double?)
  /// An epoch is done.
  case finishedEpoch(EpochRecord)
  /// Something the user should know.
  case warned(String)
  /// Training stopped before its end, for the named reason.
  case stopped(String)
}

/// One line of `metrics.jsonl`.
public struct EpochRecord: Codable, Sendable {
  /// What kind of line this is.
  public var kind = "epoch"
  /// The epoch, from 0.
  public let epoch: Int
  /// Steps since training began.
  public let globalStep: Int
  /// The learning rate of this epoch.
  public let learningRate: Double
  /// The mean training loss over samples.
  public let trainLoss: Double
  /// The share of training samples whose fused prediction was right, while training; `nil` for other tasks than
  /// classification.
  public let trainAccuracy: Double?
  /// The scores on the validation split.
  public let validation: EvaluationReport
  /// Numbers of the method, means over the epoch.
  public let telemetry: [MetricName: Double]
  /// Multiply-adds of a training step for each sample.
  public let multiplyAddsPerSample: Int
  /// Seconds of training since the run began, over all sittings, without evaluation.
  public let seconds: Double
  /// The share of this epoch's training time that was spent waiting for data.
  public let dataWait: Double
}

extension EpochRecord {
  /// Every number of the record outside lists, but for the epoch.
  public var metrics: [Metric] {
    let own: [(MetricName, Double)] = [
      (.run("globalStep"), Double(globalStep)), (.run("learningRate"), learningRate),
      (.run("multiplyAddsPerSample"), Double(multiplyAddsPerSample)), (.run("seconds"), seconds),
      (.run("dataWait"), dataWait), (.train("loss"), trainLoss),
    ]
    let accuracy = trainAccuracy.map { [(MetricName.train("accuracy"), $0)] } ?? []
    return (own + accuracy).map { Metric($0, $1) } + validation.metrics(on: .validation)
      + telemetry.map { Metric($0.key, $0.value) }
  }
}

// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit

/// What a run takes, as far as it is known before it starts.
package struct RunEstimate: Equatable, Sendable {
  /// Multiply-adds of all its training.
  package let multiplyAdds: Double
  /// Bytes of memory.
  package let memory: Int
  /// The steps of an epoch.
  package let stepsPerEpoch: Int

  /// An estimate.
  package init(multiplyAdds: Double, memory: Int, stepsPerEpoch: Int = 0) {
    self.multiplyAdds = multiplyAdds
    self.memory = memory
    self.stepsPerEpoch = stepsPerEpoch
  }
}

/// What a finished run took; one line of the experiment's `processes.jsonl`.
package struct RunMeasurement: Codable, Equatable, Sendable {
  /// The run's folder.
  package let folder: String
  /// The folder of its group.
  package let group: String
  /// Seconds from start to end of its process.
  package let seconds: Double
  /// The most memory it had, in bytes.
  package let peakMemory: Int
  /// Its exit status.
  package let status: Int32
}

/// What the runs of each group take: measured where one has finished, else estimated.
package struct RunNeeds: Sendable {
  private var estimates: [String: RunEstimate]
  private var measured: [String: RunMeasurement] = [:]

  /// Needs from estimates by group folder and earlier measurements.
  package init(_ estimates: [String: RunEstimate], measured: [RunMeasurement] = []) {
    self.estimates = estimates
    for measurement in measured { add(measurement) }
  }

  /// Takes the measurement of a run that went through. The largest of its group counts: a process that
  /// only finished what another had begun took less than a whole run.
  package mutating func add(_ measurement: RunMeasurement) {
    guard measurement.status == 0 else { return }
    let before = measured[measurement.group]
    measured[measurement.group] = RunMeasurement(
      folder: measurement.folder, group: measurement.group,
      seconds: max(measurement.seconds, before?.seconds ?? 0),
      peakMemory: max(measurement.peakMemory, before?.peakMemory ?? 0), status: 0)
  }

  /// Bytes of memory that a run of a group takes.
  package func memory(_ group: String) -> Int {
    measured[group]?.peakMemory ?? estimates[group]?.memory ?? 0
  }

  /// Seconds that a run of a group takes. Without any measurement only their order means something.
  package func seconds(_ group: String) -> Double {
    measured[group]?.seconds ?? (estimates[group]?.multiplyAdds ?? 0) / multiplyAddsPerSecond
  }

  private var multiplyAddsPerSecond: Double {
    let known = measured.values.filter { $0.seconds > 0 && estimates[$0.group] != nil }
    let work = known.reduce(0) { $0 + (estimates[$1.group]?.multiplyAdds ?? 0) }
    let seconds = known.reduce(0) { $0 + $1.seconds }
    return work > 0 ? work / seconds : 1e9
  }
}

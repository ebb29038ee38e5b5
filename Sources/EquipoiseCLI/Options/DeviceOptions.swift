// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Equipoise

/// The flags that say where a trained model computes.
struct DeviceOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The device (default: the run's).", valueName: "name"))
  var device: String?

  @Option(help: ArgumentHelp("Threads of one operation (default: the run's).", valueName: "n"))
  var threads: Int?

  /// Throws for a number that is out of range.
  func check() throws { try NumberFlag.check("--threads", threads, from: 1, to: 1024) }

  /// Puts device and threads in the run's place.
  func apply(to configuration: inout RunConfiguration) {
    if let device { configuration.runtime.device = device }
    if let threads { configuration.runtime.threads = threads }
  }
}

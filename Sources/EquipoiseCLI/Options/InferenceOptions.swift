// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

/// The flags that say how a trained model goes through samples.
struct InferenceOptions: ParsableArguments {
  @OptionGroup var place: DeviceOptions

  @Option(help: ArgumentHelp("Samples at a time (default: the run's).", valueName: "n"))
  var batchSize: Int?

  /// Throws for numbers that are out of range.
  func check() throws {
    try place.check()
    try NumberFlag.check("--batch-size", batchSize, from: 1, to: 1_000_000_000)
  }
}

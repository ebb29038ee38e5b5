// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Equipoise

/// How raw media are decoded.
struct MediaOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Media files decoded at once; by default one for each processor.", valueName: "n"))
  var workers: Int?

  @Option(
    help: ArgumentHelp(
      "Leave out, and name, up to so many samples with a corrupt file.",
      valueName: "n"))
  var maxCorrupt = 0

  func validate() throws {
    try NumberFlag.check("--workers", workers, from: 1, to: 1024)
    try NumberFlag.check("--max-corrupt", maxCorrupt, from: 0, to: .max)
  }

  var preparation: MediaPreparation {
    MediaSupport.preparation(workers: workers, maxCorrupt: maxCorrupt)
  }
}

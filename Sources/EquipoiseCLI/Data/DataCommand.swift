// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

/// `equipoise data`
struct DataCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data", abstract: "Look at raw and prepared data.",
    subcommands: [DataScanCommand.self, DataPreviewCommand.self])
}

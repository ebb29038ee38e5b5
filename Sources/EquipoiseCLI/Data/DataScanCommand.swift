// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Equipoise
import EquipoiseDisplay
import Foundation

/// `equipoise data scan`
struct DataScanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scan",
    abstract: "Find missing, empty, corrupt and duplicate media files and leaks between splits.",
    discussion: "Exits with 1 when anything is found.")

  @Argument(help: ArgumentHelp("Folders or manifests of raw media.", valueName: "input"))
  var inputs: [String]

  @Option(help: ArgumentHelp("The recipe that reads them.", valueName: "name"))
  var recipe = "manifest"

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp("A setting of the recipe. Repeatable.", valueName: "key=value"))
  var sets: [String] = []

  @OptionGroup var media: MediaOptions

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    let display = PreparationDisplay(name: "scan", title: "scanning", quiet: json)
    let reports = try inputs.map {
      try DataScan.run(
        $0, recipe: recipe, sets: sets, media: media.preparation, report: display.show)
    }
    if json {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      Console.print(String(decoding: try encoder.encode(reports), as: UTF8.self))
    } else {
      for report in reports { Console.print(ScanText.text(report), terminator: "") }
    }
    if reports.contains(where: { !$0.findings.isEmpty }) { throw ExitCode.failure }
  }
}

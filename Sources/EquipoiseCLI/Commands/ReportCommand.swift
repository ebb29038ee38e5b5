// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Equipoise
import EquipoiseDisplay
import EquipoiseFormats
import Foundation
import EquipoiseReport

/// `equipoise report`
struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "Show runs in one HTML file with interactive plots.",
    discussion: """
      What each modality and depth learned, the methods side by side, confusion, settings and \
      machines. The file needs nothing else: no network, no server. Every plot gives its numbers as \
      CSV and itself as SVG or PNG.
      """)

  @Argument(
    help: ArgumentHelp(
      "Folders of runs, comparisons, searches, or folders of these; files of 'features'.",
      valueName: "run"))
  var folders: [String]

  @Option(help: ArgumentHelp("The file to write.", valueName: "file"))
  var out = "report.html"

  @Flag(help: "Replace the file if it exists.")
  var force = false

  func run() throws {
    guard force || !FileManager.default.fileExists(atPath: out) else {
      throw EquipoiseError(
        .usage, "the file exists", at: out, fix: "choose another with --out, or add --force")
    }
    try AtomicFile.write(data: Data(try ReportPage.html(for: folders).utf8), to: out)
    Console.print("wrote \(out)")
  }
}

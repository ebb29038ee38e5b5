// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Equipoise
import EquipoiseDisplay

/// `equipoise check`
struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Verify every file of runs, datasets, comparisons and exports.",
    discussion: """
      Compares each file with the checksums that were written with it and says what can be made again \
      and how. Nothing is changed. The exit status is 1 when a file is damaged or missing.
      """)

  @Argument(
    help: ArgumentHelp(
      "Folders of runs, datasets, comparisons, searches, folders of these, or exported files.",
      valueName: "path")
  )
  var folders: [String]

  @Option(help: "How to print what was found.")
  var format = OutputFormat.table

  func run() throws {
    let checks = try folders.map { try FolderCheck($0) }
    let files = checks.flatMap(\.files)
    let bad = checks.flatMap(\.bad)
    switch format {
    case .json: try JSONOutput.print(files)
    case .table:
      for finding in bad {
        Console.print(
          "\(finding.path): \(finding.state.rawValue): \(finding.problem ?? ""); "
            + (finding.remedy ?? ""))
      }
      let unverified = files.filter { $0.state == .unverified }
      for finding in unverified {
        Console.print("\(finding.path): has no checksum, as files of earlier versions have none")
      }
      Console.print(
        "\(files.count) files: \(files.count - bad.count - unverified.count) whole, "
          + "\(bad.count) damaged or missing, \(unverified.count) without a checksum")
    }
    if !bad.isEmpty { throw ExitCode.failure }
  }
}

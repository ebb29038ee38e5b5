// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import EquipoiseDisplay

/// `equipoise doctor`
struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor", abstract: "Check what training needs on this machine.",
    discussion: "Exits with 1 when something that is needed is broken.")

  @Option(help: "How to print the findings.")
  var format = OutputFormat.table

  func run() throws {
    let diagnosis = Diagnosis()
    switch format {
    case .table: Console.print(diagnosis.text, terminator: "")
    case .json: try JSONOutput.print(diagnosis)
    }
    if !diagnosis.ok { throw ExitCode.failure }
  }
}

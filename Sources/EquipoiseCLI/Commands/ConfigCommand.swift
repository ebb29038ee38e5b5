// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Equipoise
import EquipoiseDisplay

/// `equipoise config`
struct ConfigCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config", abstract: "Show or check a run's configuration.",
    subcommands: [Print.self, Check.self, List.self])

  /// `equipoise config print`
  struct Print: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "print",
      abstract: "Print every setting as YAML, with who set it.",
      discussion: "The output is a configuration file: save it, change it, use it with --config.")

    @OptionGroup var options: RunOptions

    func run() throws {
      let resolved = try options.resolve(needsData: false)
      Console.print(try resolved.yaml(withOrigins: true), terminator: "")
    }
  }

  /// `equipoise config check`
  struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "check",
      abstract: "Check that a configuration, its dataset and its device fit together.",
      discussion: "Everything that training starts from is built; nothing is trained or written.")

    @OptionGroup var options: RunOptions

    func run() throws {
      let parts = try RunParts(options.resolve().configuration)
      Console.print(
        "ok: \(parts.configuration.method.name) on \(parts.model.modalities.joined(separator: ", "))"
          + ", \(parts.stepsPerEpoch) steps in each of \(parts.configuration.training.epochs)"
          + " epochs, on \(parts.device)")
    }
  }

  /// `equipoise config list`
  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list",
      abstract:
        "List methods, encoders, fusions, couplings, losses, optimisers, schedules and features.",
      discussion: "Their settings: 'equipoise config print' with one of them chosen.")

    @Option(help: "How to print the list.")
    var format = OutputFormat.table

    func run() throws {
      let list = CatalogueList()
      switch format {
      case .table: Console.print(list.text, terminator: "")
      case .json: try JSONOutput.print(list)
      }
    }
  }
}

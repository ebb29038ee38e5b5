// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Equipoise
import EquipoiseFormats

/// Names the command the user most likely meant, which the parser does for options only.
enum UnknownCommand {
  /// Throws when the first argument is neither an option nor a subcommand.
  static func check(_ first: String?) throws {
    let names = EquipoiseCommand.configuration.subcommands.compactMap {
      $0.configuration.commandName
    }
    guard let first, !first.hasPrefix("-"), first != "help", !names.contains(first) else { return }
    throw ValidationError(
      "there is no command '\(first)'; \(Nearest.hint(first, in: names))")
  }
}

// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

/// The subcommand that a command line calls.
struct CalledCommand {
  /// Its help.
  let help: String

  init(_ arguments: [String]) {
    var command: any ParsableCommand.Type = EquipoiseCommand.self
    for word in arguments {
      let next = command.configuration.subcommands.first { $0.configuration.commandName == word }
      guard let next else { break }
      command = next
    }
    help = EquipoiseCommand.helpMessage(for: command)
  }

  /// Its flags, with their dashes.
  var flags: Set<String> {
    // What follows two spaces is prose, which may name others.
    let names = help.split(separator: "\n").filter { $0.hasPrefix("  -") }
      .flatMap { line in
        let text = line.dropFirst(2)
        let option = text[..<(text.firstRange(of: "  ")?.lowerBound ?? text.endIndex)]
        return option.matches(of: /--[a-z0-9-]+/).map { String($0.output) }
      }
    return Set(names)
  }
}

// SPDX-License-Identifier: Apache-2.0
import Equipoise
import EquipoiseDisplay
import Foundation

/// How the command line spells what the library's sentences ask for: by the flags of the command that was called, and
/// by commands. What that command has no flag for keeps the library's words.
struct CommandLineTerms: Sendable {
  /// The called command's flags, with their dashes.
  let flags: Set<String>
  /// Whether it is a program that `make` built in its checkout, where it can do more.
  var isMade = true

  /// Those of this process.
  static let running = CommandLineTerms(
    flags: CalledCommand(Array(CommandLine.arguments.dropFirst())).flags,
    isMade: ProgramOrigin.running == .checkout)

  /// A term as the user can type it, or what it is.
  func spelled(_ term: Term) -> String {
    switch term {
    case .setting(let text): setting(text) ?? term.plain
    case .argument(let text): argument(text) ?? term.plain
    case .runFolder: "the folder given to 'equipoise train --out'"
    case .comparisonFolder: "the folder given to 'equipoise compare --out'"
    case .datasetFolder: "a folder made by 'equipoise prepare'"
    case .dataCheck: "'equipoise inspect --check-data'"
    case .recipe(let name, let input):
      "'equipoise prepare \(name) --input \(ShellWord.quoted(input)) --out DIR'"
    case .preparingAgain: "run the same 'equipoise prepare' again"
    case .repeating(let noun): "repeat the \(noun)'s command"
    case .importing(let text):
      "'equipoise import \(Self.typed(text))'"
    case .byMake(_, let target): isMade ? "\(term.plain) with 'make \(target)'" : term.plain
    }
  }

  /// Settings with a flag of their own are given by it.
  private func setting(_ text: String) -> String? {
    let (key, value) = Self.parts(text)
    let own = RunOptions.paths.first { $0.value == key }.map { "--\($0.key)" }
    let names = own == "--method" ? ["--method", "--methods"] : [own].compactMap { $0 }
    if let value, let flag = names.first(where: flags.contains) {
      return "\(flag) \(ShellWord.quoted(value))"
    }
    return flags.contains("--set") ? "--set \(ShellWord.quoted(text))" : nil
  }

  private func argument(_ text: String) -> String? {
    flags.contains(Self.flag(Self.parts(text).name)) ? Self.typed(text) : nil
  }

  private static func typed(_ argument: String) -> String {
    let (name, value) = parts(argument)
    return flag(name) + (value.map { " " + ShellWord.quoted($0) } ?? "")
  }

  /// The flag for what a function calls by this name.
  static func flag(_ name: String) -> String {
    switch name {
    case "folder": "--out"
    case "settings": "--set"
    default:
      "--" + name.map { $0.isUppercase ? "-\($0.lowercased())" : String($0) }.joined()
    }
  }

  private static func parts(_ text: String) -> (name: String, value: String?) {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    return (String(parts[0]), parts.count == 2 ? String(parts[1]) : nil)
  }
}

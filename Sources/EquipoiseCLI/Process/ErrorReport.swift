// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Equipoise
import EquipoiseDisplay
import EquipoiseFormats
import Foundation
import EquipoiseTorch

/// How failures reach the user: one line on standard error and an exit status.
enum ErrorReport {
  /// Ends the process: with 0 after help, 64 when the command line cannot be understood, the status
  /// an `ExitCode` names, else 1.
  static func exit(_ error: any Error) -> Never {
    let status = EquipoiseCommand.exitCode(for: error)
    if let code = error as? ExitCode { end(code) }
    switch status {
    case .success: Console.print(EquipoiseCommand.fullMessage(for: error))
    case .validationFailure: Console.error(usage(error))
    default: Console.error(line(error))
    }
    end(status)
  }

  /// What the error says, on one line.
  static func line(_ error: any Error) -> String {
    switch error {
    case let error as EquipoiseError:
      oneLine(error.description) + (error.kind == .device ? devices : "")
    case TorchError.device(let text): oneLine(text) + devices
    case let error as TorchError: oneLine(error.description)
    case let error as CocoaError: oneLine(file(error).description)
    case let error as any CustomStringConvertible: oneLine(error.description)
    default: oneLine(error.localizedDescription)
    }
  }

  /// Where to read on when a device cannot be had.
  private static let devices = "; 'equipoise doctor' shows what --device can be"

  /// Foundation's own errors print as a dictionary.
  private static func file(_ error: CocoaError) -> FormatError {
    .system(
      path: error.filePath ?? error.url?.path ?? "a file", operation: "read or write it",
      code: FileSystem.systemCode(of: error))
  }

  /// What libtorch says without its C++ call stack, and what to do when memory ran out.
  static func torch(_ message: String) -> String {
    guard TorchFailure.isOutOfMemory(message) else { return oneLine(message) }
    return oneLine(message)
      + "; lower --batch-size, or the model's width with --set model.encoders.NAME.width=…"
  }

  /// The parser's message with where to read on; our own messages say what to do.
  private static func usage(_ error: any Error) -> String {
    let message = EquipoiseCommand.message(for: error)
    guard !(error is ValidationError) else { return message }
    let hint = EquipoiseCommand.fullMessage(for: error).split(separator: "\n").last
      .flatMap { $0.split(separator: "'").dropFirst().first }
    let text = message.prefix(1).lowercased() + message.dropFirst()
    if let remedy = UnknownOption.hint(message, arguments: Array(CommandLine.arguments.dropFirst()))
    {
      let problem = text.split(separator: ".").first.map(String.init) ?? text
      return oneLine("\(problem); \(remedy)")
    }
    return oneLine(hint.map { "\(text); see '\($0)'" } ?? text)
  }

  private static func oneLine(_ text: String) -> String {
    let lines = text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
    return lines.prefix { !$0.hasPrefix("Exception raised from") && !$0.hasPrefix("frame #") }
      .joined(separator: " ")
  }

  private static func end(_ code: ExitCode) -> Never {
    Foundation.exit(code.rawValue)
  }
}

// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Equipoise
import EquipoiseDisplay
import EquipoiseTorch
import Foundation

/// Training by several processes: starting them, or being one.
enum WorkerSession {
  /// Starts the workers of a run by this command's own arguments, and waits for them.
  static func launch(_ count: Int, restarts: Int, for folder: RunFolder) throws {
    let launcher = try WorkerLauncher(
      [Bundle.main.executablePath ?? CommandLine.arguments[0]]
        + arguments(Array(CommandLine.arguments.dropFirst())),
      count: count, logs: folder.path + "/workers", stopSignal: { StopSignal.requested })
    for attempt in 0... {
      do {
        guard let signal = try launcher.run(attempt: attempt) else { return }
        throw ExitCode(StopSignal.exitCode(for: signal))
      } catch let error as EquipoiseError where attempt < restarts && StopSignal.requested == nil {
        Console.warn("\(ErrorReport.line(error)): starting all again")
      }
    }
  }

  /// The arguments of one worker: those of the command without its own.
  static func arguments(_ all: [String]) -> [String] {
    var kept: [String] = []
    var rest = all[...]
    while let argument = rest.popFirst() {
      if ["--workers", "--restarts"].contains(argument) {
        rest = rest.dropFirst()
      } else if !argument.hasPrefix("--workers="), !argument.hasPrefix("--restarts="),
        argument != "--stop-at-end-of-input"
      {
        kept.append(argument)
      }
    }
    return kept + ["--stop-at-end-of-input"]
  }

  /// Runs `body` as one of several workers.
  static func join(_ membership: WorkerMembership, _ body: (JoinedWorkers) throws -> Void) throws {
    let joined = try JoinedWorkers(membership, within: seconds("EQUIPOISE_JOIN_SECONDS", 300))
    TorchFailure.handler = { message in
      Console.error(joined.explain(ErrorReport.torch(message)))
      fflush(nil)
      _exit(1)
    }
    let watch = try joined.watch(silence: seconds("EQUIPOISE_SILENT_SECONDS", 60)) { sentence in
      Console.error(sentence)
      fflush(nil)
      _exit(1)
    }
    do {
      defer { watch.leave() }
      try body(joined)
    } catch let code as ExitCode {
      throw code
    } catch {
      Console.error(joined.explain(ErrorReport.line(error)))
      throw ExitCode.failure
    }
  }

  private static func seconds(_ variable: String, _ usual: Double) -> Double {
    ProcessInfo.processInfo.environment[variable].flatMap(Double.init) ?? usual
  }
}

// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
import Foundation
import Synchronization

/// Processes that keep a processor busy each, as other work on the machine does. They end when they are
/// stopped, or with this process.
package final class BusyProcesses {
  private var processes: [(process: Process, input: Pipe)] = []

  /// Starts them.
  ///
  /// - Parameters:
  ///   - count: how many.
  ///   - command: the program that calls ``serve()``, and its arguments.
  /// - Throws: when one does not start; those before it are stopped.
  package init(_ count: Int, command: [String]) throws {
    for _ in 0..<count {
      let (process, input) = (Process(), Pipe())
      process.executableURL = URL(fileURLWithPath: command[0])
      process.arguments = Array(command.dropFirst())
      process.standardInput = input
      do { try process.run() } catch {
        stop()
        throw error
      }
      processes.append((process, input))
    }
  }

  /// Ends them.
  package func stop() {
    for (process, input) in processes {
      try? input.fileHandleForWriting.close()
      process.waitUntilExit()
    }
    processes = []
  }

  /// The other end: keeps a processor busy until standard input ends.
  package static func serve() {
    Thread { while true { counter.add(1, ordering: .relaxed) } }.start()
    while readLine() != nil {}
  }

  /// Something to do that no compiler leaves out.
  private static let counter = Atomic(0)
}

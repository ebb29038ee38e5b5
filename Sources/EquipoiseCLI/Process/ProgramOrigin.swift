// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Where the running program comes from, as what its users can do about a part that is missing depends on it.
enum ProgramOrigin: Equatable {
  /// Built in the checkout of its sources, where `make` does the rest.
  case checkout
  /// Put somewhere as a whole, with its sources nowhere near: by `pip` or an archive.
  case installed
  /// Another package's program, which is built as that package says.
  case another

  /// This process's.
  static let running = ProgramOrigin(
    program: Bundle.main.executableURL?.resolvingSymlinksInPath().path ?? "")

  /// By the path of the program, links followed.
  init(program: String) {
    let parts = program.split(separator: "/")
    guard parts.last == "equipoise" else {
      self = .another
      return
    }
    self = parts.contains { $0.hasPrefix(".build") } ? .checkout : .installed
  }
}

// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A program under way. Not Foundation's `Process`, which does not tell how much memory it took.
package final class ChildProcess {
  /// Where a program's standard output and standard error go.
  package enum Output {
    /// To a file, emptied before.
    case log(String)
    /// Discarded.
    case nowhere
    /// Where this program's go.
    case inherited
  }

  /// How a program ended.
  package struct Exit {
    /// The exit status; 128 + N after an uncaught signal N, as a shell reports it.
    package let status: Int32
    /// The most memory it had, in bytes.
    package let peakMemory: Int
  }

  /// Its number in the system.
  package let identifier: Int32

  /// Starts a program in a process group of its own, so that Ctrl-C on the terminal reaches only its
  /// parent, who passes it on.
  ///
  /// - Parameters:
  ///   - command: the program's path and its arguments.
  ///   - input: its standard input.
  ///   - output: where what it writes goes.
  ///   - variables: what its environment has beside, or in the place of, this program's.
  /// - Throws: `EquipoiseError` when it does not start.
  package init(
    _ command: [String], input: Int32, output: Output, environment variables: [String: String] = [:]
  ) throws {
    var actions = SpawnOption.actions
    var attributes = SpawnOption.attributes
    posix_spawn_file_actions_init(&actions)
    posix_spawnattr_init(&attributes)
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
    }
    posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
    let file: String? =
      switch output {
      case .log(let path): path
      case .nowhere: "/dev/null"
      case .inherited: nil
      }
    if let file {
      posix_spawn_file_actions_addopen(
        &actions, STDOUT_FILENO, file, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0o644)
      posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO)
    }
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
    let environment = ProcessInfo.processInfo.environment
      .merging(variables) { $1 }.map { "\($0)=\($1)" }
    var process: pid_t = 0
    let code = Self.withPointers(command) { arguments in
      Self.withPointers(environment) { variables in
        posix_spawn(&process, command[0], &actions, &attributes, arguments, variables)
      }
    }
    guard code == 0 else {
      throw EquipoiseError.system("start the program", command[0], code: code)
    }
    identifier = process
  }

  /// How it ended; `nil` while it runs. After the end it must not be asked again.
  package func poll() -> Exit? {
    var (status, usage) = (Int32(0), rusage())
    guard wait4(identifier, &status, WNOHANG, &usage) == identifier else {
      sampleMemory()
      return nil
    }
    let signal = status & 0x7F
    return Exit(
      status: signal == 0 ? status >> 8 & 0xFF : 128 + signal, peakMemory: peakMemory(usage))
  }

  #if os(Linux)
    private var lastSample = ContinuousClock.now
    private var sampled: Int?

    /// Linux counts the memory of the parent at the start as the child's: below the parent's own peak
    /// the system's figure says nothing, and what was seen while the child ran must do.
    private func peakMemory(_ usage: rusage) -> Int {
      let peak = Int(usage.ru_maxrss) * 1024
      return peak > Hardware.peakMemory ? peak : sampled ?? peak
    }

    private func sampleMemory() {
      guard ContinuousClock.now - lastSample > .milliseconds(200) else { return }
      lastSample = .now
      let status =
        (try? String(contentsOfFile: "/proc/\(identifier)/status", encoding: .utf8)) ?? ""
      let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
      let kibibytes = line?.split(whereSeparator: \.isWhitespace).dropFirst().first
      sampled = kibibytes.flatMap { Int($0) }.map { 1024 * $0 } ?? sampled
    }
  #else
    private func peakMemory(_ usage: rusage) -> Int { Int(usage.ru_maxrss) }
    private func sampleMemory() {}
  #endif

  /// Waits for its end, after which it must not be asked again.
  package func wait() {
    var status = Int32(0)
    while waitpid(identifier, &status, 0) < 0, errno == EINTR {}
  }

  /// Sends it a signal.
  package func send(_ signal: Int32) { kill(identifier, signal) }

  /// The texts as C expects a list of arguments.
  private static func withPointers<R>(
    _ texts: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> R
  ) -> R {
    let pointers = texts.map { strdup($0) }
    defer { for pointer in pointers { free(pointer) } }
    return body(pointers + [nil])
  }
}

/// What `posix_spawn` takes, before it is initialised: pointers on one system, structures on another.
private enum SpawnOption {
  #if canImport(Darwin)
    static var actions: posix_spawn_file_actions_t? { nil }
    static var attributes: posix_spawnattr_t? { nil }
  #else
    static var actions: posix_spawn_file_actions_t { posix_spawn_file_actions_t() }
    static var attributes: posix_spawnattr_t { posix_spawnattr_t() }
  #endif
}

/// A pipe whose reading end never has anything to read, until this process has ended in whatever way:
/// then it is at its end. Programs that read from it know that they were left alone.
package final class LifeLine {
  /// The end for the standard input of programs.
  package let readingEnd: Int32
  private let writingEnd: Int32

  package init() throws {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { throw EquipoiseError.system("open a pipe", "compare") }
    (readingEnd, writingEnd) = (ends[0], ends[1])
    // A program that inherited the writing end would keep the others from noticing.
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
  }

  deinit {
    close(readingEnd)
    close(writingEnd)
  }
}

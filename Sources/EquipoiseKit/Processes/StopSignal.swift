// SPDX-License-Identifier: Apache-2.0
import Foundation
import Synchronization

/// SIGTERM, SIGINT and SIGHUP, a closed terminal, as a request to save and stop.
///
/// The handler touches one lock-free atomic and nothing else, which is all a signal handler may do.
package enum StopSignal {
  private static let received = Atomic<Int32>(0)

  /// From now on the first signal is a request; SIGINT after any request ends the process at once.
  /// The calling thread, if no other, takes the signals.
  package static func install() {
    // Also initialises the atomic, which a handler must not be the first to do.
    received.store(0, ordering: .sequentiallyConsistent)
    onSignals { StopSignal.handle($0) }
  }

  /// From now on a signal ends the process as it would have, but not without a word: for commands that
  /// keep what is done and have no state to save.
  package static func sayThatRepeatingContinues() {
    onSignals { number in
      let text: StaticString = "\nstopped; repeating it continues\n"
      _ = text.withUTF8Buffer { write(STDERR_FILENO, $0.baseAddress, $0.count) }
      signal(number, SIG_DFL)
      raise(number)
    }
  }

  private static func onSignals(_ handler: @escaping @convention(c) (Int32) -> Void) {
    var signals = sigset_t()
    sigemptyset(&signals)
    for number in [SIGTERM, SIGINT, SIGHUP] where number != SIGHUP || !isIgnored(number) {
      signal(number, handler)
      sigaddset(&signals, number)
    }
    // Dispatch's threads block signals; one thread at least must take them.
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
  }

  /// From now on the end of standard input is a SIGTERM: the process at its other end has gone, and
  /// nobody would notice this one.
  package static func sendAtEndOfInput() {
    Thread.detachNewThread {
      var byte: UInt8 = 0
      while true {
        let count = read(STDIN_FILENO, &byte, 1)
        if count == 0 || count < 0 && errno != EINTR { break }
      }
      kill(getpid(), SIGTERM)
    }
  }

  /// The signal that asked to stop, if one did.
  package static var requested: Int32? {
    let number = received.load(ordering: .sequentiallyConsistent)
    return number == 0 ? nil : number
  }

  /// Whether whoever started this process does not want it to hear of a signal, as `nohup` does.
  private static func isIgnored(_ number: Int32) -> Bool {
    var action = sigaction()
    guard sigaction(number, nil, &action) == 0 else { return false }
    #if os(Linux)
      return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
        == unsafeBitCast(SIG_IGN, to: Int.self)
    #else
      return unsafeBitCast(action.__sigaction_u.__sa_handler, to: Int.self)
        == unsafeBitCast(SIG_IGN, to: Int.self)
    #endif
  }

  /// The exit status that tells a shell which signal ended the process: 143, 130 or 129.
  package static func exitCode(for number: Int32) -> Int32 { 128 + number }

  private static func handle(_ number: Int32) {
    let isFirst = received.compareExchange(
      expected: 0, desired: number, ordering: .sequentiallyConsistent
    ).exchanged
    if !isFirst, number == SIGINT { _exit(exitCode(for: number)) }
  }
}

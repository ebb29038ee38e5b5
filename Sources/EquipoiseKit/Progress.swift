// SPDX-License-Identifier: Apache-2.0
import EquipoiseFormats
import Foundation

/// Shows how far training is: a bar on a terminal, plain lines elsewhere.
///
/// A batch costs one clock reading; text is made only when it is shown.
package final class Progress {
  /// Where the text goes and what it may look like.
  package struct Output {
    /// Whether the last line can be overwritten.
    var isTerminal: Bool
    /// Characters in a line of the terminal.
    var columns: Int
    /// Seconds between two updates.
    var interval: Double
    /// Shows a text.
    var show: (String) -> Void
    /// Seconds on a clock that never goes back.
    var now: () -> Double
  }

  private let output: Output
  private var title = ""
  private var total = 0
  private var later = 0
  private var done = 0
  private var start = 0.0
  private var shown = 0.0
  private var completed: Double?

  /// A display on `output`.
  package init(_ output: Output = .standardError) { self.output = output }

  /// Starts a phase, such as an epoch.
  ///
  /// - Parameters:
  ///   - title: What the phase is, for instance `epoch 3/30`.
  ///   - samples: How many samples it has.
  ///   - later: How many samples follow in later phases; the remaining time includes them.
  package func begin(_ title: String, samples: Int, later: Int = 0) {
    (self.title, total, self.later, done) = (title, samples, later, 0)
    start = output.now()
    shown = start
    completed = nil
  }

  /// Counts `samples` more; `detail`, such as the loss, is asked for only when it is shown.
  package func advance(_ samples: Int, detail: () -> String) {
    done += samples
    let now = output.now()
    if done >= total { completed = completed ?? now }
    guard now - shown >= output.interval else { return }
    shown = now
    show(line(at: now, detail: detail()))
  }

  /// Ends the phase with one line that stays. Its rate is that of the samples: what follows the last
  /// one, such as validation, does not slow it.
  package func finish(detail: String) {
    let line = "\(title)  \(rate(at: completed ?? output.now()))  \(detail)"
    output.show(output.isTerminal ? "\r\(line)\u{1B}[K\n" : line + "\n")
  }

  private func show(_ line: String) {
    // The last column stays free: some terminals wrap when it is filled.
    output.show(output.isTerminal ? "\r\(line.prefix(output.columns - 1))\u{1B}[K" : line + "\n")
  }

  private func line(at now: Double, detail: String) -> String {
    let filled = total > 0 ? min(20, 20 * done / total) : 0
    let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: 20 - filled)
    let count = output.isTerminal ? "[\(bar)] \(done)/\(total)" : "\(done)/\(total)"
    return "\(title)  \(count)  \(rate(at: now))  ETA \(remaining(at: now))  \(detail)"
  }

  private func samplesPerSecond(at now: Double) -> Double {
    now > start ? Double(done) / (now - start) : 0
  }

  private func rate(at now: Double) -> String {
    let rate = samplesPerSecond(at: now)
    return String(format: rate < 10 ? "%.2f samples/s" : "%.0f samples/s", rate)
  }

  private func remaining(at now: Double) -> String {
    let rate = samplesPerSecond(at: now)
    guard rate > 0 else { return "-:--" }
    let seconds = Int(saturating: (Double(max(0, total - done) + later) / rate).rounded())
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60)
    return hours > 0
      ? String(format: "%d:%02d:%02d", hours, minutes, seconds % 60)
      : String(format: "%d:%02d", minutes, seconds % 60)
  }
}

extension Progress.Output {
  /// Standard error: ten updates a second on a terminal, else a line every ten seconds.
  package static var standardError: Progress.Output {
    let isTerminal = isatty(STDERR_FILENO) == 1
    var size = winsize()
    let known = ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
    let clock = ContinuousClock()
    let start = clock.now
    return Progress.Output(
      isTerminal: isTerminal, columns: known ? Int(size.ws_col) : 80,
      interval: isTerminal ? 0.1 : 10,
      // Not `FileHandle`, which ends the process when standard error is closed.
      show: { text in
        _ = Data(text.utf8).withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
      },
      now: { start.duration(to: clock.now) / .seconds(1) })
  }
}

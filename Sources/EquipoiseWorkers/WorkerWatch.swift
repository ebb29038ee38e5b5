// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
import EquipoiseTorch
import Foundation
import Synchronization

/// Notices that a worker no longer answers, as it stands still, or its machine or the network to it is gone: then no
/// common operation ends. Every worker writes a number again and again where they found each other; the first one looks
/// at all numbers, and the others whether there is an answer. (A worker whose process has ended is missed at once,
/// without this.)
package final class WorkerWatch: Sendable {
  private struct Findings {
    /// When the store answered last.
    var answered = SuspendingClock.now
    /// Of each worker what it wrote, and when another number was seen there last.
    var beats: [Int: (text: Data, at: SuspendingClock.Instant)] = [:]
    var isOver = false
  }

  private static let left = Data("left".utf8)

  private let store: WorkerStore
  private let place: WorkerMembership
  private let silence: Double
  private let findings = Mutex(Findings())
  /// Whether this worker speaks with the store; held while it does.
  private let speaks = Mutex(true)

  /// Begins to watch, on a connection of its own.
  ///
  /// - Parameters:
  ///   - place: This process's place.
  ///   - seconds: How long a worker may be silent.
  ///   - onLoss: Told in one sentence of a worker that is silent for longer; once.
  /// - Throws: `TorchError` where there is no connection.
  init(
    _ place: WorkerMembership, silence seconds: Double, onLoss: @escaping @Sendable (String) -> Void
  ) throws {
    (self.place, silence) = (place, seconds)
    store = try WorkerStore.connected(to: place.host, port: place.port, within: seconds)
      .below(JoinedWorkers.prefix(of: place))
    let now = SuspendingClock.now
    findings.withLock { found in
      for rank in 1..<place.count where place.rank == 0 { found.beats[rank] = (Data(), now) }
    }
    Thread { self.beat() }.start()
    Thread { self.judge(onLoss) }.start()
  }

  private func pause() { Thread.sleep(forTimeInterval: min(5, silence / 4)) }

  /// This worker goes, as its work is done.
  package func leave() {
    // Where there is no answer any more this waits until the loss is told.
    speaks.withLock { speaks in
      speaks = false
      try? store.set(Self.key(place.rank), to: Self.left)
    }
    findings.withLock { $0.isOver = true }
  }

  private static func key(_ rank: Int) -> String { "beat/\(rank)" }

  private func beat() {
    var number = 0
    while speaks.withLock({ speaks in
      if speaks { speak(number) }
      return speaks
    }) {
      number += 1
      pause()
    }
  }

  /// Waits where the store does not answer.
  private func speak(_ number: Int) {
    do {
      try store.set(Self.key(place.rank), to: Data("\(number)".utf8))
      try look()
      findings.withLock { $0.answered = .now }
    } catch {
      // There was no answer.
    }
  }

  private func look() throws {
    guard place.rank == 0 else {
      _ = try store.has(Self.key(0))
      return
    }
    for rank in 1..<place.count where try store.has(Self.key(rank)) {
      let text = try store.get(Self.key(rank), within: silence)
      findings.withLock { found in
        if found.beats[rank]?.text != text { found.beats[rank] = (text, .now) }
      }
    }
  }

  private func judge(_ onLoss: @Sendable (String) -> Void) {
    while true {
      pause()
      let (found, now) = (findings.withLock { $0 }, SuspendingClock.now)
      if found.isOver { return }
      func isSilent(_ instant: SuspendingClock.Instant) -> Bool {
        (now - instant).seconds > silence
      }
      let silent = found.beats.sorted { $0.key < $1.key }.first {
        $0.value.text != Self.left && isSilent($0.value.at)
      }
      if isSilent(found.answered) {
        return onLoss(
          "there has been no answer from \(place.host):\(place.port), where the workers meet, for "
            + "\(length): that machine stands still, or the network to it is gone")
      }
      if let rank = silent?.key {
        let reason =
          "it has not been heard of for \(length): it stands still, or its machine or the network "
          + "to it is gone"
        JoinedWorkers.leave(JoinedWorkers.Failure(rank: rank, message: reason), in: store)
        return onLoss("stopped, as worker \(rank) failed: \(reason)")
      }
    }
  }

  private var length: String { "\(Int(silence.rounded())) seconds" }
}

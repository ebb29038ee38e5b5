// SPDX-License-Identifier: Apache-2.0
internal import Foundation

/// A client's connection, which never waits: it takes and gives what is possible at the moment.
final class Connection {
  /// Where it stands.
  enum State {
    /// Bytes of the request are still to come.
    case asking
    /// The request is complete, the answer is being made.
    case waiting
    /// The answer is on its way.
    case answering
    /// There is nothing left to do.
    case over
  }

  let socket: Int32
  private(set) var state = State.asking
  /// When it gives its place to others.
  private(set) var deadline: ContinuousClock.Instant
  private var head: [UInt8] = []
  private var answer: ArraySlice<UInt8> = []

  /// Seconds that a client may take to ask.
  private static let patience = 5

  init(_ socket: Int32) {
    self.socket = socket
    deadline = .now + .seconds(Self.patience)
    _ = fcntl(socket, F_SETFL, fcntl(socket, F_GETFL) | O_NONBLOCK)
  }

  deinit { close(socket) }

  /// What the system shall report; nothing while the answer is being made.
  var events: Int16 {
    switch state {
    case .asking: Int16(POLLIN)
    case .answering: Int16(POLLOUT)
    case .waiting, .over: 0
    }
  }

  /// Reads what has come. Returns everything up to the empty line once it is there, or as much as makes
  /// clear that it is not a request.
  func read() -> [UInt8]? {
    var buffer = [UInt8](repeating: 0, count: 4096)
    while state == .asking {
      let count = buffer.withUnsafeMutableBytes {
        Foundation.read(socket, $0.baseAddress, $0.count)
      }
      if count < 0, errno == EAGAIN || errno == EINTR { return nil }
      if count > 0 { head += buffer[..<count] }
      let isComplete = head.suffix(4).elementsEqual([13, 10, 13, 10])
      if isComplete || count <= 0 || head.count > HTTPRequest.longest {
        state = head.isEmpty ? .over : .waiting
        return head.isEmpty ? nil : head
      }
    }
    return nil
  }

  /// Begins to give the answer.
  func send(_ text: String) {
    answer = Array(text.utf8)[...]
    state = .answering
    // However slowly a client reads, it gives its place to others in the end.
    deadline = .now + .seconds(6 * Self.patience)
    write()
  }

  /// Gives as much of the answer as the client takes.
  func write() {
    while !answer.isEmpty {
      let count = answer.withUnsafeBytes { Foundation.write(socket, $0.baseAddress, $0.count) }
      if count < 0, errno == EAGAIN || errno == EINTR { return }
      guard count > 0 else { break }
      answer = answer.dropFirst(count)
    }
    state = .over
  }
}

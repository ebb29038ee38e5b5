// SPDX-License-Identifier: Apache-2.0
import CEquipoiseSystem
import Foundation

/// One end of a pair of connected sockets: whole messages, until a deadline.
///
/// `@unchecked Sendable`: all that a thread may wait for while another sends and receives is the end.
package final class Channel: @unchecked Sendable {
  /// Why a message did not pass.
  package enum Failure: Error {
    /// The other side has gone.
    case closed
    /// The deadline is past.
    case late
  }

  private let descriptor: Int32
  /// Whether the descriptor closes with this object.
  private let isOwned: Bool

  /// Around a descriptor that stays open.
  package init(borrowing descriptor: Int32) {
    (self.descriptor, isOwned) = (descriptor, false)
    Self.keepQuiet(descriptor)
  }

  private init(owning descriptor: Int32) {
    (self.descriptor, isOwned) = (descriptor, true)
    Self.keepQuiet(descriptor)
  }

  deinit { if isOwned { close(descriptor) } }

  /// Connects two ends; `body` gets the second, which closes afterwards.
  package static func pair<R>(_ body: (Int32) throws -> R) throws -> (Channel, R) {
    var ends: [Int32] = [0, 0]
    #if os(Linux)
      // Closed in programs that other threads start meanwhile, which would keep the connection up.
      let code = socketpair(
        AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0, &ends)
    #else
      let code = socketpair(AF_UNIX, SOCK_STREAM, 0, &ends)
      for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    #endif
    guard code == 0 else { throw Failure.closed }
    let channel = Channel(owning: ends[0])
    defer { close(ends[1]) }
    return (channel, try body(ends[1]))
  }

  /// Sends all bytes.
  package func send(_ bytes: UnsafeRawBufferPointer, until deadline: ContinuousClock.Instant? = nil)
    throws
  {
    var sent = 0
    while sent < bytes.count {
      try wait(POLLOUT, until: deadline)
      #if os(Linux)
        let count = Foundation.send(
          descriptor, bytes.baseAddress.map { $0 + sent }, bytes.count - sent,
          Int32(MSG_NOSIGNAL))
      #else
        let count = Foundation.send(
          descriptor, bytes.baseAddress.map { $0 + sent }, bytes.count - sent, 0)
      #endif
      if count < 0, errno == EINTR || errno == EAGAIN { continue }
      guard count > 0 else { throw Failure.closed }
      sent += count
    }
  }

  /// Fills all bytes.
  package func receive(
    _ bytes: UnsafeMutableRawBufferPointer, until deadline: ContinuousClock.Instant? = nil
  ) throws {
    var received = 0
    while received < bytes.count {
      try wait(POLLIN, until: deadline)
      let count = recv(
        descriptor, bytes.baseAddress.map { $0 + received }, bytes.count - received, 0)
      if count < 0, errno == EINTR || errno == EAGAIN { continue }
      guard count > 0 else { throw Failure.closed }
      received += count
    }
  }

  /// Gives the other side an open file.
  package func send(descriptor file: Int32, until deadline: ContinuousClock.Instant? = nil) throws {
    repeat {
      try wait(POLLOUT, until: deadline)
      if equipoise_send_descriptor(descriptor, file) == 0 { return }
    } while errno == EAGAIN
    throw Failure.closed
  }

  /// Takes an open file, which the caller closes.
  package func receiveDescriptor() throws -> Int32 {
    let file = equipoise_receive_descriptor(descriptor)
    guard file >= 0 else { throw Failure.closed }
    return file
  }

  /// Sends one message.
  package func send(
    message value: some Encodable, until deadline: ContinuousClock.Instant? = nil
  ) throws {
    try Message.encode(value).withUnsafeBytes { try send($0, until: deadline) }
  }

  /// Waits until the other side has gone.
  package func waitForHangup() { equipoise_wait_for_hangup(descriptor) }

  /// The next message's body; nil when the other side has gone between two.
  package func receiveMessage(until deadline: ContinuousClock.Instant? = nil) throws -> [UInt8] {
    var header = [UInt8](repeating: 0, count: 4)
    try header.withUnsafeMutableBytes { try receive($0, until: deadline) }
    guard let length = Message.length(header) else { throw Failure.closed }
    var body = [UInt8](repeating: 0, count: length)
    try body.withUnsafeMutableBytes { try receive($0, until: deadline) }
    return body
  }

  private func wait(_ events: Int32, until deadline: ContinuousClock.Instant?) throws {
    guard let deadline else { return }
    let left = (deadline - .now) / .milliseconds(1)
    guard left > 0 else { throw Failure.late }
    var entry = pollfd(fd: descriptor, events: Int16(events), revents: 0)
    if poll(&entry, 1, Int32(min(left.rounded(.up), 1e9))) == 0 { throw Failure.late }
  }

  /// A write to a dead process is an error, not the end of this one.
  private static func keepQuiet(_ descriptor: Int32) {
    #if !os(Linux)
      var on: Int32 = 1
      setsockopt(descriptor, SOL_SOCKET, SO_NOSIGPIPE, &on, socklen_t(MemoryLayout<Int32>.size))
    #endif
    var size: Int32 = 1 << 20
    for option in [SO_SNDBUF, SO_RCVBUF] {
      setsockopt(descriptor, SOL_SOCKET, option, &size, socklen_t(MemoryLayout<Int32>.size))
    }
  }
}

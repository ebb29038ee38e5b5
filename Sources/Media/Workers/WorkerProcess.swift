import Equipoise
import Formats
import Foundation

/// A worker from the pool's side.
final class WorkerProcess {
  private let process: ChildProcess
  private let channel: Channel

  /// Starts one.
  init(_ command: [String]) throws {
    (channel, process) = try Channel.pair { end in
      try ChildProcess(command, input: end, output: .nowhere)
    }
  }

  /// Ends it.
  deinit {
    process.send(SIGKILL)
    process.wait()
  }

  /// Has it answer a request about an open file.
  ///
  /// - Throws: `Channel.Failure` after which it is of no more use; `EquipoiseError` from the decoder.
  func perform(
    _ request: MediaRequest, of input: InputFile, until deadline: ContinuousClock.Instant
  ) throws -> (MediaAnswer, [HostArray]) {
    let order = MediaOrder(request: request, identity: input.identity)
    try Message.encode(order).withUnsafeBytes { try channel.send($0, until: deadline) }
    try channel.send(descriptor: input.descriptor, until: deadline)
    let body = try channel.receiveMessage(until: deadline)
    guard let answer = try? Message.decode(MediaAnswer.self, body) else {
      throw Channel.Failure.closed
    }
    let arrays = try (answer.arrays ?? []).map { array in
      guard Shape.byteCount(array.shape, array.type) != nil else { throw Channel.Failure.closed }
      return try HostArray(type: array.type, shape: array.shape) { bytes in
        try channel.receive(bytes, until: deadline)
      }
    }
    return (answer, arrays)
  }
}

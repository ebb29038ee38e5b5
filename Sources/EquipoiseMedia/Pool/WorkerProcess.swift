// SPDX-License-Identifier: Apache-2.0
import EquipoiseKit
import EquipoiseFormats
import Foundation

/// A decoder from the pool's side.
final class WorkerProcess {
  private let process: ChildProcess
  private let channel: Channel
  /// The versions of FFmpeg that it has.
  let ffmpeg: String

  private init(_ process: ChildProcess, _ channel: Channel, ffmpeg: String) {
    (self.process, self.channel, self.ffmpeg) = (process, channel, ffmpeg)
  }

  /// Starts one, and waits until it says that it fits this program.
  ///
  /// - Throws: `EquipoiseError` about the decoder, whatever file it was meant for.
  static func start(_ decoder: DecoderProgram, _ limits: DecoderLimits) throws -> WorkerProcess {
    let (channel, process) = try Channel.pair { end in
      try ChildProcess([decoder.path] + limits.arguments, input: end, output: .nowhere)
    }
    do {
      let versions = try greeting(channel, decoder).checked(at: decoder.path)
      return WorkerProcess(process, channel, ffmpeg: versions)
    } catch {
      Self.end(process)
      throw error
    }
  }

  /// Ends it.
  deinit { Self.end(process) }

  private static func end(_ process: ChildProcess) {
    process.send(SIGKILL)
    process.wait()
  }

  private static func greeting(
    _ channel: Channel, _ decoder: DecoderProgram
  ) throws -> DecoderGreeting {
    let deadline = ContinuousClock.now + .seconds(MediaLimits.startSeconds)
    var what = "it does not answer as Equipoise's decoder does"
    do {
      let body = try channel.receiveMessage(until: deadline)
      if let greeting = try? Message.decode(DecoderGreeting.self, body) { return greeting }
    } catch Channel.Failure.late {
      what = "it does not answer within \(MediaLimits.startSeconds) seconds of its start"
    } catch {}
    throw EquipoiseError(
      .usage, what, at: decoder.path,
      fix: "'\(decoder.path) --version' says what it lacks; "
        + "\(.byMake("build it again", target: "build"))")
  }

  /// Has it answer a request about an open file.
  ///
  /// - Throws: `Channel.Failure` after which it is of no more use; `EquipoiseError` from the decoder.
  func perform(
    _ request: MediaRequest, of input: InputFile, until deadline: ContinuousClock.Instant
  ) throws -> (MediaAnswer, [HostArray]) {
    let order = MediaOrder(request: request, identity: input.identity)
    try channel.send(message: order, until: deadline)
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

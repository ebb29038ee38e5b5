// SPDX-License-Identifier: Apache-2.0
internal import CEquipoiseSystem
internal import EquipoiseKit
public import EquipoiseFormats
internal import Foundation

/// Decodes in processes of their own: a file that crashes or hangs FFmpeg, or makes it take too much
/// memory, ends one of them, costs one request, and is named in its error. A file that takes such a
/// process over gains nothing beyond it where the system can confine it (``isConfined``): it is handed
/// one open file at a time and can open no other, nor a socket, nor start a program.
///
/// Calls from several threads run side by side, as many as there are workers; others wait. One process
/// starts with the pool, so that a decoder that is of no use is noticed before any file; the others start
/// when they are first needed. All end with the pool, or with this process.
///
/// `@unchecked Sendable`: the idle workers are used with `lock` locked, the others by one call each.
public final class MediaWorkerPool: MediaDecoding, @unchecked Sendable {
  private let decoder: DecoderProgram
  private let limits: DecoderLimits
  private let seconds: Int
  private let free: DispatchSemaphore
  private let lock = NSLock()
  private var idle: [WorkerProcess]

  /// A pool.
  ///
  /// - Parameters:
  ///   - workers: how many files are decoded at once.
  ///   - decoder: the program; ``DecoderProgram/located()`` finds it.
  ///   - seconds: what a request may take.
  ///   - memory: bytes that a worker may take for a request.
  /// - Throws: `EquipoiseError` about a decoder that does not start, is of another version or has no FFmpeg.
  public init(
    workers: Int, decoder: DecoderProgram, seconds: Int = MediaLimits.seconds,
    memory: Int = MediaLimits.memory
  ) throws {
    self.decoder = decoder
    self.seconds = max(1, seconds)
    // The worker's own limit is only for the case that this process is gone.
    limits = DecoderLimits(seconds: self.seconds + 5, memory: memory)
    free = DispatchSemaphore(value: max(1, workers))
    idle = [try WorkerProcess.start(decoder, limits)]
  }

  /// Whether this system can confine the processes: Linux with seccomp can. Elsewhere they have the
  /// rights of the user, with limits of time and memory.
  public static var isConfined: Bool { equipoise_can_confine() == 1 }

  /// As ``MediaDecoding`` has it, by FFmpeg.
  ///
  /// - Returns: its tracks.
  /// - Throws: `EquipoiseError` as there, and for a file that a worker did not get through.
  public func describe(_ file: String) throws -> MediaDescription {
    guard let description = try perform(.describe(file: file)).0.description else {
      throw unexpected(file)
    }
    return description
  }

  /// As ``MediaDecoding`` has it, by FFmpeg.
  ///
  /// - Returns: float32 [samples].
  /// - Throws: as `describe`.
  public func sound(_ file: String, sampleRate: Int, atMost limit: Int?) throws -> DecodedMedia {
    try one(.sound(file: file, sampleRate: sampleRate, limit: limit))
  }

  /// As ``MediaDecoding`` has it, by FFmpeg.
  ///
  /// - Returns: seconds, ascending.
  /// - Throws: as `describe`.
  public func frameTimes(_ file: String) throws -> [Double] {
    guard let times = try perform(.frameTimes(file: file)).0.times else { throw unexpected(file) }
    return times
  }

  /// As ``MediaDecoding`` has it, by FFmpeg.
  ///
  /// - Returns: uint8 [height, width, 3] for each time.
  /// - Throws: as `describe`.
  public func frames(_ file: String, at times: [Double]) throws -> [HostArray] {
    let frames = try perform(.frames(file: file, times: times)).1
    guard frames.count == times.count else { throw unexpected(file) }
    return frames
  }

  /// As ``MediaDecoding`` has it, by FFmpeg.
  ///
  /// - Returns: uint8 [height, width, 3].
  /// - Throws: as `describe`.
  public func picture(_ file: String) throws -> DecodedMedia { try one(.picture(file: file)) }

  private func one(_ request: MediaRequest) throws -> DecodedMedia {
    let (answer, arrays) = try perform(request)
    guard let array = arrays.first else { throw unexpected(request.file) }
    return DecodedMedia(array, warnings: answer.warnings ?? [])
  }

  private func perform(_ request: MediaRequest) throws -> (MediaAnswer, [HostArray]) {
    free.wait()
    defer { free.signal() }
    let input = try InputFile(request.file)
    do {
      if let used = lock.withLock({ idle.popLast() }) {
        // Should it break, that may be an earlier file's doing: a new one has the last word.
        do { return try perform(request, of: input, by: used) } catch Channel.Failure.closed {}
      }
      return try perform(request, of: input, by: WorkerProcess.start(decoder, limits))
    } catch Channel.Failure.late {
      throw EquipoiseError.media(
        request.file, "decoding it takes more than \(seconds) seconds: given up")
    } catch Channel.Failure.closed {
      throw EquipoiseError.media(
        request.file, "the process that decoded it crashed or ran out of memory")
    }
  }

  private func perform(
    _ request: MediaRequest, of input: InputFile, by worker: WorkerProcess
  ) throws -> (MediaAnswer, [HostArray]) {
    let deadline = ContinuousClock.now + .seconds(seconds)
    let (answer, arrays) = try worker.perform(request, of: input, until: deadline)
    lock.withLock { idle.append(worker) }
    if let failure = answer.failure { throw failure.error }
    return (answer, arrays)
  }

  private func unexpected(_ file: String) -> EquipoiseError {
    .media(file, "the process that decoded it gave no answer")
  }
}

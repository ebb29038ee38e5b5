// SPDX-License-Identifier: Apache-2.0
import Equipoise
import EquipoiseFormats
import Foundation

/// The same decoding by a pool of workers and by the ffmpeg program.
final class DecodingBenchmark: Sendable {
  let clips: [String]
  private let workers: Int
  private let rate: Double
  private let pool: any MediaDecoding

  init(folder: String, workers: Int, rate: Double) throws {
    let root = try MediaFolder(folder)
    clips = try FileSystem.names(in: root.path).sorted(by: NaturalOrder.precedes)
      .map { try root.resolve($0) }
    guard !clips.isEmpty else {
      throw EquipoiseError(.data, "the folder is empty", at: folder, fix: "put clips into it")
    }
    (self.workers, self.rate) = (workers, rate)
    pool = try MediaSupport.decoder(workers: workers)
  }

  /// Seconds that the pool takes.
  func own() throws -> Double {
    try time { clip in
      let description = try self.pool.describe(clip)
      _ = try self.pool.audio(clip, sampleRate: 16_000)
      let count = max(1, Int(description.duration * self.rate))
      _ = try self.pool.frames(clip, at: (0..<count).map { Double($0) / self.rate })
    }
  }

  /// Seconds that one ffmpeg process for each clip takes, each with one thread for decoding.
  func program() throws -> Double {
    try time { clip in
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      process.arguments = [
        "ffmpeg", "-v", "error", "-nostdin", "-y", "-threads", "1", "-i", clip,
        "-map", "0:a:0", "-ac", "1", "-ar", "16000", "-f", "f32le", "/dev/null",
        "-map", "0:v:0", "-r", "\(self.rate)", "-pix_fmt", "rgb24", "-f", "rawvideo", "/dev/null",
      ]
      try process.run()
      process.waitUntilExit()
      guard process.terminationStatus == 0 else {
        throw EquipoiseError(
          .data, "the ffmpeg program did not decode it", at: clip, fix: "leave it out")
      }
    }
  }

  /// Seconds until `work` is done on every clip, on as many threads as there are workers.
  private func time(_ work: @escaping @Sendable (String) throws -> Void) throws -> Double {
    let start = ContinuousClock.now
    let failures = Failures()
    let queue = OperationQueue()
    queue.maxConcurrentOperationCount = workers
    for clip in clips {
      queue.addOperation {
        do { try work(clip) } catch { failures.add(error) }
      }
    }
    queue.waitUntilAllOperationsAreFinished()
    if let first = failures.first { throw first }
    return (ContinuousClock.now - start).seconds
  }
}

/// What went wrong on several threads.
private final class Failures: @unchecked Sendable {
  private let lock = NSLock()
  private var errors: [any Error] = []

  var first: (any Error)? { lock.withLock { errors.first } }

  func add(_ error: any Error) { lock.withLock { errors.append(error) } }
}

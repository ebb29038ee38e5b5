// SPDX-License-Identifier: Apache-2.0
import Equipoise
import EquipoiseFormats
import Foundation
import EquipoiseDecoding
import Testing

/// Damaged files cost themselves at most, whatever FFmpeg does with them.
struct MutatedFileTests {
  private let maker: MediaMaker

  init() throws { maker = try MediaMaker() }

  /// How many are tried; more by EQUIPOISE_MUTATED_FILES.
  private static let count =
    ProcessInfo.processInfo.environment["EQUIPOISE_MUTATED_FILES"].flatMap { Int($0) } ?? 1000

  /// One small file of every kind.
  private func originals() throws -> [[UInt8]] {
    let clip = "-f lavfi -i testsrc2=size=64x48:rate=10:duration=0.4 -f lavfi -i sine=duration=0.4"
    let files = [
      ("a.mp4", "\(clip) -c:v libx264 -preset ultrafast -pix_fmt yuv420p -c:a aac"),
      ("a.mkv", "\(clip) -c:v libx264 -preset ultrafast -pix_fmt yuv420p -c:a libvorbis"),
      ("a.avi", "\(clip) -c:v mpeg4 -c:a libmp3lame"), ("a.ts", "\(clip) -c:v mpeg2video -c:a mp2"),
      ("a.webm", "\(clip) -c:v libvpx -c:a libopus -ar 48000"), ("a.flv", "\(clip) -ar 44100"),
      ("a.mov", "\(clip) -c:v mjpeg -c:a pcm_s16le"), ("a.wav", "-f lavfi -i sine=duration=0.2"),
      ("a.flac", "-f lavfi -i sine=duration=0.2"), ("a.mp3", "-f lavfi -i sine=duration=0.4"),
      ("a.png", "-f lavfi -i testsrc2=size=64x48 -frames:v 1"),
      ("a.jpg", "-f lavfi -i testsrc2=size=64x48 -frames:v 1"),
    ]
    return try files.map { name, options in
      Array(try Data(contentsOf: URL(fileURLWithPath: try maker.make(name, options))))
    }
  }

  /// Changes, cuts, repeats or empties some of the bytes; half of the time among the first, where most of
  /// a file's structure is.
  private func mutated(_ original: [UInt8], by random: inout RandomStream) -> [UInt8] {
    var bytes = original
    for _ in 0..<Int.random(in: 1...8, using: &random) {
      let end = Bool.random(using: &random) ? min(bytes.count, 512) : bytes.count
      let place = Int.random(in: 0..<max(1, end), using: &random)
      let stop = min(bytes.count, place + Int.random(in: 1...64, using: &random))
      switch Int.random(in: 0..<8, using: &random) {
      case 0: bytes.removeSubrange(place..<stop)
      case 1: bytes.insert(contentsOf: bytes[place..<stop], at: place)
      case 2: bytes.replaceSubrange(place..<stop, with: repeatElement(0, count: stop - place))
      case 3: bytes.replaceSubrange(place..<stop, with: repeatElement(0xFF, count: stop - place))
      case 4 where place > 64: bytes.removeSubrange(place...)
      default:
        for index in place..<min(stop, place + 4) {
          bytes[index] = .random(in: 0...255, using: &random)
        }
      }
      if bytes.isEmpty { return [0] }
    }
    return bytes
  }

  @Test func noneEndsOrHoldsUpTheRun() throws {
    let (originals, limit) = (try originals(), 5)
    let pool = try MediaWorkerPool(workers: 2, decoder: WorkerTests.decoder, seconds: limit)
    var random = RandomStream(seed: 5)
    let files = try (0..<Self.count).map { index in
      let bytes = mutated(originals[index % originals.count], by: &random)
      return try maker.write(bytes, to: "\(index)")
    }
    let outcomes = Outcomes()
    DispatchQueue.concurrentPerform(iterations: files.count) { index in
      let file = files[index]
      for (isImage, attempt) in [
        (false, { _ = try pool.describe(file) }),
        (false, { _ = try pool.audio(file, sampleRate: 16_000) }),
        (false, { _ = try pool.frames(file, at: [0, 0.1, 0.3]) }),
        (true, { _ = try pool.image(file) }),
      ] as [(Bool, () throws -> Void)] where isImage == (index % originals.count >= 10) {
        let start = ContinuousClock.now
        var failure: (any Error)?
        do { try attempt() } catch { failure = error }
        outcomes.add(file, failure, ContinuousClock.now - start)
      }
    }
    // Every failure names its file, and none took longer than the limit, or twice with a new worker.
    let failures = outcomes.failures
    #expect(failures.allSatisfy { file, message in message.hasPrefix(file + ": ") })
    #expect(outcomes.longest < .seconds(2 * limit + 2))
    let failed = Set(failures.map(\.file)).count
    #expect(failed > Self.count / 10 && failed < Self.count)
    let (crashed, late) = (
      failures.count { $0.message.contains("crashed") },
      failures.count { $0.message.contains("given up") }
    )
    print(
      "\(files.count) mutated files: \(failed) refused, \(crashed) crashed a worker, \(late) late, "
        + "longest \(outcomes.longest)")
    // Afterwards the pool still decodes.
    let sound = try maker.make("after.wav", "-f lavfi -i sine=duration=0.2")
    #expect(try pool.audio(sound, sampleRate: 16_000).count > 3000)
  }

  /// What happened to the files, told by several threads.
  private final class Outcomes: @unchecked Sendable {
    private let lock = NSLock()
    private(set) var failures: [(file: String, message: String)] = []
    private(set) var longest = Duration.zero

    func add(_ file: String, _ failure: (any Error)?, _ time: Duration) {
      lock.withLock {
        longest = max(longest, time)
        if let failure { failures.append((file, "\(failure)")) }
      }
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
import Equipoise
import EquipoiseFormats
import Foundation
import EquipoiseDecoding
import Testing

/// Decoding in processes of their own: the same results, and what a file breaks stays with that file.
struct WorkerTests {
  private let maker: MediaMaker

  init() throws { maker = try MediaMaker() }

  /// The program.
  static let program = beside("equipoise")
  /// The program that decodes.
  static let decoder = DecoderProgram(path: beside("equipoise-decoder"))

  /// A program, which is built beside the test bundle.
  private static func beside(_ name: String) -> String {
    final class InBundle {}
    #if os(macOS)
      let bundle = Bundle(for: InBundle.self).bundleURL
    #else
      let bundle = Bundle.main.bundleURL.appendingPathComponent("tests.xctest")
    #endif
    return bundle.deletingLastPathComponent().appendingPathComponent(name).path
  }

  @Test func resultsAreThoseOfTheDecoder() throws {
    let pool = try MediaWorkerPool(workers: 1, decoder: Self.decoder)
    let decoder = FFmpegDecoder()
    let clip = try maker.make(
      "clip.mp4",
      "-f lavfi -i testsrc2=size=64x48:rate=10:duration=1 -f lavfi -i sine=duration=1 "
        + "-c:v libx264 -preset ultrafast -c:a aac")
    let image = try maker.make("a.png", "-f lavfi -i testsrc=size=51x37 -frames:v 1")
    #expect(try pool.describe(clip) == decoder.describe(clip))
    #expect(
      try pool.audio(clip, sampleRate: 8000).floats()
        == decoder.audio(clip, sampleRate: 8000).floats())
    let (own, direct) = (
      try pool.frames(clip, at: [0, 0.5, 0.5]), try decoder.frames(clip, at: [0, 0.5, 0.5])
    )
    #expect(own.map(\.shape) == [[48, 64, 3], [48, 64, 3], [48, 64, 3]])
    #expect(own.map { $0.floats() } == direct.map { $0.floats() })
    #expect(try pool.image(image).floats() == decoder.image(image).floats())
    #expect(try pool.frames(clip, at: []).isEmpty)
    let missing = maker.file("missing.wav")
    let error = #expect(throws: EquipoiseError.self) { try pool.describe(missing) }
    #expect(error == #expect(throws: EquipoiseError.self) { try decoder.describe(missing) })
  }

  @Test func theDecoderLiesBesideTheProgram() throws {
    #if os(Linux)
      #expect(try DecoderProgram.located().path == Self.decoder.path)
    #endif
    #expect(
      try Self.decoder.ffmpegVersions()
        .contains(#/^\S+ \(libavformat [\d.]+, libavcodec [\d.]+, libavutil [\d.]+, /#))
  }

  @Test func timeIsLimited() throws {
    let long = try maker.make(
      "long.mkv",
      "-f lavfi -i testsrc2=size=3840x2160:rate=25:duration=12 -c:v libx264 -preset ultrafast "
        + "-g 9999 -threads 2")
    let sound = try maker.make("a.wav", "-f lavfi -i sine=duration=0.2")
    let pool = try MediaWorkerPool(workers: 1, decoder: Self.decoder, seconds: 2)
    let start = ContinuousClock.now
    #expect(
      throws: EquipoiseError.media(long, "decoding it takes more than 2 seconds: given up")
    ) { try pool.frames(long, at: [11.9]) }
    #expect(ContinuousClock.now - start < .seconds(8))
    // The next file has a worker again.
    #expect(try pool.audio(sound, sampleRate: 16_000).count > 3000)
  }

  @Test func memoryIsLimited() throws {
    let large = try maker.make("large.png", "-f lavfi -i color=size=6000x5000 -frames:v 1")
    let sound = try maker.make("a.wav", "-f lavfi -i sine=duration=0.2")
    let pool = try MediaWorkerPool(workers: 1, decoder: Self.decoder, memory: 64 << 20)
    let error = #expect(throws: EquipoiseError.self) { try pool.image(large) }
    #expect(error?.place == large)
    #expect(try pool.audio(sound, sampleRate: 16_000).count > 3000)
    // What the limit refused is not a fault of the file.
    let roomy = try MediaWorkerPool(workers: 1, decoder: Self.decoder)
    #expect(try roomy.image(large).shape == [5000, 6000, 3])
  }

  @Test func severalThreadsAtOnce() throws {
    let pool = try MediaWorkerPool(workers: 2, decoder: Self.decoder)
    let files = try (1...8).map {
      try maker.make("\($0).wav", "-f lavfi -i sine=duration=0.\($0):sample_rate=16000")
    }
    let counts = Counts(files.count)
    DispatchQueue.concurrentPerform(iterations: files.count) { index in
      counts[index] = (try? pool.audio(files[index], sampleRate: 16_000).count) ?? -1
    }
    #expect((0..<8).map { counts[$0] } == (1...8).map { $0 * 1600 })
  }

  /// Numbers that several threads write.
  private final class Counts: @unchecked Sendable {
    private let lock = NSLock()
    private var values: [Int]

    init(_ count: Int) { values = Array(repeating: 0, count: count) }

    subscript(index: Int) -> Int {
      get { lock.withLock { values[index] } }
      set { lock.withLock { values[index] = newValue } }
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
import Equipoise
import EquipoiseFormats
import Foundation
import EquipoiseDecoding
import Testing

/// Files that are cut off, or end in zeros, at every place: each gives all of its original, or is named, or
/// where nothing in the file tells, gives what ffmpeg counts.
struct TruncationTests {
  private let maker: MediaMaker
  private let decoder = FFmpegDecoder()

  init() throws { maker = try MediaMaker() }

  /// Every twentieth with EQUIPOISE_FUZZ_MEDIA=1, else two places.
  private static let shares =
    ProcessInfo.processInfo.environment["EQUIPOISE_FUZZ_MEDIA"] == "1"
    ? Array(stride(from: 5, to: 100, by: 5)) : [30, 95]

  /// A file's kind of content.
  private enum Part { case video, sound, picture }

  /// What of a damaged file cannot be known, though programs read it: a cut elementary stream or one of
  /// plain samples is a shorter one, and zeros are silent samples and black pixels.
  private enum Unknowable { case nothing, cut, zeros, both }

  /// Frames, samples or pixels.
  private func content(_ file: String, _ part: Part) throws -> [UInt8] {
    func counted(_ count: Int) -> [UInt8] { Array("\(count)".utf8) }
    switch part {
    case .video:
      let times = try decoder.frameTimes(file)
      try #require(try decoder.frames(file, at: [0, times.last ?? 0]).count == 2)
      return counted(times.count)
    case .sound: return counted(try decoder.audio(file, sampleRate: 44_100).count)
    case .picture: return try decoder.image(file).withUnsafeBytes { Array($0) }
    }
  }

  /// The same as the ffmpeg program has it.
  private func contentOfTheProgram(_ file: String, _ part: Part) throws -> [UInt8] {
    let stream = part == .sound ? "a:0" : "v:0"
    let format =
      part == .sound
      ? ["-ac", "1", "-ar", "44100", "-f", "s16le"]
      : ["-vsync", "passthrough", "-f", "rawvideo", "-pix_fmt", part == .video ? "gray" : "rgb24"]
    let output = try MediaMaker.run(
      "ffmpeg", ["-v", "quiet", "-nostdin", "-i", file, "-map", "0:\(stream)"] + format + ["-"])
    switch part {
    case .video: return Array("\(output.count / (96 * 64))".utf8)
    case .sound: return Array("\(output.count / 2)".utf8)
    case .picture: return Array(output)
    }
  }

  /// Whether a last frame alone is missing, or a last packet of sound.
  private static func isSpared(_ found: [UInt8], of original: [UInt8], _ part: Part) -> Bool {
    guard part != .picture, let count = Int(String(decoding: found, as: UTF8.self)),
      let all = Int(String(decoding: original, as: UTF8.self))
    else { return false }
    return all - count <= (part == .video ? 1 : 4608)
  }

  private func check(
    _ kind: (name: String, options: String), _ parts: [Part], _ unknowable: Unknowable = .nothing
  ) throws {
    let whole = try MediaKinds.bytes(kind, maker)
    let file = try maker.write(whole, to: "whole-\(kind.name)")
    let originals = try parts.map { try content(file, $0) }
    for share in Self.shares {
      let kept = whole.count * share / 100
      let zeros = [UInt8](repeating: 0, count: whole.count - kept)
      for (tail, name) in [([], "cut"), (zeros, "zeros")] {
        let file = try maker.write(whole.prefix(kept) + tail, to: "\(share)-\(name)-\(kind.name)")
        for (part, original) in zip(parts, originals) {
          do {
            let found = try content(file, part)
            if found == original || Self.isSpared(found, of: original, part) { continue }
            let isKnown =
              unknowable == .nothing || unknowable == .cut && !tail.isEmpty
              || unknowable == .zeros && tail.isEmpty
            #expect(!isKnown, "\(file) is taken for whole")
            #expect(try found == contentOfTheProgram(file, part), "\(file)")
          } catch { #expect("\(error)".hasPrefix(file + ": "), "\(error)") }
        }
      }
    }
  }

  @Test(arguments: MediaKinds.videos + MediaKinds.streams)
  func videos(_ kind: (name: String, options: String)) throws { try check(kind, [.video, .sound]) }

  @Test(arguments: MediaKinds.silent)
  func silentVideos(_ kind: (name: String, options: String)) throws {
    try check(kind, [.video], ["a.h264", "a.hevc"].contains(kind.name) ? .cut : .nothing)
  }

  @Test(arguments: MediaKinds.sounds) func sounds(_ kind: (name: String, options: String)) throws {
    try check(kind, [.sound])
  }

  @Test(arguments: MediaKinds.streamedSounds)
  func streamedSounds(_ kind: (name: String, options: String)) throws {
    try check(
      kind, [.sound], kind.options.contains("-c:a") || kind.name == "stream.flac" ? .nothing : .both
    )
  }

  @Test(arguments: MediaKinds.pictures)
  func pictures(_ kind: (name: String, options: String)) throws {
    try check(kind, [.picture], kind.name == "a.bmp" ? .zeros : .nothing)
  }
}

// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// Media files made by the ffmpeg program, in a folder that goes with this object.
final class MediaMaker: Sendable {
  let path: String

  init() throws {
    path =
      FileManager.default.temporaryDirectory
      .appendingPathComponent("equipoise-media-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// The path of `name` in the folder.
  func file(_ name: String) -> String { path + "/" + name }

  /// Writes bytes to `name`.
  func write(_ bytes: some Collection<UInt8>, to name: String) throws -> String {
    try Data(bytes).write(to: URL(fileURLWithPath: file(name)))
    return file(name)
  }

  /// Has ffmpeg write `name`.
  func make(_ name: String, _ arguments: String) throws -> String {
    let words = arguments.split(separator: " ").map(String.init)
    _ = try Self.run("ffmpeg", ["-v", "error", "-nostdin", "-y"] + words + [file(name)])
    return file(name)
  }

  /// Frames whose gray level tells their index: 16 + 8 · index, at `rate` per second.
  func makeIndexed(
    _ name: String, rate: Int = 25, seconds: Double = 1, size: String = "64x48",
    codec: String = "-c:v libx264 -preset ultrafast", filter: String = ""
  ) throws -> String {
    try make(
      name,
      "-f lavfi -i color=black:size=\(size):rate=\(rate):duration=\(seconds),"
        + "geq=lum=16+8*mod(N\\,26):cb=128:cr=128\(filter) \(codec) -pix_fmt yuv420p")
  }

  /// What a program writes to its standard output.
  static func run(_ program: String, _ arguments: [String]) throws -> Data {
    let (process, output) = (Process(), Pipe())
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [program] + arguments
    process.standardOutput = output
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    try #require(
      process.terminationStatus == 0,
      "'\(program)' failed; the tests need it: apt-get install ffmpeg")
    return data
  }

  /// The times of all frames by ffprobe, in seconds from the first.
  static func frameTimes(_ file: String) throws -> [Double] {
    let output = try run(
      "ffprobe",
      [
        "-v", "error", "-select_streams", "v:0", "-show_entries",
        "frame=best_effort_timestamp_time",
        "-of", "csv=p=0", file,
      ])
    let times = String(decoding: output, as: UTF8.self).split(separator: "\n").compactMap {
      Double($0.split(separator: ",").first ?? "")
    }
    let first = try #require(times.first)
    return times.map { $0 - first }
  }

  /// The frames as ffmpeg decodes them to RGB.
  static func rawFrames(_ file: String) throws -> [UInt8] {
    Array(
      try run(
        "ffmpeg",
        [
          "-v", "error", "-nostdin", "-i", file, "-map", "0:v:0", "-vsync", "passthrough", "-f",
          "rawvideo", "-pix_fmt", "rgb24", "-",
        ]))
  }
}

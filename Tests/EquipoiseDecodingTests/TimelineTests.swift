// SPDX-License-Identifier: Apache-2.0
import EquipoiseFormats
import Foundation
import EquipoiseDecoding
import Testing

import Equipoise
@testable import EquipoiseKit

/// Frames are chosen among those that the picture's own track has.
struct TimelineTests {
  private let tree: RawTree

  init() throws { tree = try RawTree() }

  /// The gray levels of the frames that a recipe chooses, as indices of `makeIndexed`.
  private func indices(
    _ file: String, frames: Int, choice: String, fps: Double? = nil
  ) throws -> [Int] {
    try tree.write(
      "id,split,label,film\na,train,up,\(file)\nb,train,down,\(file)\n", to: "manifest.csv")
    let rate = fps.map { ", fps: \($0)" } ?? ""
    let data = try tree.prepare(
      "manifest", to: "data-\(UUID().uuidString)",
      ["modalities.film={frames: \(frames), choice: \(choice), size: 8\(rate)}"])
    let input = try data.samples(.train).shards[0].inputs[0].row(0)
    return (0..<frames).map { frame in
      let pixels = input.row(frame).floats()
      let mean = pixels.reduce(0, +) / Float(pixels.count)
      return Int((mean * 219 / 255 / 8).rounded())
    }
  }

  @Test func soundThatIsLonger() throws {
    _ = try tree.maker.makeIndexed("raw/silent.mp4")
    try tree.make(
      "long.mp4", "-i \(tree.path)/silent.mp4 -f lavfi -i sine=duration=4 -c:v copy -c:a aac")
    try tree.make(
      "long.mkv", "-i \(tree.path)/silent.mp4 -f lavfi -i sine=duration=4 -c:v copy -c:a aac")
    for name in ["long.mp4", "long.mkv"] {
      #expect(try FFmpegDecoder().frameTimes(tree.path + "/" + name).count == 25)
      #expect(
        try indices(name, frames: 10, choice: "spread") == (0..<10).map { $0 * 24 / 9 })
    }
  }

  @Test func tracksThatStartLate() throws {
    _ = try tree.maker.makeIndexed("raw/silent.mp4")
    for name in ["late.mp4", "late.mkv", "late.ts", "late.flv"] {
      try tree.make(
        name,
        "-itsoffset 1.5 -i \(tree.path)/silent.mp4 -f lavfi -i sine=duration=3:sample_rate=44100 "
          + "-map 0:v -map 1:a -c:v copy -c:a aac")
      #expect(
        try indices(name, frames: 10, choice: "spread") == (0..<10).map { $0 * 24 / 9 }, "\(name)")
    }
  }

  @Test(arguments: [
    ("a.h264", "-c:v libx264 -preset ultrafast"), ("b.h264", "-c:v libx264 -bf 2"),
    ("a.hevc", "-c:v libx265 -preset ultrafast -x265-params log-level=none"),
    ("a.m2v", "-c:v mpeg2video -q:v 2"), ("b.m2v", "-c:v mpeg2video -q:v 2 -bf 2"),
    ("a.m4v", "-c:v mpeg4 -q:v 2 -f m4v"),
  ])
  func bareStreams(_ kind: (name: String, codec: String)) throws {
    let file = try tree.maker.makeIndexed("raw/" + kind.name, codec: kind.codec)
    #expect(try FFmpegDecoder().frameTimes(file).count == 25)
    #expect(
      try indices(kind.name, frames: 10, choice: "spread") == (0..<10).map { $0 * 24 / 9 })
  }

  /// Frames 0 to 9 a tenth of a second apart, then the rest at a hundredth.
  @Test func variableRates() throws {
    for name in ["vfr.mkv", "vfr.mp4"] {
      _ = try tree.maker.makeIndexed(
        "raw/" + name, rate: 25,
        codec: "-c:v libx264 -preset ultrafast -vsync vfr -enc_time_base 0.001",
        filter: ",settb=1/1000,setpts=round(if(lt(N\\,10)\\,N*100\\,1000+(N-10)*10))")
      let times = try FFmpegDecoder().frameTimes(tree.path + "/" + name)
      #expect(times.count == 25 && abs(times[9] - 0.9) < 0.002 && abs(times[24] - 1.14) < 0.002)
      #expect(
        try indices(name, frames: 10, choice: "spread") == (0..<10).map { $0 * 24 / 9 })
      // Of ten a second there are twelve, two of them among the fast ones.
      #expect(
        try indices(name, frames: 12, choice: "leading", fps: 10)
          == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 20])
    }
  }

  /// Extraction at a rate keeps every so many frames, as published loaders number them.
  @Test func ratesOfEvenVideos() throws {
    _ = try tree.maker.makeIndexed("raw/a.mp4")
    #expect(try indices("a.mp4", frames: 5, choice: "leading", fps: 5) == [0, 5, 10, 15, 20])
    #expect(try indices("a.mp4", frames: 3, choice: "middle") == [3, 11, 19])
  }
}

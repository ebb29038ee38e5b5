// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Equipoise
import EquipoiseDisplay
import Foundation
import EquipoiseTorch

/// `equipoise media-benchmark`
struct MediaBenchmarkCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "media-benchmark",
    abstract: "Time decoding here and by the ffmpeg program, in turn.",
    discussion: """
      Both decode every clip of a folder to its audio at 16 kHz in mono float and to RGB frames at \
      a rate, with as many processes at once.
      """, shouldDisplay: false)

  @Argument(help: "A folder of clips with audio and video.")
  var folder: String

  @Option(help: "Processes at once; default: one for each processor.")
  var workers = Processors.available

  @Option(help: "Frames per second that are kept.")
  var rate = 3.0

  @Option(help: "Rounds, of which the median counts.")
  var rounds = 5

  func validate() throws {
    try NumberFlag.check("--workers", workers, from: 1, to: 1024)
    try NumberFlag.check("--rounds", rounds, from: 1)
    guard rate > 0, rate <= 1000 else {
      throw ValidationError("--rate takes a number above 0, up to 1000")
    }
  }

  func run() throws {
    let benchmark = try DecodingBenchmark(folder: folder, workers: workers, rate: rate)
    var ratios: [Double] = []
    for round in 1...rounds {
      let (own, program) = (try benchmark.own(), try benchmark.program())
      ratios.append(program / own)
      Console.print(
        String(
          format: "round %d: equipoise %.2f s, ffmpeg %.2f s, ratio %.2f", round, own, program,
          program / own))
    }
    Console.print(
      String(
        format: "%d clips, %d at once: median ratio %.2f; peak memory here %@",
        benchmark.clips.count, workers, ratios.sorted()[ratios.count / 2],
        Numbers.bytes(Hardware.peakMemory)))
  }
}

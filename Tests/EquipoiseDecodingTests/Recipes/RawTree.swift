// SPDX-License-Identifier: Apache-2.0
import Equipoise
import Foundation
import EquipoiseDecoding
import Testing

@testable import EquipoisePreparation
@testable import EquipoiseSettings

/// A folder of raw media laid out as a dataset is published.
final class RawTree {
  let maker: MediaMaker
  var path: String { maker.file("raw") }

  init() throws {
    maker = try MediaMaker()
    try folder("")
  }

  /// Makes a folder in the tree.
  func folder(_ name: String) throws {
    try FileManager.default.createDirectory(
      atPath: path + "/" + name, withIntermediateDirectories: true)
  }

  /// Writes a text file of the tree.
  func write(_ text: String, to name: String) throws {
    try folder((name as NSString).deletingLastPathComponent)
    try Data(text.utf8).write(to: URL(fileURLWithPath: path + "/" + name))
  }

  /// Has ffmpeg write a file of the tree.
  func make(_ name: String, _ arguments: String) throws {
    try folder((name as NSString).deletingLastPathComponent)
    _ = try maker.make("raw/" + name, arguments)
  }

  /// Copies a file of the tree.
  func copy(_ name: String, to other: String) throws {
    try folder((other as NSString).deletingLastPathComponent)
    try FileManager.default.copyItem(atPath: path + "/" + name, toPath: path + "/" + other)
  }

  /// Has espeak-ng say a text.
  func say(_ text: String, pitch: Int, voice: String, to name: String) throws {
    try folder((name as NSString).deletingLastPathComponent)
    _ = try MediaMaker.run(
      "espeak-ng", ["-v", voice, "-p", "\(pitch)", "-s", "220", "-w", path + "/" + name, text])
  }

  /// Prepares the tree in this process.
  @discardableResult
  func prepare(
    _ recipe: String, to output: String = "data", _ sets: [String] = [], maxCorrupt: Int = 0,
    input: String? = nil, verify: Bool = false, report: (PreparationEvent) -> Void = { _ in }
  ) throws -> PreparedDataset {
    var media = MediaPreparation(workers: 2, maxCorrupt: maxCorrupt) { _ in FFmpegDecoder() }
    media.verify = verify
    try RecipeCatalogue.standard.prepare(
      recipe, input: input ?? path, output: maker.file(output), sets: sets, media: media,
      report: report)
    return try PreparedDataset(folder: maker.file(output))
  }

  /// What the tree's folders are read as.
  func listed(_ sets: [String] = []) throws -> ListedSamples {
    let resolved = try ConfigResolver<ManifestOptions>(
      table: FeatureCatalogue.standard.table()
    ).resolve(
      sets.flatMap(ConfigAssignment.parse(set:)))
    let media = MediaPreparation(workers: 1) { _ in FFmpegDecoder() }
    return try ClassFolders(MediaFolder(path), resolved.configuration, media).rows()
  }

  /// What is wrong with the tree.
  func problem(_ recipe: String, _ sets: [String] = [], maxCorrupt: Int = 0) -> String? {
    do {
      try prepare(recipe, to: "refused", sets, maxCorrupt: maxCorrupt)
      return nil
    } catch { return "\(error)" }
  }

  /// Trains for an epoch with the program.
  func train(_ data: String = "data") throws {
    _ = try MediaMaker.run(
      WorkerTests.program,
      ["train", "--data", maker.file(data), "--out", maker.file("run")]
        + ["--epochs", "1", "--batch-size", "8", "--threads", "1", "--quiet"])
    let result = try Data(contentsOf: URL(fileURLWithPath: maker.file("run/result.json")))
    #expect(!result.isEmpty)
  }

  /// The notes of a run.
  func notes(
    _ recipe: String, _ sets: [String] = [], verify: Bool = false
  ) throws -> [String] {
    var notes: [String] = []
    try prepare(recipe, sets, verify: verify) {
      if case .note(let text) = $0 { notes.append(text) }
    }
    return notes
  }
}

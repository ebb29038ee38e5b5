// SPDX-License-Identifier: Apache-2.0
import EquipoiseFormats
import EquipoiseRunTestSupport
import EquipoiseTestSupport
import Foundation
import Testing

@testable import EquipoiseData
@testable import EquipoiseExperiments
@testable import EquipoiseKit
@testable import EquipoiseMethods
@testable import EquipoiseTraining

/// Every file of a run that is read again names itself when it is damaged.
struct DamagedRunFilesTests {
  private func finished() throws -> TinyRun {
    let tiny = try TinyRun()
    tiny.configuration.training.epochs = 1
    try tiny.train("group/seed-0")
    return tiny
  }

  private func damage(_ tiny: TinyRun, _ file: String, _ content: String?) throws -> String {
    let path = tiny.folder.file("group/seed-0/" + file)
    if let content {
      try content.write(toFile: path, atomically: false, encoding: .utf8)
    } else {
      try FileManager.default.removeItem(atPath: path)
    }
    return path
  }

  private static let restore = "restore it from a copy, or train into another folder"

  @Test(arguments: [
    ("{", "the file is damaged: is not valid JSON"),
    ("{}", "the file is damaged: equipoise is missing"),
    (nil, "the file is missing"),
  ])
  func environment(_ content: String?, _ problem: String) throws {
    let tiny = try finished()
    let path = try damage(tiny, "environment.json", content)
    let expected = "\(path): \(problem); \(Self.restore)"
    #expect(message { try tiny.train("group/seed-0", resume: .auto) } == expected)
    let folder = RunFolder(tiny.folder.file("group/seed-0"))
    #expect(message { _ = try RunScores(in: folder) } == expected)
  }

  @Test func resultAndMetrics() throws {
    let tiny = try finished()
    let folder = RunFolder(tiny.folder.file("group/seed-0"))
    let metrics = try damage(tiny, "metrics.jsonl", "[1]\n")
    #expect(
      message { _ = try RunScores(in: folder) }
        == "\(metrics): the file is damaged: it is not an object; restore it from a copy, or remove the "
        + "run's folder and train it again")
    let result = try damage(tiny, "result.json", #"{"method": "joint"}"#)
    #expect(
      message { _ = try RunScores(in: folder) }
        == "\(result): the file is damaged: seed is missing; remove the file and repeat the run, "
        + "which writes it again")
  }

  /// A run's folder that was copied to another seed's name would count twice.
  @Test func aCopiedRunIsNotAnotherSeed() throws {
    let tiny = try finished()
    let copy = tiny.folder.file("group/seed-1")
    try FileManager.default.copyItem(atPath: tiny.folder.file("group/seed-0"), toPath: copy)
    let saved = SavedComparison(
      entries: [.init(name: "group", references: [:])], seeds: [0, 1], baseline: "group")
    #expect(
      message { _ = try ComparisonReport(saved, in: tiny.folder.path) }
        == "\(copy): the folder holds a run with seed 0; remove it and repeat the comparison, "
        + "which trains that of seed 1")
  }

  @Test func comparisons() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("{}", to: "comparison.json")
    #expect(
      message { _ = try SavedComparison(in: folder.path) }
        == "\(path): the file is damaged: entries is missing; repeat the comparison, which "
        + "writes it again")
  }
}

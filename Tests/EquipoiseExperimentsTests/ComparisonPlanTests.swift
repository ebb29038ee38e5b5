// SPDX-License-Identifier: Apache-2.0
import EquipoiseMethods
import EquipoiseModels
import EquipoiseRunTestSupport
import EquipoiseSettings
import EquipoiseTestSupport
import Foundation
import Testing

@testable import EquipoiseExperiments
@testable import EquipoiseKit
@testable import EquipoiseTraining

/// What a comparison consists of.
struct ComparisonPlanTests {
  private let tiny: TinyRun

  init() throws { tiny = try TinyRun() }

  private func plan(
    _ entries: [(String, RunConfiguration)], seeds: [Int] = [0, 1]
  ) throws -> ComparisonPlan {
    try ComparisonPlan(
      entries.map { ComparisonEntry(name: $0, configuration: $1) }, seeds: seeds,
      baseline: entries.first?.0 ?? "", folder: tiny.folder.file("out"),
      referenceFolder: tiny.folder.file("references"))
  }

  /// The tiny configuration, changed.
  private func changed(_ change: (inout RunConfiguration) -> Void) -> RunConfiguration {
    var configuration = tiny.configuration
    change(&configuration)
    return configuration
  }

  @Test func everyEntryWithEverySeed() throws {
    let other = changed { $0.method = MethodSection(UnimodalLosses.self) }
    let runs = try plan([("joint", tiny.configuration), ("other", other)]).runs()
    // Two entries and the references of two modalities, two seeds each.
    #expect(runs.count == 8 && Set(runs.map(\.folder.path)).count == 8)
    #expect(runs[0].folder.path == tiny.folder.file("out/joint/seed-0"))
    #expect(runs[3].label == "other, seed 1" && runs[3].configuration.runtime.seed == 1)
    let reference = try #require(runs.first { $0.name == "vector alone" })
    #expect(reference.configuration.method.name == "unimodal")
    #expect(reference.configuration.modalities == ["vector"])
    #expect(reference.configuration.model.encoders.names == ["vector"])
    #expect(reference.configuration.augmentation.names.isEmpty)
  }

  private func referenceFolders(_ configuration: RunConfiguration) throws -> [String] {
    let entry = ComparisonEntry(name: "joint", configuration: configuration)
    return try plan([("joint", configuration)]).references(of: entry).map(\.folder)
  }

  @Test func referencesAreSharedWhereNothingThatMattersDiffers() throws {
    let (image, vector) = try pair(referenceFolders(tiny.configuration))
    let same = changed {
      $0.method = MethodSection(UnimodalLosses.self)
      $0.runtime.threads = 7
      $0.runtime.checkpointEverySteps = 5
      $0.model.fusion = .sum
      $0.evaluation.shapley = false
    }
    #expect(try referenceFolders(same) == [image, vector])
    let rate = changed { $0.training.optimiser.learningRate = 0.5 }
    let (fastImage, fastVector) = try pair(referenceFolders(rate))
    #expect(fastImage != image && fastVector != vector)
    let wide = changed { $0.model.encoders["vector"] = TinyRun.vector(width: 9) }
    let (sameImage, wideVector) = try pair(referenceFolders(wide))
    #expect(sameImage == image && wideVector != vector)
  }

  private func pair(_ folders: [String]) throws -> (String, String) {
    try #require(folders.count == 2)
    return (folders[0], folders[1])
  }

  @Test func initialWeightsCountByTheirContent() throws {
    let first = try tiny.folder.write("weights", to: "first.safetensors")
    let copy = try tiny.folder.write("weights", to: "copy.safetensors")
    let other = try tiny.folder.write("others", to: "other.safetensors")
    let folders = try [first, copy, other].map { file in
      try referenceFolders(changed { $0.model.encoders["vector"]?.initialWeights = file })[1]
    }
    #expect(folders[0] == folders[1] && folders[0] != folders[2])
  }

  @Test func namesMustBeDifferentAndPlain() throws {
    let twice = #expect(throws: EquipoiseError.self) {
      try plan([("joint", tiny.configuration), ("joint", tiny.configuration)])
    }
    #expect(twice?.what == "two entries are called 'joint'")
    for name in ["", "../x", "a/b", ".hidden", "a b"] {
      #expect(throws: EquipoiseError.self, "\(name)") { try plan([(name, tiny.configuration)]) }
    }
  }

  @Test func savedAndReadBack() throws {
    let plan = try plan([("joint", tiny.configuration)])
    try FileManager.default.createDirectory(
      atPath: plan.folder, withIntermediateDirectories: true)
    let saved = try plan.saved()
    try saved.write(in: plan.folder)
    #expect(try SavedComparison(in: plan.folder) == saved)
    #expect(saved.entries.map(\.name) == ["joint"] && saved.seeds == [0, 1])
    #expect(saved.entries[0].references.keys.sorted() == ["image", "vector"])
    #expect(throws: EquipoiseError.self) { try SavedComparison(in: tiny.folder.path) }
  }

  /// A comparison and the references beside it are found again in another place; references elsewhere stay.
  @Test func referencesMoveWithTheComparison() throws {
    let (here, there) = (tiny.folder.file("here"), tiny.folder.file("there"))
    let elsewhere = tiny.folder.path + "-elsewhere/audio-1"
    let comparison = here + "/out"
    try FileManager.default.createDirectory(
      atPath: comparison, withIntermediateDirectories: true)
    let references = [
      "a": here + "/references/a-1", "b": comparison + "/own/b-1", "c": elsewhere,
    ]
    try SavedComparison(
      entries: [.init(name: "e", references: references)], seeds: [0], baseline: "e"
    ).write(in: comparison)
    let text = try String(contentsOfFile: comparison + "/comparison.json", encoding: .utf8)
    #expect(text.contains(#""a" : "../references/a-1""#) && text.contains(#""b" : "own/b-1""#))
    #expect(try SavedComparison(in: comparison).entries[0].references == references)
    try FileManager.default.moveItem(atPath: here, toPath: there)
    #expect(
      try SavedComparison(in: there + "/out").entries[0].references == [
        "a": there + "/references/a-1", "b": there + "/out/own/b-1", "c": elsewhere,
      ])
  }

  @Test func aLaterVersionIsRefused() throws {
    let path = try tiny.folder.write(
      #"{"version": 4, "entries": [], "seeds": [], "baseline": "e"}"#, to: "comparison.json")
    #expect(
      message { _ = try SavedComparison(in: tiny.folder.path) }
        == "\(path): the file is of version 4, and this program knows up to 3; use the version of Equipoise that "
        + "wrote it, or a later one")
  }

  @Test func runsOfAnotherConfigurationAreRefused() throws {
    let run = try plan([("joint", tiny.configuration)], seeds: [3]).runs()[0]
    try run.check()
    tiny.configuration.runtime.seed = 3
    try tiny.train("out/joint/seed-3", maxSteps: 1)
    try run.check()
    let other = changed { $0.training.batchSize = 5 }
    let changedRun = try plan([("joint", other)], seeds: [3]).runs()[0]
    let error = #expect(throws: EquipoiseError.self) { try changedRun.check() }
    #expect(error?.place == tiny.folder.file("out/joint/seed-3/config.yaml"))
    #expect(error?.what.contains("training.batchSize: 5, not 4") == true)
  }
}

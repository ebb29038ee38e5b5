// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Equipoise
import EquipoiseTestSupport
import Foundation
import Testing

@testable import EquipoiseCLI

/// `equipoise reproduce` with the project's own experiments.
@Suite struct ReproduceCommandTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// The folder `Recipes` of this checkout.
  private static let recipes = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../../../Recipes").standardized.path
  private static let all = [
    "figure-1", "figure-4", "figure-5", "figure-6", "figure-7", "figure-8", "table-1", "table-2",
    "table-3", "table-4", "table-5",
  ]

  private func reproduce(_ name: String) throws -> CommandLineTool.Outcome {
    try TinyDataset.write(to: folder.file("data"))
    return try CommandLineTool.run(
      ["reproduce", name, "--data", folder.file("data"), "--recipes", Self.recipes]
        + ["--seeds", "0", "--epochs", "2", "--out", folder.file("out")] + TinyDataset.settings)
  }

  @Test func allAreListed() throws {
    let listed = try reproduce("list")
    #expect(listed.status == 0, "\(listed.errors)")
    #expect(
      listed.output.split(separator: "\n").map { String($0.prefix { $0 != " " }) } == Self.all)
  }

  /// Every entry makes a model and a method: a misspelt or unsuitable setting is refused here.
  @Test(arguments: all) func entriesCanBeTrained(_ name: String) throws {
    let data = folder.file("images")
    // Three modalities for the table that has them.
    try RecipeCatalogue.standard.prepare(
      "synthetic", input: nil, output: data,
      sets: ["train=64", "validation=12", "test=12", "motion=\(name == "table-4")"])
    let experiment = try PaperExperiment(file: "\(Self.recipes)/paper/\(name).yaml")
    let settings =
      ["model.encoders.audio.width=4", "model.encoders.visual.width=4"]
      + (name == "table-4" ? ["model.encoders.motion={type: conv1d, width: 32, depth: 4}"] : [])
    let options = try ExperimentOptions.parse(
      ["--data", data, "--epochs", "20"] + settings.flatMap { ["--set", $0] })
    for text in experiment.entries {
      let entry = try #require(EntryOption(argument: text.contains("=") ? text : "\(text)=\(text)"))
      var configuration = try options.configuration(
        method: entry.method, file: entry.file, extra: entry.sets, name: entry.name)
      configuration.runtime.seed = 0
      _ = try RunParts(configuration)
    }
  }

  @Test func figureIsTrainedAndItsNumbersAreWritten() throws {
    let outcome = try reproduce("figure-6")
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.errors.contains("keeps: the coefficient of variation of Eq. 14"))
    #expect(outcome.errors.contains("differs: "))
    #expect(outcome.output.contains("\njoint") && outcome.output.contains("\naim"))
    let table = try String(contentsOfFile: folder.file("out/curves.csv"), encoding: .utf8)
    let rows = table.split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false)
    }
    #expect(rows[0] == ["entry", "seed", "epoch", "name", "row", "column", "value"])
    // Two entries, two epochs, two depths.
    #expect(rows.count == 1 + 2 * 2 * 2)
    #expect(rows.dropFirst().allSatisfy { $0[3].hasPrefix("telemetry.discrepancy.") })
    #expect(rows.dropFirst().allSatisfy { Double($0[6]).map { $0 >= 0 } == true })
  }

  @Test func unknownNameIsRefused() throws {
    let outcome = try reproduce("table-9")
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("there is no experiment 'table-9'; "))
    #expect(!FileManager.default.fileExists(atPath: folder.file("out")))
  }
}

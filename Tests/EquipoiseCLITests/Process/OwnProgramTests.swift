// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Equipoise
import EquipoiseCLI
import EquipoiseFormats
import EquipoiseTestSupport
import Foundation
import Testing

/// The commands of a program that has a feature of its own.
@Suite struct OwnProgramTests {
  /// The first letters of a text, as numbers.
  private struct Letters: MediaFeatureConfiguration, MediaFeature {
    static let name = "letters"
    static let summary = "the first letters of a text"
    static let extensions = ["txt"]
    var count = 8

    var description: ModalityDescription {
      ModalityDescription(kind: .vector, shape: [count], type: .float32)
    }
    var decodes: Bool { false }

    func callAsFunction(
      _ files: [String], of id: String, by media: any MediaDecoding, _ stream: inout RandomStream
    ) throws -> HostArray {
      let bytes = try Data(contentsOf: URL(fileURLWithPath: files[0])).prefix(count).map(Float.init)
      let rest = [Float](repeating: 0, count: count - bytes.count)
      return HostArray(floats: bytes + rest, shape: [count])
    }
  }

  /// In a process of its own: what the program knows is one value for all of it. A command that fails fails it.
  @Test func preparesTrainsAndPredictsByItsOwnFeature() async {
    await #expect(processExitsWith: .success) {
      let folder = try TemporaryFolder()
      for number in 0..<16 {
        let label = number % 2 == 0 ? "low" : "high"
        let place = folder.file("raw/\(label)")
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
        _ = try folder.write(
          label == "low" ? "aab \(number)" : "zyz \(number)", to: "raw/\(label)/\(number).txt")
      }
      for arguments in [
        ["config", "list"], ["prepare", "--list"],
        ["prepare", "manifest", "--input", folder.file("raw"), "--out", folder.file("data")]
          + ["--set", "modalities.letters={kind: letters, count: 3}", "--quiet"],
        ["train", "--data", folder.file("data"), "--out", folder.file("run"), "--epochs", "1"]
          + ["--modalities", "letters", "--method", "unimodal", "--threads", "1", "--quiet"],
        ["predict", folder.file("run"), "--input", "letters=\(folder.file("raw/low/0.txt"))"]
          + ["--format", "jsonl", "--out", folder.file("one.jsonl")],
        ["predict", folder.file("run"), "--manifest", folder.file("raw"), "--format", "jsonl"]
          + ["--out", folder.file("all.jsonl")],
      ] {
        // As `EquipoiseCommand.main(catalogue:)` does, which takes the arguments of the process.
        FeatureCatalogue.inUse = Catalogue.standard.adding(feature: Letters.self).features
        var command = try EquipoiseCommand.parseAsRoot(arguments)
        try command.run()
      }
      let data = try String(contentsOfFile: folder.file("data/dataset.json"), encoding: .utf8)
      try #require(data.contains(#"\"feature\":\"letters\",\"settings\":{\"count\":3}"#))
      for (name, count) in [("one", 1), ("all", 16)] {
        let lines = try String(contentsOfFile: folder.file(name + ".jsonl"), encoding: .utf8)
        try #require(lines.split(separator: "\n").count == count)
      }
    }
  }

  @Test func listsOfTheProgramHaveItsFeatures() throws {
    let list = try CommandLineTool.run(["config", "list"]).output
    for name in FeatureCatalogue.standard.names { #expect(list.contains("\n\(name) "), "\(name)") }
    let json = try CommandLineTool.run(["config", "list", "--format", "json"]).json()
    let features = try #require(json["features"] as? [[String: Any]])
    #expect(features.compactMap { $0["name"] as? String } == FeatureCatalogue.standard.names)
    let recipes = try CommandLineTool.run(["prepare", "--list"]).output
    #expect(recipes.contains("\nkind: spectrogram: "))
    #expect(recipes.contains("    mels: "))
  }
}

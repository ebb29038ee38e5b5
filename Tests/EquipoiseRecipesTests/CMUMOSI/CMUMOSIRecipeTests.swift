// SPDX-License-Identifier: Apache-2.0
import EquipoisePreparation
import EquipoiseTestSupport
import Foundation
import Testing

@testable import EquipoiseData
@testable import EquipoiseFormats
@testable import EquipoiseKit
@testable import EquipoiseRecipes
@testable import EquipoiseSettings

/// On Goldens/cmu_mosi, which References/multibench.py has exported from a pickle in MultiBench's layout,
/// and against what MultiBench's loader makes of the same.
@Suite struct CMUMOSIRecipeTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func equalsMultiBench() throws {
    var notes: [String] = []
    let dataset = try prepare(["standardise=false"]) { notes.append($0) }
    #expect(dataset.modalities.map(\.name) == ["audio", "text", "video"])
    #expect(dataset.modalities.map(\.description.shape) == [[6, 3], [6, 4], [6, 2]])
    let url = Bundle.module.url(forResource: "Goldens/cmu_mosi", withExtension: "safetensors")
    let golden = try SafetensorsFile(path: try #require(url).path)
    for (split, name) in [(Split.train, "train"), (.validation, "valid"), (.test, "test")] {
      let samples = try dataset.samples(split)
      #expect(samples.labels == (try golden.array("\(name)/label").int64s().map(Int.init)))
      let stream = try Loader(samples, LoaderOptions(batchSize: samples.count)).batches(epoch: 0)
      let batch = try #require(try stream.next())
      for (input, key) in zip(batch.inputs, ["audio", "text", "vision"]) {
        #expect(input.floats() == (try golden.array("\(name)/\(key)").floats()), "\(name)/\(key)")
      }
    }
    let train = try dataset.samples(.train)
    #expect((0..<train.count).map(train.id) == ["a_b[0]", "a_b[1]", "c[2]", "c[3]", "d[5]"])
    #expect(train.groups == [0, 0, 1, 1, 2])
    #expect(
      notes == [
        "1 utterances without any word are left out, as MultiBench does",
        "5/2/3 utterances, not the 1284/229/686 of the published split",
      ])
  }

  /// What was moved to the front leaves as many zeros behind, which are no steps.
  @Test func lengthsAreThoseOfTheSeries() throws {
    let samples = try prepare(["standardise=false", "lengths=true"]).samples(.train)
    let padded = try prepare(["standardise=false"]).samples(.train)
    #expect(padded.lengths.allSatisfy { $0 == nil })
    for modality in 0..<3 {
      let lengths = try #require(samples.lengths[modality])
      #expect(lengths.contains { $0 < 6 } && lengths.allSatisfy { $0 > 0 })
      for (sample, length) in lengths.enumerated() {
        let array = padded.input(modality, ofSample: sample)
        #expect(array.slice(rows: length..<6).floats().allSatisfy { $0 == 0 })
        #expect(
          array.slice(rows: 0..<length).floats()
            == samples.valid(modality, ofSample: sample)?.floats())
      }
    }
    let cut = try prepare(["length=2", "lengths=true"]).samples(.train)
    #expect(cut.lengths.allSatisfy { $0?.allSatisfy { (1...2).contains($0) } == true })
  }

  /// Of the scores −2.5, 0, 1.5, 2.8 and 0.2.
  @Test(arguments: [
    (SentimentRule.positive, [0, 0, 1, 1, 1]), (.nonNegative, [0, 1, 1, 1, 1]),
    (.withoutNeutral, [0, 1, 1, 1]), (.three, [0, 1, 2, 2, 2]), (.seven, [1, 3, 5, 6, 3]),
  ])
  func labelRules(rule: SentimentRule, labels: [Int]) throws {
    let dataset = try prepare(["labels=\(rule.rawValue)", "modalities=[audio]"])
    #expect(dataset.modalities.map(\.name) == ["audio"])
    #expect(dataset.description.classes == rule.classes)
    #expect(dataset.description.extra["labels"] == rule.rawValue)
    #expect(try dataset.samples(.train).labels == labels)
  }

  /// The same scores as numbers.
  @Test func sentimentAsANumber() throws {
    let dataset = try prepare(["task=regression", "modalities=[audio]"])
    let target = TargetDescription(
      name: "sentiment", unit: "points", range: -3...3, sentiment: true)
    #expect(dataset.description.targets == [target] && dataset.description.isSentiment)
    #expect(
      try dataset.samples(.train).targets == TargetRows([-2.5, 0, 1.5, 2.8, 0.2], width: 1))
  }

  @Test func seriesCanBeCutAndLengthened() throws {
    let dataset = try prepare(["length=8", "standardise=false"])
    #expect(dataset.modalities.map(\.description.shape) == [[8, 3], [8, 4], [8, 2]])
    let short = try prepare(["length=2"])
    #expect(short.modalities.map(\.description.shape) == [[2, 3], [2, 4], [2, 2]])
  }

  @Test func mistakesAreExplained() throws {
    #expect(
      message { _ = try prepare(["labels=2"]) }
        == "settings: labels is 2; expected positive or non-negative or without-neutral or 3-class "
        + "or 7-class")
    #expect(
      message { _ = try prepare(["modalities=[vision]"]) }?
        .hasPrefix("settings: modalities[0] is 'vision'; ") == true)
    let copy = folder.file("copy")
    try FileManager.default.copyItem(atPath: try Self.source, toPath: copy)
    try Data("id,video,split,score\na,v,train,4\n".utf8).write(
      to: URL(fileURLWithPath: copy + "/meta.csv"))
    #expect(
      message {
        try RecipeCatalogue.standard.prepare("cmu-mosi", input: copy, output: folder.file("x"))
      }
        == "\(copy)/meta.csv:2: the score '4' is not a number from -3 to 3; correct it")
  }

  private func prepare(
    _ sets: [String], note: (String) -> Void = { _ in }
  ) throws -> PreparedDataset {
    let output = folder.file(UUID().uuidString)
    try RecipeCatalogue.standard.prepare(
      "cmu-mosi", input: try Self.source, output: output, sets: sets
    ) {
      if case .note(let text) = $0 { note(text) }
    }
    return try PreparedDataset(folder: output)
  }

  private static var source: String {
    get throws {
      try #require(Bundle.module.url(forResource: "Goldens/cmu_mosi", withExtension: nil)).path
    }
  }
}

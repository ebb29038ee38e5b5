// SPDX-License-Identifier: Apache-2.0
import EquipoisePreparation
import EquipoiseTestSupport
import Foundation
import Testing

@testable import EquipoiseData
@testable import EquipoiseRecipes

/// On the real data where they are at hand: in the folder that EQUIPOISE_DATA names, or in
/// `shared/data` beside the repository.
@Suite(.enabled(if: RealData.folder != nil, "the real data are not here"))
struct RealDataTests {
  @Test func digitsBySpeaker() throws {
    let dataset = try prepare(
      "digits", "fsdd_mnist",
      [
        "split=speaker", "trainSpeakers=[george]", "validationSpeakers=[]", "testSpeakers=[theo]",
        "size=16", "pixels=8",
      ])
    #expect(try dataset.samples(.train).classCounts(10) == [Int](repeating: 50, count: 10))
    #expect(try dataset.samples(.test).classCounts(10) == [Int](repeating: 50, count: 10))
    #expect(Set(try dataset.samples(.test).groups ?? []) == [4])
  }

  @Test(arguments: [("cmu-mosi-2", 2, 1447, 752, 0), ("cmu-mosi-7", 7, 1444, 751, 1)])
  func mosi(preset: String, classes: Int, train: Int, test: Int, dropped: Int) throws {
    var notes: [String] = []
    let dataset = try prepare("arrays", "cmu_mosi", ["preset=\(preset)"]) { notes.append($0) }
    #expect(dataset.description.name == preset)
    #expect(dataset.modalities.map(\.name) == ["audio", "text", "video"])
    #expect(dataset.modalities.map(\.description.shape) == [[73], [100], [100]])
    #expect(dataset.description.classes.count == classes)
    #expect(try dataset.samples(.train).count == train)
    #expect(try dataset.samples(.test).count == test)
    // The labels of the first three utterances, by hand from the table.
    let labels = try dataset.samples(.test).labels.prefix(3)
    #expect(Array(labels) == (classes == 2 ? [1, 0, 0] : [5, 2, 3]))
    #expect(notes.count == dropped + 1)
    #expect(notes.last?.contains("only the published test split is an honest measure") == true)
    // Videos stay whole when a validation split is carved.
    let splits = try dataset.trainingSplits(validationFraction: 0.1, seed: 0)
    let held = Set(splits[.validation]?.groups ?? [])
    #expect(held.isDisjoint(with: Set(splits[.train]?.groups ?? [])))
    #expect((100...190).contains(splits[.validation]?.count ?? 0))
  }

  @Test func multipleFeatures() throws {
    let dataset = try prepare("arrays", "uci_mfeat", ["only=[mor, fac]"])
    #expect(dataset.modalities.map(\.name) == ["fac", "mor"])
    let splits = try dataset.trainingSplits(validationFraction: 0.1, seed: 0)
    #expect(splits.mapValues(\.count) == [.train: 1200, .validation: 200, .test: 600])
    #expect(splits[.test]?.classCounts(10) == [Int](repeating: 60, count: 10))
  }

  @Test func actions() throws {
    let dataset = try prepare("utd-mhad", "utd_mhad", ["modalities=[inertial]"])
    let splits = try dataset.trainingSplits(validationFraction: 0.1, seed: 0)
    #expect(splits.mapValues(\.count) == [.train: 323, .validation: 108, .test: 430])
    #expect(Set(splits[.test]?.groups ?? []) == [2, 4, 6, 8])
  }

  private func prepare(
    _ recipe: String, _ folder: String, _ sets: [String], note: (String) -> Void = { _ in }
  ) throws -> PreparedDataset {
    let output = try TemporaryFolder()
    let source = try #require(RealData.folder) + "/" + folder
    try RecipeCatalogue.standard.prepare(
      recipe, input: source, output: output.file("out"), sets: sets
    ) { if case .note(let text) = $0 { note(text) } }
    // The mapped files stay readable after their names are gone.
    return try PreparedDataset(folder: output.file("out"))
  }
}

/// Where the real data are.
enum RealData {
  static let folder: String? = {
    let repository = URL(fileURLWithPath: #filePath).pathComponents.dropLast(3)
    let beside = "/" + repository.dropFirst().dropLast().joined(separator: "/") + "/shared/data"
    let folder = ProcessInfo.processInfo.environment["EQUIPOISE_DATA"] ?? beside
    return FileManager.default.fileExists(atPath: folder + "/fsdd_mnist/wav.csv") ? folder : nil
  }()
}

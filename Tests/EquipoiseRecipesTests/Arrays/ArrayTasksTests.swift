// SPDX-License-Identifier: Apache-2.0
import EquipoiseTestSupport
import Foundation
import Testing

@testable import EquipoiseData
@testable import EquipoiseFormats
@testable import EquipoiseKit
@testable import EquipoisePreparation
@testable import EquipoiseRecipes

/// Tables of several labels and of numbers, tables without splits, and arrays with numbers that are missing.
@Suite struct ArrayTasksTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try FileManager.default.createDirectory(
      atPath: folder.file("in"), withIntermediateDirectories: false)
    try write((0..<16).map(Float.init))
  }

  private func write(_ numbers: [Float]) throws {
    try NPY.write(HostArray(floats: numbers, shape: [8, 2]), to: folder.file("in/x.npy"))
  }

  private func prepare(
    _ table: String, _ sets: [String], note: (String) -> Void = { _ in }
  ) throws -> PreparedDataset {
    _ = try folder.write(table, to: "in/meta.csv")
    try? FileManager.default.removeItem(atPath: folder.file("out"))
    try RecipeCatalogue.standard.prepare(
      "arrays", input: folder.file("in"), output: folder.file("out"), sets: sets
    ) { event in
      if case .note(let text) = event { note(text) }
    }
    return try PreparedDataset(folder: folder.file("out"))
  }

  private static let splits = ["train", "train", "train", "train", "val", "val", "test", "test"]

  private func table(_ head: String, _ cells: [String]) -> String {
    ([head + ",split"] + zip(cells, Self.splits).map { "\($0),\($1)" }).joined(separator: "\n")
      + "\n"
  }

  // MARK: Numbers

  @Test func numbersOfOneColumn() throws {
    let cells = ["1.5", "-2", "3e-1", "", "0", "1", "2", "2.5"]
    let dataset = try prepare(
      table("target", cells), ["task=regression", "unit=points", "range=[-3, 3]"])
    let target = TargetDescription(name: "target", unit: "points", range: -3...3)
    #expect(dataset.description.targets == [target])
    #expect(dataset.description.classes == [] && dataset.description.outputs == ["target"])
    let train = try dataset.samples(.train)
    // The row without a number is left out.
    #expect(train.targets == TargetRows([1.5, -2, 0.3], width: 1) && train.labels == [])
    let stream = try Loader(train, LoaderOptions(batchSize: 2)).batches(epoch: 0)
    let batch = try #require(try stream.next())
    #expect(batch.labels.floats() == [1.5, -2] && batch.labels.shape == [2, 1])
  }

  /// The column is found by its name, else it is the label's.
  @Test func theLabelServesAsTarget() throws {
    let dataset = try prepare(table("label", (0..<8).map(String.init)), ["task=regression"])
    #expect(dataset.description.targets.map(\.name) == ["label"])
  }

  @Test func numbersOfSeveralColumns() throws {
    let dataset = try prepare(
      table("a,b", (0..<8).map { "\($0),\(10 * $0)" }), ["task=regression", "targets=[b, a]"])
    #expect(try dataset.samples(.test).targets == TargetRows([60, 6, 70, 7], width: 2))
  }

  @Test(arguments: [
    ("1,2,x,4,5,6,7,8", [], "meta.csv:4: 'x' in column 'target' is not a number"),
    (
      "1,2,3,4,5,6,7,8", ["range=[0, 5]"],
      "meta.csv:7: 6 is outside the range of the target 'target', whose range is 0.0 to 5.0"
    ),
    ("1,1,1,1,5,6,7,8", [], "the target 'target' is the same for all samples of split 'train'"),
    ("1,2,3,4,5,6,7,8", ["range=[5, 0]"], "expected two numbers, the smaller first"),
    ("1,2,3,4,5,6,7,8", ["labels=[a]"], "set task=multilabel"),
  ])
  func numbersThatAreRefused(cells: String, sets: [String], sentence: String) throws {
    let text = message {
      let dataset = try prepare(
        table("target", cells.split(separator: ",").map(String.init)), ["task=regression"] + sets)
      _ = try dataset.trainingSplits(validationFraction: 0.1, seed: 0)
    }
    #expect(text?.contains(sentence) == true, "\(text ?? "nothing")")
  }

  /// A column of quantities never becomes classes; the message says how they become targets.
  @Test func quantitiesAreNoClasses() throws {
    let text = message { _ = try prepare(table("label", (0..<8).map { "\($0).5" }), []) }
    #expect(text?.contains("set task=regression") == true, "\(text ?? "")")
    let several = message { _ = try prepare(table("label", (0..<8).map { "a\($0 % 2)|b" }), []) }
    #expect(several?.contains("set task=multilabel") == true, "\(several ?? "")")
  }

  // MARK: Labels

  @Test func listsOfLabels() throws {
    var notes: [String] = []
    let cells = ["red|round", "", "round", "red", "NA", " round | red ", "red", "round"]
    let dataset = try prepare(table("label", cells), ["task=multilabel"]) { notes.append($0) }
    #expect(dataset.description.classes == ["red", "round"])
    // Nothing is known of the fifth row; the second has none of the labels.
    #expect(try dataset.samples(.train).targets == TargetRows([1, 1, 0, 0, 0, 1, 1, 0], width: 2))
    #expect(try dataset.samples(.validation).targets == TargetRows([1, 1], width: 2))
    #expect(notes.contains("1 of 8 rows have none of the labels"))
  }

  @Test func aColumnForEachLabel() throws {
    let cells = ["1,0", "0,1", "true,FALSE", "yes,no", "0,0", "1,1", "1.0,0.0", ","]
    let dataset = try prepare(table("b,a", cells), ["task=multilabel", "labels=[a, b]"])
    #expect(try dataset.samples(.train).targets == TargetRows([0, 1, 1, 0, 0, 1, 0, 1], width: 2))
    #expect(try dataset.samples(.test).targets == TargetRows([0, 1], width: 2))
    let text = message {
      _ = try prepare(
        table("b,a", ["2,0"] + cells.dropFirst()), ["task=multilabel", "labels=[a, b]"])
    }
    #expect(text?.contains("'2' in column 'b' does not say whether the label is there") == true)
  }

  @Test func labelsThatAreNotListedOrNeverThere() throws {
    let cells = ["a", "b", "a", "b", "a|c", "a", "b", "b"]
    let unknown = message {
      _ = try prepare(table("label", cells), ["task=multilabel", "classes=[a, b]"])
    }
    #expect(unknown?.contains("'c' in column 'label' is not one of the 2 labels") == true)
    let absent = message {
      let dataset = try prepare(table("label", cells), ["task=multilabel"])
      _ = try dataset.trainingSplits(validationFraction: 0.1, seed: 0)
    }
    #expect(absent?.contains("no sample of split 'train' has the label 'c'") == true)
  }

  // MARK: Splits

  /// Without a split column the shares decide, the same every time, by class.
  @Test func tablesWithoutSplits() throws {
    let text = "label\n" + (0..<8).map { "\($0 % 2)\n" }.joined()
    let sets = ["testShare=0.25", "validationShare=0.25", "seed=3"]
    let dataset = try prepare(text, sets)
    let counts = try Split.allCases.map { try dataset.samples($0).labels.sorted() }
    #expect(counts == [[0, 0, 1, 1], [0, 1], [0, 1]])
    let files = try Data(
      contentsOf: URL(fileURLWithPath: folder.file("out/test-00000.safetensors")))
    _ = try prepare(text, sets)
    #expect(
      try Data(contentsOf: URL(fileURLWithPath: folder.file("out/test-00000.safetensors"))) == files
    )
    let wrong = message { _ = try prepare(text, ["split=part"]) }
    #expect(wrong?.contains("has no column 'part'") == true)
  }

  @Test func sentimentIsSaid() throws {
    let cells = ["1.5", "-2", "3e-1", "1", "0", "1", "2", "2.5"]
    let sets = ["task=regression", "range=[-3, 3]"]
    let said = try prepare(table("target", cells), sets + ["sentiment=true"]).description
    #expect(said.isSentiment && said.targets[0].sentiment == true)
    let nothing = try prepare(table("target", cells), sets).description
    #expect(!nothing.isSentiment && nothing.targets[0].sentiment == nil)
    #expect(
      message { _ = try prepare(table("label", cells), ["sentiment=true"]) }?
        .contains("as the task is classification: set task=regression") == true)
  }

  /// Speakers stay whole.
  @Test func groupsStayWholeWithoutSplits() throws {
    let text = "target,who\n" + (0..<8).map { "\($0),\($0 / 2)\n" }.joined()
    let dataset = try prepare(text, ["task=regression", "group=who", "testShare=0.25"])
    let groups = try Split.allCases.map { Set(try dataset.samples($0).groups ?? []) }
    #expect(groups[0].isDisjoint(with: groups[2]) && !groups[2].isEmpty)
  }

  // MARK: Missing numbers

  @Test func missingNumbersByEveryPolicy() throws {
    // Channel 0 of row 0 and channel 1 of row 6 (test) are missing.
    var numbers = (0..<16).map(Float.init)
    (numbers[0], numbers[13]) = (.nan, .infinity)
    try write(numbers)
    let text = table("label", (0..<8).map { "\($0 % 2)" })
    let refusal = message { _ = try prepare(text, []) }
    #expect(
      refusal?.contains("set missingValues to zero, mean, drop or absent") == true,
      "\(refusal ?? "")")
    func rows(_ policy: String, _ split: Split) throws -> [Float] {
      let samples = try prepare(text, ["missingValues=\(policy)"]).samples(split)
      return (0..<samples.count).flatMap { samples.input(0, ofSample: $0).floats() }
    }
    #expect(try rows("zero", .train) == [0, 1, 2, 3, 4, 5, 6, 7])
    #expect(try rows("zero", .test) == [12, 0, 14, 15])
    // The mean of 2, 4, 6 and of 1, 3, 5, 7.
    #expect(try rows("mean", .train) == [4, 1, 2, 3, 4, 5, 6, 7])
    #expect(try rows("mean", .test) == [12, 4, 14, 15])
    #expect(try rows("drop", .train) == [2, 3, 4, 5, 6, 7])
    #expect(try rows("drop", .test) == [14, 15])
    var notes: [String] = []
    _ = try prepare(text, ["missingValues=mean"]) { notes.append($0) }
    #expect(
      notes == [
        "2 numbers of 'x' in 2 rows are not there: they become their channel's mean over the training split"
      ])
  }

  /// They are counted where they stay out of sight later.
  @Test(arguments: ["zero", "mean", "drop"]) func missingNumbersAreCounted(policy: String) throws {
    var numbers = (0..<16).map(Float.init)
    // Both numbers of row 0 and one of row 6.
    for place in [0, 1, 13] { numbers[place] = .nan }
    try write(numbers)
    let text = table("label", (0..<8).map { "\($0 % 2)" })
    let found = try prepare(text, ["missingValues=\(policy)"]).description
    #expect(
      found.missingNumbers
        == MissingNumbers(policy: policy, modalities: ["x": .init(numbers: 3, samples: 2)]))
    #expect(found.extra["missingValues x"] == #"{"numbers":3,"samples":2}"#)
    #expect(
      found.missingNumbers?.sentence == "\(policy): 'x' lacked 3 numbers in 2 samples")
    try write((0..<16).map(Float.init))
    let whole = try prepare(text, ["missingValues=\(policy)"]).description
    #expect(whole.missingNumbers == MissingNumbers(policy: policy, modalities: [:]))
    #expect(whole.missingNumbers?.sentence == "\(policy): nothing was lacking")
    #expect(try prepare(text, []).description.missingNumbers == nil)
  }
}

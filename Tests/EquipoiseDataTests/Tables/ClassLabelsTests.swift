// SPDX-License-Identifier: Apache-2.0
import EquipoiseTestSupport
import Testing

@testable import EquipoiseData

/// Which columns are classes, which are refused, and why.
@Suite struct ClassLabelsTests {
  private static func read(_ cells: [String], _ names: [String]? = nil) throws -> ClassLabels {
    try ClassLabels(cells, of: "label", naming: names) { "t.csv:\($0 + 2)" }
  }

  @Test(
    arguments: [
      (["b", "a", "b"], nil, ["a", "b"], [1, 0, 1], 0),
      (["10", "9", "0"], nil, ["0", "9", "10"], [2, 1, 0], 1),
      (["0", "1", "0"], nil, ["0", "1"], [0, 1, 0], 0),
      // Counted from 1: no class 0.
      (["1", "2", "3"], nil, ["1", "2", "3"], [0, 1, 2], 1),
      (["0", "1000"], nil, ["0", "1000"], [0, 1], 1),
      (["-1", "1"], nil, ["-1", "1"], [0, 1], 1),
      // As pandas writes whole numbers beside missing ones.
      (["1.0", "", "0.0"], nil, ["0", "1"], [1, nil, 0], 0),
      (["yes", "nan", "no", "NA"], nil, ["no", "yes"], [1, nil, 0, nil], 0),
      (["yes ", "yes", " no"], nil, ["no", "yes"], [1, 1, 0], 1),
      (["yes, please", "no"], nil, ["no", "yes, please"], [1, 0], 0),
      (["a", "c"], ["c", "b", "a"], ["c", "b", "a"], [2, 0], 0),
      (["0", "2"], ["c", "b", "a"], ["c", "b", "a"], [0, 2], 0),
      (["1", "3"], ["c", "b", "a"], ["c", "b", "a"], [0, 2], 1),
      (["None", "a"], ["None", "a"], ["None", "a"], [0, 1], 0),
      (["Yes", "yes"], ["Yes", "yes"], ["Yes", "yes"], [0, 1], 0),
      (["0.5", "1.5"], ["0.5", "1.5"], ["0.5", "1.5"], [0, 1], 0),
      (["a|b", "a"], ["a", "a|b"], ["a", "a|b"], [1, 0], 0),
    ] as [([String], [String]?, [String], [Int?], Int)])
  func classesOfColumns(
    cells: [String], names: [String]?, classes: [String], codes: [Int?], notes: Int
  ) throws {
    let labels = try Self.read(cells, names)
    #expect(labels.classes == classes)
    #expect(labels.codes == codes)
    #expect(labels.notes.count == notes)
  }

  @Test func notesSayWhatWasDone() throws {
    #expect(
      try Self.read(["2", "1 "]).notes == [
        "the labels in column 'label' are '1', '2': the classes are called so",
        "white space around the values of column 'label' is left out, as in '1 '",
      ])
    #expect(try Self.read(["1", "2"], ["a", "b"]).notes == ["the labels count from 1: 1 is 'a'"])
  }

  private static let several =
    "is several labels; set task=multilabel, keep one a "
    + "sample, or list such values as classes, classes=[\"TEXT\", ...]"
  private static let quantities =
    "these are no classes but a regression's targets; set task=regression, bring them into a few named ranges, or "
    + "list them as classes, classes=[\"TEXT\", ...]"
  private static let spellings =
    "in column 'label' may be one class; write both alike, or list all classes, "
    + "classes=[\"TEXT\", ...]"

  @Test(
    arguments: [
      (["yes", "Yes", "yes"], "Yes", "t.csv:3: 'yes' (2 rows) and 'Yes' (1 row) " + spellings),
      (["01", "1", "2"], "1", "t.csv:3: '01' (1 row) and '1' (1 row) " + spellings),
      (["a  b", "c", "A b"], "A b", "t.csv:4: 'a  b' (1 row) and 'A b' (1 row) " + spellings),
      (
        ["0.25", "0.5", "1"], "0.25",
        "t.csv:2: column 'label' holds quantities such as '0.25', 3 different ones in 3 rows: "
          + quantities
      ),
      (
        ["1", "0,25"], "0,25",
        "t.csv:3: column 'label' holds quantities such as '0,25', 2 different ones in 2 rows: "
          + quantities
      ),
      (["a", "a|b"], "a|b", "t.csv:3: 'a|b' in column 'label' " + several),
      (["['a', 'b']", "a"], "['a', 'b']", "t.csv:2: '['a', 'b']' in column 'label' " + several),
      (["a", "b, a"], "b, a", "t.csv:3: 'b, a' in column 'label' " + several),
      (
        (0..<30).map { "s\($0).wav" }, "s0.wav",
        "t.csv:2: column 'label' has 30 different values in 30 rows, such as 's0.wav', 's1.wav', 's2.wav', …: "
          + "these are not classes; name the column of classes with label=COLUMN, or list them, "
          + "classes=[\"TEXT\", ...]"
      ),
    ] as [([String], String, String)])
  func refusals(cells: [String], text: String, problem: String) {
    #expect(
      message { _ = try Self.read(cells) } == problem.replacing("TEXT", with: text))
  }

  @Test func namedClassesThatDoNotFit() {
    #expect(
      message { _ = try Self.read(["0", "4"], ["a", "b", "c"]) }
        == "t.csv:3: label 4 is not one of the 3 classes, which are numbered from 0 to 2; name as many classes as "
        + "there are, or correct the cell")
    #expect(
      message { _ = try Self.read(["yes"], ["yes", "yes", "no"]) }
        == "classes: the class 'yes' is listed twice; give each class one name of its own")
    #expect(
      message { _ = try Self.read(["yes"], ["yess", "no"]) }
        == "t.csv:2: 'yes' is not one of the 2 classes; did you mean 'yess'?")
  }

  @Test func namesOfModalities() throws {
    func problem(_ names: [String]) -> String? {
      message { try ModalityNames.check(names, at: "t.csv:1", renaming: "the column") }
    }
    #expect(problem(["audio", "visual-2", "x_1"]) == nil)
    for (name, suggestion) in [
      ("my audio", "my_audio"), ("../../x/y", "x_y"), ("Größe", "Groe"),
      ("label", "modality_label"),
      ("Fused", "modality_Fused"), ("2", "modality_2"), ("", "modality"), ("a.b", "a_b"),
      ("日本", "modality"),
    ] {
      #expect(
        problem(["audio", name])
          == "t.csv:1: '\(name)' cannot name a modality; rename the column, for example to '\(suggestion)': up "
          + "to 64 letters of ASCII, digits, '-' and '_', a letter among them, and not label, group, id, fused"
      )
    }
    #expect(problem([String(repeating: "a", count: 65)]) != nil)
    #expect(
      problem(["audio", "Audio"])
        == "t.csv:1: the modalities 'audio' and 'Audio' differ only in case; rename the column")
    #expect(problem(["a", "a"]) == "t.csv:1: two modalities are called 'a'; rename the column")
  }
}

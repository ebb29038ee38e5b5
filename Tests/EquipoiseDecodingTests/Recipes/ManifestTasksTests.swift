// SPDX-License-Identifier: Apache-2.0
import Equipoise
import EquipoiseFormats
import Foundation
import Testing

@testable import EquipoiseData
@testable import EquipoisePreparation

/// Manifests whose rows have several labels, or numbers.
struct ManifestTasksTests {
  private let tree: RawTree

  init() throws {
    tree = try RawTree()
    for row in 0..<8 {
      let numbers = (0..<3).map { Float(3 * row + $0) }
      try NPY.write(HostArray(floats: numbers, shape: [3]), to: tree.path + "/\(row).npy")
    }
  }

  private func manifest(_ head: String, _ cells: [String]) throws {
    let rows = cells.enumerated().map { row, cell in
      "\(row),\(row < 5 ? "train" : "test"),\(cell),\(row).npy\n"
    }
    try tree.write("id,split,\(head),x\n" + rows.joined(), to: "manifest.csv")
  }

  @Test func numbersOfTheTargetColumn() throws {
    try manifest("target", (0..<8).map { "\($0).5" })
    let data = try tree.prepare("manifest", ["task=regression", "unit=s", "range=[0, 10]"])
    #expect(
      data.description.targets == [TargetDescription(name: "target", unit: "s", range: 0...10)])
    // The column of numbers is no modality.
    #expect(data.modalities.map(\.name) == ["x"])
    #expect(try data.samples(.test).targets == TargetRows([5.5, 6.5, 7.5], width: 1))
  }

  @Test func severalColumnsOfNumbersAndLabels() throws {
    try manifest("a,b", (0..<8).map { "\($0),\($0 % 2)" })
    let numbers = try tree.prepare("manifest", ["task=regression", "targets=[b, a]"])
    #expect(try numbers.samples(.test).targets == TargetRows([1, 5, 0, 6, 1, 7], width: 2))
    try manifest("a,b", (0..<8).map { "\($0 % 3 == 0 ? 1 : 0),\($0 % 2)" })
    let labels = try tree.prepare("manifest", ["task=multilabel", "labels=[a, b]"])
    #expect(labels.description.classes == ["a", "b"])
    #expect(try labels.samples(.test).targets == TargetRows([0, 1, 1, 0, 0, 1], width: 2))
  }

  @Test func listsOfLabelsWithoutSplits() throws {
    let cells = ["red|round", "", "round", "red", "red", "round|red", "red", "round"]
    let rows = cells.enumerated().map { "\($0),\($1),g\($0 / 2),\($0).npy\n" }
    try tree.write("id,label,group,x\n" + rows.joined(), to: "manifest.csv")
    let data = try tree.prepare("manifest", ["task=multilabel", "testShare=0.25"])
    #expect(data.description.classes == ["red", "round"])
    let (train, test) = (try data.samples(.train), try data.samples(.test))
    #expect(train.count == 6 && test.count == 2)
    #expect(Set(train.groups ?? []).isDisjoint(with: test.groups ?? []))
  }

  /// A dataset is made again for other numbers, and only then.
  @Test func otherNumbersAreAnotherDataset() throws {
    try manifest("target", (0..<8).map(String.init))
    let first = try tree.prepare("manifest", ["task=regression"]).fingerprint
    #expect(try tree.prepare("manifest", ["task=regression"]).fingerprint == first)
    try manifest("target", (0..<8).map { "\($0 + 1)" })
    let second = try tree.prepare("manifest", ["task=regression"])
    #expect(second.fingerprint != first)
    #expect(try second.samples(.test).targets == TargetRows([6, 7, 8], width: 1))
  }

  @Test func refusals() throws {
    try manifest("target", (0..<8).map { $0 == 2 ? "" : "\($0)" })
    #expect(
      tree.problem("manifest", ["task=regression"])?.contains("the sample has no label") == true)
    try manifest("target", (0..<8).map(String.init))
    #expect(
      tree.problem("manifest", ["task=regression", "range=[0, 3]"])?
        .contains("manifest.csv:6: 4 is outside the range of the target 'target'") == true)
    #expect(
      tree.problem("manifest", ["task=regression", "labels=[a]"])?.contains("set task=multilabel")
        == true)
    try FileManager.default.removeItem(atPath: tree.path + "/manifest.csv")
    #expect(
      tree.problem("manifest", ["task=regression"])?
        .contains("write a table manifest.csv with the labels or numbers") == true)
  }
}

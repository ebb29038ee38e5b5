// SPDX-License-Identifier: Apache-2.0
import Equipoise
import EquipoiseFormats
import EquipoiseTestSupport
import Foundation
import Testing

/// Names of classes that would steer a terminal or a spreadsheet.
struct HostileNamesTests {
  private static let classes = ["\u{1B}[31mred\u{7}", "=1+1", "\u{202E}txt.exe\nforged: 100.0 %"]
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    let data = folder.file("data")
    try TinyDataset.write(to: data, train: 12, test: 6)
    let path = data + "/dataset.json"
    var text = try String(contentsOfFile: path, encoding: .utf8)
    for (old, new) in zip(TinyDataset.classes, Self.classes) {
      let quoted = String(decoding: try JSONEncoder().encode(new), as: UTF8.self)
      text = text.replacing("\"\(old)\"", with: quoted)
    }
    try text.write(toFile: path, atomically: true, encoding: .utf8)
  }

  private func run(_ arguments: [String], status: Int32 = 0) throws -> String {
    let outcome = try CommandLineTool.run(arguments)
    #expect(outcome.status == status, "\(outcome.errors)")
    return outcome.output + outcome.errors
  }

  private func expectPlain(_ text: String, sourceLocation: SourceLocation = #_sourceLocation) {
    let steering: Set<Unicode.Scalar> = ["\u{1B}", "\u{7}", "\u{202E}", "\r"]
    let isPlain = steering.isDisjoint(with: text.unicodeScalars)
    #expect(isPlain, sourceLocation: sourceLocation)
    #expect(!text.contains("\nforged"), sourceLocation: sourceLocation)
  }

  @Test func areShownAndWrittenOut() throws {
    let (data, out) = (folder.file("data"), folder.file("run"))
    let inspection = try run(["inspect", "--data", data] + TinyDataset.model)
    expectPlain(inspection)
    #expect(inspection.contains("\\u001B[31mred\\u0007"))
    _ = try run(
      ["train", "--data", data, "--out", out, "--epochs", "1", "--quiet"] + TinyDataset.model)
    expectPlain(try run(["predict", out, data]))
    let json = try run(["inspect", out, "--format", "json"])
    expectPlain(json)
    let object = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
    #expect((object?["dataset"] as? [String: Any])?["classes"] as? [String] == Self.classes)
    expectPlain(
      try run(["inspect", "--data", folder.file("\u{1B}]0;title\u{7}\u{202E}")], status: 1))

    // For other programs names stay as they are, but for what a spreadsheet would run.
    let file = folder.file("out.csv")
    _ = try run(["predict", out, data, "--format", "csv", "--out", file])
    let table = try CSV.read(file)
    #expect(table.header.contains("fused: =1+1"))
    let labels = Set(try table.column("label"))
    #expect(labels == [Self.classes[0], "'=1+1", Self.classes[2]])
    let numbers = try table.column("fused: =1+1").map { Double($0) }
    #expect(!numbers.contains(nil))
  }
}

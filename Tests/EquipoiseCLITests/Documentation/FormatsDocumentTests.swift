// SPDX-License-Identifier: Apache-2.0
import EquipoiseTestSupport
import Foundation
import Testing

/// docs/formats.md against files that the program writes today and that it wrote formerly: every key that is there is
/// documented with its type, and every documented key that is not optional is there.
struct FormatsDocumentTests {
  /// A row of a table of keys.
  private struct Key {
    let path: [String]
    let type: String
    let mayBeAbsent: Bool

    /// Whether a key of a file is the one that the row describes.
    func matches(_ found: [String]) -> Bool {
      guard found.count == path.count || found.count > path.count && isOpen else { return false }
      return zip(path, found).allSatisfy { pattern, key in
        let (name, items) = (pattern.prefix { $0 != "[" }, pattern.drop { $0 != "[" })
        let isName = name.allSatisfy { $0.isUppercase }
        return isName ? key.hasSuffix(items) || found.count > path.count : pattern == key
      }
    }

    /// A last name that may hold dots of its own.
    private var isOpen: Bool { path.last?.allSatisfy(\.isUppercase) == true }

    func takes(_ value: Any) -> Bool {
      switch value {
      case let number as NSNumber where type.contains("true or false"):
        FormatsDocumentTests.isBoolean(number)
      case let number as NSNumber where type.contains("integer"):
        !FormatsDocumentTests.isBoolean(number)
          && number.doubleValue == number.doubleValue.rounded()
      case is NSNumber: type.contains("number")
      case is String: type.contains("text")
      case is NSNull: type.contains("null")
      default: false
      }
    }
  }

  fileprivate static func isBoolean(_ number: NSNumber) -> Bool {
    String(cString: number.objCType) == "c"
  }

  /// The tables of keys, by the name of the section.
  private static let tables: [String: [Key]] = {
    var tables: [String: [Key]] = [:]
    let page = Document.all.first { $0.name == "docs/formats.md" }?.text ?? ""
    for section in page.components(separatedBy: "\n## `").dropFirst() {
      let name = String(section.prefix { $0 != "`" })
      guard let table = section.components(separatedBy: "\n| key | type |").dropFirst().first else {
        continue
      }
      let rows = table.components(separatedBy: "\n\n")[0].split(separator: "\n").dropFirst(2)
      tables[name] = rows.map { row in
        let cells = row.split(separator: "|", omittingEmptySubsequences: false).map {
          $0.trimmingCharacters(in: .whitespaces)
        }
        let path = cells[1].replacing("`", with: "").split(separator: ".").map(String.init)
        let remarks = cells.dropFirst(2).joined(separator: " ")
        return Key(
          path: path, type: cells[2],
          mayBeAbsent: remarks.contains("optional") || remarks.contains("empty")
            || path.contains("confusion"))
      }
    }
    return tables
  }()

  /// The leaves of a value, with the path of each; items of a list add `[]` to the name before.
  private static func leaves(_ value: Any, _ path: [String] = []) -> [([String], Any)] {
    if let object = value as? [String: Any] {
      return object.flatMap { leaves($0.value, path + [$0.key]) }
    }
    if let list = value as? [Any] {
      let items = path.dropLast() + [(path.last ?? "") + "[]"]
      return list.flatMap { leaves($0, Array(items)) }
    }
    return [(path, value)]
  }

  private static func objects(in path: String) throws -> [Any] {
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let parts = path.hasSuffix("l") ? text.split(separator: "\n").map(String.init) : [text]
    return try parts.map { try JSONSerialization.jsonObject(with: Data($0.utf8)) }
  }

  /// Every file of a kind below some folders.
  private static func files(_ kind: String, in folders: [String]) -> [String] {
    folders.flatMap { folder in
      (FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? [])
        .filter { ($0 as NSString).lastPathComponent == kind }.map { folder + "/" + $0 }
    }
  }

  private func check(_ kind: String, in folders: [String], complete: Bool) throws {
    let table = try #require(Self.tables[kind])
    let files = Self.files(kind, in: folders)
    #expect(!files.isEmpty, "\(kind)")
    var seen = Set<Int>()
    for file in files {
      for (path, value) in try Self.objects(in: file).flatMap({ Self.leaves($0) }) {
        let rows = table.indices.filter { table[$0].matches(path) }
        #expect(!rows.isEmpty, "\(kind): \(path.joined(separator: ".")) is not documented")
        #expect(
          rows.isEmpty || rows.contains { table[$0].takes(value) },
          "\(kind): \(path.joined(separator: ".")) is \(value)")
        seen.formUnion(rows)
      }
    }
    guard complete else { return }
    for index in table.indices where !seen.contains(index) {
      #expect(
        table[index].mayBeAbsent,
        "\(kind): \(table[index].path.joined(separator: ".")) is in no file")
    }
  }

  private static let kinds = [
    "dataset.json", "environment.json", "metrics.jsonl", "result.json", "comparison.json",
    "processes.jsonl",
  ]

  @Test func theFilesOfToday() throws {
    let folder = try TemporaryFolder()
    try TinyDataset.write(to: folder.file("data"))
    func run(_ arguments: [String]) throws {
      let outcome = try CommandLineTool.run(arguments)
      try #require(outcome.status == 0, "\(arguments): \(outcome.errors)")
    }
    try run(
      ["train", "--data", folder.file("data"), "--out", folder.file("run"), "--epochs", "1"]
        + ["--method", "agm", "--quiet"] + TinyDataset.model)
    try run(
      ["compare", "--data", folder.file("data"), "--out", folder.file("compared")]
        + ["--methods", "joint", "--seeds", "0", "--epochs", "1", "--jobs", "1", "--quiet"]
        + TinyDataset.settings)
    try run([
      "predict", folder.file("run"), folder.file("data"), "--format", "jsonl",
      "--out", folder.file("PREDICTIONS.jsonl"),
    ])
    try run(
      ["train", "--data", folder.file("data"), "--out", folder.file("tried")]
        + ["--find-learning-rate"] + TinyDataset.model)
    try run(
      ["sweep", "--data", folder.file("data"), "--out", folder.file("searched"), "--quiet"]
        + [
          "--methods", "joint", "--halving", "2", "--trials", "2", "--seeds", "0", "--epochs", "2",
        ]
        + TinyDataset.settings)
    for kind in Self.kinds + ["statistics.json", "search.json", "learning-rate.json"] {
      try check(kind, in: [folder.file("")], complete: true)
    }
    try check("PREDICTIONS.jsonl", in: [folder.file("")], complete: true)
  }

  @Test func formerFiles() throws {
    let former = Document.path("Tests/EquipoiseCLITests/Former")
    for kind in Self.kinds { try check(kind, in: [former], complete: false) }
  }
}

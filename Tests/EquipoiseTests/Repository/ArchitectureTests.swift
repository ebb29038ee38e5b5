// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// docs/architecture.md says what Package.swift says, and the tests lie as the sources do.
@Suite struct ArchitectureTests {
  private static var root: URL {
    var root = URL(fileURLWithPath: #filePath)
    for _ in 0..<4 { root.deleteLastPathComponent() }
    return root
  }

  private static func text(_ path: String) throws -> String {
    try String(contentsOf: root.appending(path: path), encoding: .utf8)
  }

  /// The paths in a folder that end so, from it.
  private static func files(_ folder: String, _ ending: String) -> [String] {
    let found = FileManager.default.enumerator(atPath: root.appending(path: folder).path)
    return (found?.compactMap { $0 as? String } ?? []).filter { $0.hasSuffix(ending) }
  }

  /// The targets of the table in their order, with those that each stands on.
  private static func documented() throws -> [(name: String, uses: Set<String>)] {
    try text("docs/architecture.md").split(separator: "\n").compactMap { line in
      let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      guard cells.count == 3, cells[0].hasPrefix("`") else { return nil }
      let uses = cells[2].matches(of: /`(\w+)`/).map { String($0.1) }
      return (cells[0].replacing("`", with: ""), Set(uses))
    }
  }

  /// What the manifest lets a target use: its quoted names, less C's and other packages'.
  private static func declared(_ name: String) throws -> Set<String>? {
    let manifest = try text("Package.swift")
    let pattern = try Regex(
      #"(?:arget\(\s*name: "\#(name)",\s*dependencies|floor\(\s*"\#(name)",\s*on): \[((?:[^\[\]]|\[[^\]]*\])*)\]"#
    )
    guard let list = manifest.firstMatch(of: pattern)?.output[1].substring else { return nil }
    let own = list.replacing(/\.product\([^)]*\)/, with: "").matches(of: /"(\w+)"/)
      .map { String($0.1) }
    return Set(own.filter { !($0.first == "C" && $0.dropFirst().first?.isUppercase == true) })
  }

  /// What tests share that the tests of a floor are given.
  private static func support(_ name: String) throws -> Set<String> {
    let pattern = try Regex(
      #"floor\(\s*"\#(name)",\s*on: \[(?:[^\[\]]|\[[^\]]*\])*\],\s*(?:resources: \[[^\]]*\],\s*)?"#
        + #"testedWith: (\w+|\[\])"#)
    switch try text("Package.swift").firstMatch(of: pattern)?.output[1].substring {
    case nil: return ["EquipoiseTestSupport"]
    case "[]": return []
    case "runSupport": return ["EquipoiseTestSupport", "EquipoiseRunTestSupport"]
    case let other?:
      Issue.record("\(name) is tested with \(other)")
      return []
    }
  }

  @Test func tableIsThatOfTheManifest() throws {
    let table = try Self.documented()
    #expect(table.count > 15)
    for (name, uses) in table {
      let declared = try #require(try Self.declared(name), "\(name) is not in Package.swift")
      // What the program uses only where it is installed.
      #expect(declared.subtracting(["EquipoiseMotion"]) == uses, "\(name)")
    }
  }

  @Test func noArrowRunsUp() throws {
    var above: Set<String> = ["EquipoiseMessages"]
    for (name, uses) in try Self.documented() {
      #expect(uses.isSubset(of: above), "\(name) uses \(uses.subtracting(above))")
      above.insert(name)
    }
  }

  /// A room that nobody can read in one sitting is two rooms.
  @Test func noTargetIsTooLarge() throws {
    for (name, _) in try Self.documented() where name != "EquipoiseMethods" {
      let folder = "Sources/\(name)"
      let lines = try Self.files(folder, ".swift").map { file in
        try Self.text("\(folder)/\(file)").count { $0 == "\n" }
      }.reduce(0, +)
      #expect(lines > 0 && lines <= 5500, "\(name) has \(lines) lines")
    }
  }

  /// Those that have tests of their own: all but the programs, which are tested by who starts them.
  private static func tested() throws -> [(name: String, uses: Set<String>)] {
    try documented().filter { !["EquipoiseDecoder", "EquipoiseProgram"].contains($0.name) }
  }

  /// Tests use what the target that they test may use, and what tests share.
  @Test func testsMirrorTargets() throws {
    // What needs FFmpeg, on every floor, and the programs that tests start.
    let more: [String: Set<String>] = [
      "EquipoiseDecodingTests": [
        "EquipoiseCLI", "EquipoiseProgram", "EquipoiseDecoder", "Equipoise", "EquipoiseRecipes",
        "EquipoiseInference", "EquipoiseTraining", "EquipoisePreparation", "EquipoiseData",
        "EquipoiseMethods", "EquipoiseModels", "EquipoiseSettings", "EquipoiseTorch",
      ], "EquipoiseCLITests": ["EquipoiseProgram", "EquipoiseDecoder"],
    ]
    let shared: Set = ["EquipoiseTestSupport", "EquipoiseRunTestSupport"]
    let uses = Dictionary(uniqueKeysWithValues: try Self.documented().map { ($0.name, $0.uses) })
    func below(_ name: String) -> Set<String> {
      (uses[name] ?? []).reduce(into: [name]) { $0.formUnion(below($1)) }
    }
    for (name, _) in try Self.tested() {
      let tests = name + "Tests"
      let declared = try Self.declared(tests) ?? Self.support(name)
      let allowed = below(name).union(more[tests] ?? []).union(declared.intersection(shared))
      #expect(declared.isSubset(of: allowed), "\(tests)")
      let files = Self.files("Tests/\(tests)", "Tests.swift")
      #expect(!files.isEmpty, "\(tests) has no tests")
      for file in Self.files("Tests/\(tests)", ".swift") {
        let imports = try Self.text("Tests/\(tests)/\(file)").matches(
          of: /(?m)^(?:@testable |public )?import (Equipoise\w*)/)
        let found = Set(imports.map { String($0.1) })
        #expect(
          found.isSubset(of: allowed),
          "\(tests)/\(file) uses \(found.subtracting(allowed).sorted())")
      }
    }
  }

  /// A test lies where its source lies.
  @Test func foldersOfTestsAreThoseOfSources() throws {
    let exceptions: Set = [
      "EquipoiseTrainingTests/Methods",  // whole runs with each method
      "EquipoiseTorchTests/Shim",  // CEquipoiseTorch
    ]
    // Those of the umbrella, of the program and of FFmpeg test more than one target.
    let others = ["Equipoise", "EquipoiseCLI", "EquipoiseDecoding"]
    for (name, _) in try Self.tested() where !others.contains(name) {
      for file in Self.files("Tests/\(name)Tests", ".swift") {
        let folder = file.split(separator: "/").dropLast().joined(separator: "/")
        guard !exceptions.contains(where: { "\(name)Tests/\(file)".hasPrefix($0 + "/") }) else {
          continue
        }
        var isFolder: ObjCBool = false
        let source = Self.root.appending(path: "Sources/\(name)/\(folder)").path
        #expect(
          FileManager.default.fileExists(atPath: source, isDirectory: &isFolder)
            && isFolder.boolValue, "Tests/\(name)Tests/\(file)")
      }
    }
  }
}

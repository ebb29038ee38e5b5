// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// docs/architecture.md says what Package.swift says.
@Suite struct ArchitectureTests {
  private static func text(_ path: String) throws -> String {
    var root = URL(fileURLWithPath: #filePath)
    for _ in 0..<4 { root.deleteLastPathComponent() }
    return try String(contentsOf: root.appending(path: path), encoding: .utf8)
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
      #"arget\(\s*name: "\#(name)",\s*dependencies: \[((?:[^\[\]]|\[[^\]]*\])*)\]"#)
    guard let list = manifest.firstMatch(of: pattern)?.output[1].substring else { return nil }
    let own = list.replacing(/\.product\([^)]*\)/, with: "").matches(of: /"(\w+)"/)
      .map { String($0.1) }
    return Set(own.filter { !($0.first == "C" && $0.dropFirst().first?.isUppercase == true) })
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
    var root = URL(fileURLWithPath: #filePath)
    for _ in 0..<4 { root.deleteLastPathComponent() }
    for (name, _) in try Self.documented() where name != "EquipoiseMethods" {
      let folder = root.appending(path: "Sources/\(name)")
      let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
      var lines = 0
      while let file = files?.nextObject() as? URL {
        guard file.pathExtension == "swift" else { continue }
        lines += try String(contentsOf: file, encoding: .utf8).count { $0 == "\n" }
      }
      #expect(lines > 0 && lines <= 5500, "\(name) has \(lines) lines")
    }
  }
}

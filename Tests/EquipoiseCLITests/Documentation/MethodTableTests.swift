// SPDX-License-Identifier: Apache-2.0
import Equipoise
import Foundation
import Testing

@testable import EquipoiseCLI

/// README's table of methods against what the methods say of themselves.
struct MethodTableTests {
  /// The rows of the table: names and what stands under "needs".
  private func rows() throws -> [(names: [String], needs: String)] {
    let readme = try String(contentsOfFile: Document.path("README.md"), encoding: .utf8)
    let table = try #require(readme.components(separatedBy: "| name | what | needs |\n").last)
    return table.split(separator: "\n").dropFirst().prefix { $0.hasPrefix("|") }.map { row in
      let cells = row.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      return (
        cells[0].matches(of: /`([^`]+)`/).map { String($0.1) }, cells.count > 2 ? cells[2] : ""
      )
    }
  }

  @Test func hasEveryMethod() throws {
    #expect(try rows().flatMap(\.names).sorted() == MethodCatalogue.standard.names.sorted())
  }

  @Test func saysWhatEachNeeds() throws {
    for row in try rows() {
      for name in row.names {
        let method = try #require(MethodCatalogue.standard.methods.first { $0.name == name })
        let settings = row.needs.matches(of: /`([^`]+)`/).map { String($0.1) }
        #expect(settings == method.needs.settings, "\(name)")
        #expect(row.needs.contains("equal depths") == method.needs.equalDepths, "\(name)")
      }
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
import Equipoise
import Foundation
import Testing

/// The table of docs/tasks.md against what the methods say of themselves.
struct TaskTableTests {
  private static func cell(_ rule: TaskRule) -> String {
    switch rule {
    case .published(let text): "published: \(text)"
    case .stated(let text): "stated: \(text)"
    case .refused(let reason): "refused: \(reason)"
    }
  }

  @Test func saysWhatEveryMethodDoes() throws {
    let text = try String(contentsOfFile: Document.path("docs/tasks.md"), encoding: .utf8)
    for method in MethodCatalogue.standard.methods {
      let rules = method.needs.tasks
      let row =
        "| `\(method.name)` | \(Self.cell(rules.multilabel)) | \(Self.cell(rules.regression)) |"
      #expect(text.contains(row + "\n"), "\(row)")
    }
  }

  /// The table of docs/missing.md.
  @Test func saysWhatEveryMethodDoesWithoutAModality() throws {
    let text = try String(contentsOfFile: Document.path("docs/missing.md"), encoding: .utf8)
    for method in MethodCatalogue.standard.methods {
      let row = "| `\(method.name)` | \(Self.cell(method.needs.missing)) |"
      #expect(text.contains(row + "\n"), "\(row)")
    }
  }

  /// Every loss with every setting that it has.
  @Test func listsEveryLoss() throws {
    let text = try String(contentsOfFile: Document.path("docs/tasks.md"), encoding: .utf8)
    for loss in TrainingCatalogue.standard.losses {
      #expect(text.contains("`\(loss.name)`"), "\(loss.name)")
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// A page of the documentation, and the commands that it shows.
struct Document: CustomTestStringConvertible {
  /// The page's path from the sources' root.
  let name: String
  let text: String

  var testDescription: String { name }

  /// Every page.
  static let all: [Document] = {
    let folders = ["docs", "docs/comparison", "Sources/Equipoise/Equipoise.docc"]
    let pages = folders.flatMap { folder in
      let names = (try? FileManager.default.contentsOfDirectory(atPath: path(folder))) ?? []
      return names.filter { $0.hasSuffix(".md") }.sorted().map { "\(folder)/\($0)" }
    }
    return (["README.md"] + pages).compactMap { name in
      (try? String(contentsOfFile: path(name), encoding: .utf8)).map {
        Document(name: name, text: $0)
      }
    }
  }()

  /// The path of a file of the sources.
  static func path(_ name: String) -> String {
    var folder = URL(fileURLWithPath: #filePath)
    for _ in 0..<4 { folder.deleteLastPathComponent() }
    return folder.appending(path: name).path
  }

  /// What the page's blocks of one language hold, in their order.
  func blocks(_ language: String) -> [String] {
    text.components(separatedBy: "\n```\(language)\n").dropFirst().map {
      $0.components(separatedBy: "\n```")[0]
    }
  }

  /// The lines of the blocks for a shell; a command that goes on in the next line is one.
  var commands: [String] {
    blocks("sh").joined(separator: "\n").replacing("\\\n", with: " ").split(separator: "\n")
      .map(String.init)
  }

  /// The commands that stand in the middle of a sentence, `equipoise …`.
  var quoted: [String] {
    let outside = text.components(separatedBy: "\n```").enumerated().filter {
      $0.offset.isMultiple(of: 2)
    }
    return outside.flatMap { part in
      part.element.components(separatedBy: "`").enumerated().filter { !$0.offset.isMultiple(of: 2) }
        .map { $0.element.replacing("\n", with: " ") }.filter { $0.hasPrefix("equipoise ") }
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// What the `tokenizers` package makes of some strings (References/tokenizers_golden.py).
struct TokenizerGolden: Decodable {
  let texts: [String]
  let ids: [String: [[Int]]]
  /// Of at most eight tokens, by the side that is cut.
  let cut: [String: [[Int]]]

  /// The kinds of tokenisers.
  static let kinds = [
    "bert-cased", "bert-uncased", "gpt2", "roberta", "clip", "gpt4", "t5", "xlmr", "llama", "words",
  ]

  static func path(_ name: String) throws -> String {
    try #require(
      Bundle.module.url(forResource: name, withExtension: "json", subdirectory: "Goldens")
    ).path
  }

  static func read() throws -> TokenizerGolden {
    try JSONDecoder().decode(
      Self.self, from: Data(contentsOf: URL(fileURLWithPath: path("cases"))))
  }
}

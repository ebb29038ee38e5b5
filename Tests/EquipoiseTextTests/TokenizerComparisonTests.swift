// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import EquipoiseText

/// Tokenisers beside the `tokenizers` package on 100 000 strings, which `References/tokenizers_golden.py FOLDER` writes:
/// EQUIPOISE_TOKENS names the folder.
@Suite struct TokenizerComparisonTests {
  private static let folder = ProcessInfo.processInfo.environment["EQUIPOISE_TOKENS"]

  @Test(.enabled(if: folder != nil, "EQUIPOISE_TOKENS names no folder"))
  func everyStringHasTheLibrarysIds() throws {
    let folder = try #require(Self.folder)
    let texts = try JSONDecoder().decode(
      [String].self, from: Data(contentsOf: URL(fileURLWithPath: folder + "/texts.json")))
    let megabytes = Double(texts.reduce(0) { $0 + $1.utf8.count }) / 1e6
    let kinds = try FileManager.default.contentsOfDirectory(atPath: folder)
      .filter { $0.hasSuffix(".ids") }.map { String($0.dropLast(4)) }.sorted()
    #expect(texts.count == 100_000 && !kinds.isEmpty)
    for kind in kinds {
      let tokenizer = try Tokenizer(path: "\(folder)/\(kind).json")
      let expected = try String(contentsOfFile: "\(folder)/\(kind).ids", encoding: .utf8)
        .split(separator: "\n", omittingEmptySubsequences: false)
      let start = ContinuousClock.now
      let found = try texts.map { try tokenizer.ids(of: $0) }
      let seconds = (ContinuousClock.now - start) / .seconds(1)
      let different = texts.indices.filter {
        found[$0].map(String.init).joined(separator: " ") != expected[$0]
      }
      print("\(kind): \(different.count) of \(texts.count) differ; \(megabytes / seconds) MB/s")
      #expect(different.isEmpty, "\(kind): \(different.first.map { texts[$0] } ?? "")")
    }
  }
}

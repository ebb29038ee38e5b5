// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation

/// What `--seeds` takes.
enum SeedList {
  /// The seeds in a text such as `0,1,2` or `0..4`, each once. Throws what is wrong with it.
  static func seeds(in text: String) throws -> [Int] {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    let lists = parts.map { range(String($0)) }
    let found = lists.compactMap { $0 }.flatMap { $0 }
    guard !lists.contains(where: { $0 == nil }), !found.isEmpty,
      Set(found).count == found.count
    else {
      throw ValidationError(
        "--seeds \(text) is not a list of different numbers from 0; for example --seeds 0,1,2 or 0..4"
      )
    }
    return found
  }

  private static func range(_ text: String) -> [Int]? {
    let ends = text.components(separatedBy: "..").map { Int($0) }
    guard let first = ends[0], let last = ends[ends.count - 1], ends.count <= 2, first >= 0,
      last >= first, last - first < 10_000
    else { return nil }
    return Array(first...last)
  }
}

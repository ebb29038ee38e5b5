// SPDX-License-Identifier: Apache-2.0
/// Suggestions for misspelt names.
package enum Nearest {
  /// The candidate closest to `name`, or nil when none is close enough to be what was meant.
  package static func match(_ name: String, in candidates: [String]) -> String? {
    matches(name, in: candidates, limit: 1).first
  }

  /// At most `limit` candidates close to `name`, the closest first (ties in alphabetical order).
  package static func matches(_ name: String, in candidates: [String], limit: Int) -> [String] {
    let wanted = Array(name.lowercased().unicodeScalars)
    guard wanted.count <= longest else { return [] }
    let near = candidates.compactMap { candidate -> (distance: Int, name: String)? in
      let letters = Array(candidate.lowercased().unicodeScalars)
      // A third of the letters may differ: "adio" finds "audio", "x" finds nothing.
      let allowed = max(wanted.count, letters.count) / 3
      guard letters.count <= longest, abs(letters.count - wanted.count) <= allowed else {
        return nil
      }
      let distance = editDistance(wanted, letters)
      return distance <= max(allowed, 1) ? (distance, candidate) : nil
    }
    return near.sorted { ($0.distance, $0.name) < ($1.distance, $1.name) }
      .prefix(limit).map(\.name)
  }

  /// A half sentence for an error message: "did you mean 'audio'?", or the names that exist.
  package static func hint(_ name: String, in candidates: [String]) -> String {
    let near = matches(name, in: candidates, limit: 3)
    if !near.isEmpty {
      return "did you mean \(near.map { "'\($0)'" }.joined(separator: " or "))?"
    }
    if candidates.isEmpty { return "there is none to choose from" }
    let shown = candidates.sorted().prefix(8).map { "'\($0)'" }.joined(separator: ", ")
    return "choose from \(shown)"
      + (candidates.count > 8 ? " and \(candidates.count - 8) more" : "")
  }

  /// No person types a name longer than this; comparing such names would be quadratic.
  private static let longest = 200

  /// Insertions, deletions, replacements and swaps of neighbours that turn `first` into `second`.
  private static func editDistance(_ first: [Unicode.Scalar], _ second: [Unicode.Scalar]) -> Int {
    var beforePrevious: [Int] = []
    var previous = Array(0...second.count)
    for (i, letter) in first.enumerated() {
      var current = [i + 1]
      current.reserveCapacity(second.count + 1)
      for (j, other) in second.enumerated() {
        let replaced = previous[j] + (letter == other ? 0 : 1)
        var best = min(replaced, previous[j + 1] + 1, current[j] + 1)
        if i > 0, j > 0, letter == second[j - 1], first[i - 1] == other {
          best = min(best, beforePrevious[j - 1] + 1)
        }
        current.append(best)
      }
      (beforePrevious, previous) = (previous, current)
    }
    return previous[second.count]
  }
}

/// Finds what the user most likely meant.
enum Suggestion {
  /// The candidate closest to `name`, or nil when more than a third of the letters differ.
  static func match(_ name: String, in candidates: [String]) -> String? {
    let wanted = Array(name.lowercased().unicodeScalars)
    let near = candidates.compactMap { candidate -> (distance: Int, name: String)? in
      let letters = Array(candidate.lowercased().unicodeScalars)
      let allowed = max(1, max(wanted.count, letters.count) / 3)
      guard abs(letters.count - wanted.count) <= allowed else { return nil }
      let distance = editDistance(wanted, letters)
      return distance <= allowed ? (distance, candidate) : nil
    }
    return near.min { ($0.distance, $0.name) < ($1.distance, $1.name) }?.name
  }

  /// `did you mean 'NAME'?`, or the names that exist.
  static func hint(_ name: String, in candidates: [String]) -> String {
    if let near = match(name, in: candidates) { return "did you mean '\(near)'?" }
    if candidates.isEmpty { return "there is none to choose from" }
    return "choose from " + candidates.map { "'\($0)'" }.joined(separator: ", ")
  }

  /// Insertions, deletions, replacements and swaps of neighbours that turn `first` into `second`.
  private static func editDistance(_ first: [Unicode.Scalar], _ second: [Unicode.Scalar]) -> Int {
    var beforePrevious: [Int] = []
    var previous = Array(0...second.count)
    for (i, letter) in first.enumerated() {
      var current = [i + 1]
      for (j, other) in second.enumerated() {
        var best = min(
          previous[j] + (letter == other ? 0 : 1), previous[j + 1] + 1, current[j] + 1)
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

// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseSettings

/// What the split column calls the splits.
public struct SplitValues: ConfigurationSection {
  /// Training.
  public var train = ["train"]
  /// Validation.
  public var validation = ["validation", "valid", "val", "dev"]
  /// Test.
  public var test = ["test"]

  /// The defaults.
  public init() {}
}

extension SplitValues: RangeChecking {
  /// A word that stands for two splits would put samples into the one that happens to come first.
  public func check(at path: ConfigPath) throws {
    var meaning: [String: String] = [:]
    for (split, words) in [("train", train), ("validation", validation), ("test", test)] {
      for word in words {
        let known = meaning.updateValue(split, forKey: word)
        guard known == nil else {
          let place = path.appending(split)
          throw ConfigIssue(
            at: place,
            "\(place) lists '\(word)' \(known == split ? "twice" : "as \(known ?? "") does")",
            fix: "list each word once")
        }
      }
    }
  }
}

/// The splits that the words of a table stand for.
package struct SplitWords {
  private let splits: [String: Split]

  /// The words that settings name.
  ///
  /// - Parameters:
  ///   - values: the settings.
  ///   - takesNames: whether `train`, `validation` and `test` mean themselves where the settings say nothing of them.
  package init(_ values: SplitValues, takesNames: Bool = false) {
    let pairs =
      [(Split.train, values.train), (.validation, values.validation), (.test, values.test)]
      .flatMap { split, words in words.map { ($0, split) } }
      + (takesNames ? Split.allCases.map { ($0.rawValue, $0) } : [])
    splits = Dictionary(pairs, uniquingKeysWith: { first, _ in first })
  }

  /// Every word, sorted.
  package var words: [String] { splits.keys.sorted() }

  /// The split that a word stands for, as it is written or in lower case; nil for one that stands for none.
  package subscript(word: String) -> Split? { splits[word] ?? splits[word.lowercased()] }
}

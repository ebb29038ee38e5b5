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

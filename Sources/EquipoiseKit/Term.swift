// SPDX-License-Identifier: Apache-2.0
internal import Synchronization

/// What a sentence asks the user to give or do, and each interface spells in its own way: the library in the words
/// of its functions and settings, the command line by flags and commands.
///
/// `"say so with \(.setting("levels=[class]"))"` is "say so with levels=[class]" in a Swift program, and "say so with
/// --set 'levels=[class]'" from the command that has this flag.
package enum Term: Equatable, Sendable {
  /// A setting of a configuration or a recipe, as `key.path=value`.
  case setting(String)
  /// What a function or command is given: its name, such as `maxCorrupt`, or with a value `maxCorrupt=N`.
  case argument(String)
  /// The folder of a run.
  case runFolder
  /// The folder of a comparison.
  case comparisonFolder
  /// The folder of a prepared dataset.
  case datasetFolder
  /// Looking at every number of a dataset.
  case dataCheck
  /// Preparation of `input` by a recipe.
  case recipe(String, input: String)
  /// An imperative: preparing a dataset once more as it was prepared.
  case preparingAgain
  /// An imperative: doing a run or comparison, whose noun this is, once more, which continues it.
  case repeating(String)
  /// Import of an encoder's weights with an argument, as `channels=1`.
  case importing(String)
  /// An imperative about the package itself, which a clone of it has a target of `make` for: `build it again`.
  case byMake(String, target: String)

  /// How the library spells it.
  package var plain: String {
    switch self {
    case .setting(let text), .argument(let text): text
    case .runFolder: "the folder of a run"
    case .comparisonFolder: "the folder of a comparison"
    case .datasetFolder: "the folder of a prepared dataset"
    case .dataCheck: "a check of the data"
    case .recipe(let name, _): "the recipe '\(name)'"
    case .preparingAgain: "prepare the dataset again"
    case .repeating(let noun): "repeat the \(noun)"
    case .importing(let text): "an import of the weights with \(text)"
    case .byMake(let text, _): text
    }
  }

  private static let held = Mutex<@Sendable (Term) -> String>({ $0.plain })

  /// How this program spells terms: as the library does, until the program's start says otherwise. Like a language,
  /// it is one for the whole program, as sentences also come from threads, in notes and inside other sentences.
  package static var spelling: @Sendable (Term) -> String {
    get { held.withLock { $0 } }
    set { held.withLock { $0 = newValue } }
  }
}

extension DefaultStringInterpolation {
  /// Writes a term as this program spells it.
  package mutating func appendInterpolation(_ term: Term) {
    appendLiteral(Term.spelling(term))
  }
}

// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseSettings

/// Texts of a table's column, or of .txt files, as ids of tokens.
public struct TextConfiguration: FeatureSettings {
  /// The name.
  public static let name = "text"
  /// What it makes.
  public static let summary = "ids of the tokens of a text, of a column of texts or of .txt files"

  /// A tokenizer.json, or the folder that holds one; a text cannot do without.
  public var tokenizer: String?
  /// Tokens of a sample, special ones included: `auto` keeps all of the longest text, but no more than the tokeniser says,
  /// or 512; longer texts are cut.
  public var maxLength = TextLength.auto

  /// The defaults.
  public init() {}
}

/// How many tokens of a text are kept.
public enum TextLength: Equatable, Sendable, Codable {
  /// As the data and the tokeniser say.
  case auto
  /// So many.
  case tokens(Int)

  /// Reads `auto` or a number.
  public init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    if let word = try? value.decode(String.self), word == "auto" {
      self = .auto
    } else {
      self = .tokens(try value.decode(Int.self))
    }
  }

  /// Writes `auto` or the number.
  public func encode(to encoder: any Encoder) throws {
    var value = encoder.singleValueContainer()
    switch self {
    case .auto: try value.encode("auto")
    case .tokens(let count): try value.encode(count)
    }
  }
}

extension TextConfiguration: RangeChecking {
  /// Throws for the first value out of its range.
  public func check(at path: ConfigPath) throws {
    if case .tokens(let count) = maxLength {
      try path.check("maxLength", count, .atLeast(1, to: 1 << 20))
    }
  }
}

// SPDX-License-Identifier: Apache-2.0

/// What there is to know of a method before it is chosen: the parts of its page that its code does not say itself.
///
/// Paragraphs are Markdown; lines of one paragraph are joined where they are shown.
public struct MethodPage: Sendable {
  /// When to use it, and when not.
  public let use: String
  /// Its equations, as lines of plain text.
  public let equations: String
  /// The settings of the paper and of the released code.
  public let settings: String
  /// Published numbers, and on which split the epoch was selected.
  public let published: String
  /// What was measured with this library.
  public let measured: String
  /// How the released code differs from the paper, and what is followed here.
  public let released: String
  /// An entry for BibTeX.
  public let bibtex: String

  /// A page's parts.
  ///
  /// - Parameters:
  ///   - use: when to use it.
  ///   - equations: its equations.
  ///   - settings: those of the paper and its code.
  ///   - published: published numbers.
  ///   - measured: what was measured with this library.
  ///   - released: how released code differs.
  ///   - bibtex: an entry for BibTeX.
  public init(
    use: String, equations: String, settings: String, published: String,
    measured: String = "Nothing yet: it is not in [comparison.md](../comparison.md).",
    released: String, bibtex: String
  ) {
    (self.use, self.equations, self.settings) = (use, equations, settings)
    (self.published, self.measured, self.released) = (published, measured, released)
    self.bibtex = bibtex
  }
}

/// A method with a page, `docs/methods/NAME.md`.
public protocol DescribedMethod: BalancingMethod {
  /// What its code does not say.
  static var page: MethodPage { get }
}

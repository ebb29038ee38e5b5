// SPDX-License-Identifier: Apache-2.0
/// What went wrong with something the user gave: what, where and how to fix it.
public struct EquipoiseError: Error, Equatable, CustomStringConvertible {
  /// Which of the user's inputs is at fault.
  public enum Kind: String, Sendable {
    /// A configuration: its file, or a setting beside it.
    case configuration
    /// A dataset or one of its files.
    case data
    /// A checkpoint, a run folder or a weight file.
    case checkpoint
    /// The device asked for is absent or cannot do what was asked.
    case device
    /// Training cannot go on, for instance because the loss is not finite.
    case training
    /// What was asked for: the arguments of a function, or the command line.
    case usage
  }

  /// Which of the user's inputs is at fault.
  public let kind: Kind
  /// What is wrong, without a final full stop.
  public let what: String
  /// Where: a file, a `file:line`, a setting or an argument.
  public let place: String?
  /// How to fix it, as a half sentence without a final full stop.
  public let remedy: String?

  /// An error about `what`, found at `place`, with the `remedy` to offer.
  public init(_ kind: Kind, _ what: String, at place: String? = nil, fix remedy: String? = nil) {
    self.kind = kind
    self.what = what
    self.place = place
    self.remedy = remedy
  }

  /// The same error with what its place is part of.
  package func located(in whole: String) -> EquipoiseError {
    EquipoiseError(kind, what, at: place.map { "\(whole): \($0)" } ?? whole, fix: remedy)
  }

  /// `PLACE: WHAT; REMEDY`
  public var description: String {
    let located = place.map { "\($0): \(what)" } ?? what
    return remedy.map { "\(located); \($0)" } ?? located
  }
}

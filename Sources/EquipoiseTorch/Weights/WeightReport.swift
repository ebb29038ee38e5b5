// SPDX-License-Identifier: Apache-2.0
/// How the tensors of a file and of a module match.
public struct WeightReport: Sendable, CustomStringConvertible {
  /// A name that both have, with tensors that do not fit.
  public struct Mismatch: Sendable {
    /// The name.
    public let name: String
    /// Type and shape in the module.
    public let expected: String
    /// Type and shape in the file.
    public let found: String
  }

  /// Names that fit.
  public internal(set) var loaded: [String] = []
  /// Names that only the module has.
  public internal(set) var missing: [String] = []
  /// Names that only the file has.
  public internal(set) var unexpected: [String] = []
  /// Names that both have, with tensors that do not fit.
  public internal(set) var mismatched: [Mismatch] = []

  /// Whether every name is on both sides and fits.
  public var isComplete: Bool { missing.isEmpty && unexpected.isEmpty && mismatched.isEmpty }

  /// The names that do not fit, by kind; of many the first ones and how many more there are.
  public var description: String {
    if isComplete { return "all \(loaded.count) tensors fit" }
    let mismatches = mismatched.map { "\($0.name) (\($0.found) instead of \($0.expected))" }
    return [("missing", missing), ("unexpected", unexpected), ("of another shape", mismatches)]
      .filter { !$0.1.isEmpty }
      .map { "\($0.0): \(Self.list($0.1))" }
      .joined(separator: "; ")
  }

  /// Some names as part of a sentence that stays readable.
  static func list(_ names: [String]) -> String {
    let most = 8
    let shown = names.prefix(most).joined(separator: ", ")
    return names.count > most ? "\(shown) and \(names.count - most) more" : shown
  }
}

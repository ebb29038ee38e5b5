// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
import Foundation

/// One configuration key of a search and the values it may take.
package struct SearchDimension: Equatable, Sendable {
  /// The values.
  package enum Values: Equatable, Sendable {
    /// Some values, as YAML.
    case choices([String])
    /// Numbers between two bounds, evenly or on a logarithmic scale.
    case range(low: Double, high: Double, scale: Scale)
  }

  /// How numbers of a range are drawn.
  package struct Scale: Equatable, Sendable {
    /// Evenly on a logarithmic scale.
    var isLogarithmic = false
    /// Whole numbers only.
    var isWhole = false
  }

  /// The method that the dimension is for; `nil` for all of them.
  package let method: String?
  /// The key's path.
  package let key: String
  /// Its values.
  package let values: Values

  /// The dimension as it is read.
  package var text: String {
    switch values {
    case .choices(let choices): "\(key)=\(choices.joined(separator: ","))"
    case .range(let low, let high, let scale):
      "\(key)="
        + (scale.isWhole ? "\(Int(low))..\(Int(high))" : "\(low)..\(high)")
        + (scale.isLogarithmic ? "(log)" : "")
    }
  }

  /// Whether values are drawn from a range.
  package var isRange: Bool {
    if case .range = values { true } else { false }
  }

  /// Reads `[METHOD:]KEY=V1,V2…`.
  ///
  /// - Parameter text: the dimension, as `training.batchSize=32,64`.
  /// - Throws: `EquipoiseError` for another form.
  package init(grid text: String) throws {
    let (method, key, values) = try Self.parts(
      of: text, as: "grid", example: Self.gridExample)
    let choices = CommaList.split(values)
    guard choices.allSatisfy({ !$0.isEmpty }), Set(choices).count == choices.count else {
      throw EquipoiseError(
        .usage, "the values are not different from each other, or one is empty",
        at: "\(.argument("grid")) \(text)", fix: "for example: \(Self.gridExample)")
    }
    (self.method, self.key, self.values) = (method, key, .choices(choices))
  }

  /// Reads `[METHOD:]KEY=LOW..HIGH`, with `(log)` after it for a logarithmic scale. Between whole
  /// numbers whole numbers are drawn, between 1.0 and 4.0 others too.
  ///
  /// - Parameter text: the dimension, as `training.optimiser.learningRate=1e-4..1e-1(log)`.
  /// - Throws: `EquipoiseError` for another form.
  package init(random text: String) throws {
    let example = "\(.argument("random=training.optimiser.learningRate=1e-4..1e-1(log)"))"
    let place = "\(.argument("random")) \(text)"
    let (method, key, values) = try Self.parts(of: text, as: "random", example: example)
    let isLogarithmic = values.hasSuffix("(log)")
    let texts = (isLogarithmic ? String(values.dropLast("(log)".count)) : values)
      .components(separatedBy: "..")
    let bounds = texts.map { Double($0) }
    guard bounds.count == 2, let low = bounds[0], let high = bounds[1], low < high,
      !isLogarithmic || low > 0
    else {
      throw EquipoiseError(
        .usage,
        "not of the form KEY=LOW..HIGH or KEY=LOW..HIGH(log) with LOW < HIGH"
          + (isLogarithmic ? " and LOW > 0" : ""), at: place,
        fix: "for example: \(example)")
    }
    guard max(abs(low), abs(high)) <= Self.largest else {
      throw EquipoiseError(
        .usage, "the bounds are beyond 1e15", at: place, fix: "for example: \(example)")
    }
    (self.method, self.key) = (method, key)
    let isWhole = texts.allSatisfy { Int($0) != nil }
    self.values = .range(
      low: low, high: high, scale: Scale(isLogarithmic: isLogarithmic, isWhole: isWhole))
  }

  /// Reads either form, as default spaces have them.
  package init(_ text: String) throws {
    try self.init(text, isRange: text.drop { $0 != "=" }.contains(".."))
  }

  private init(_ text: String, isRange: Bool) throws {
    self = isRange ? try Self(random: text) : try Self(grid: text)
  }

  private static var gridExample: String { "\(.argument("grid=training.batchSize=32,64"))" }

  /// Beyond it neighbouring whole numbers are no longer told apart when they are drawn.
  private static let largest = 1e15

  private static func parts(
    of text: String, as argument: String, example: String
  ) throws -> (method: String?, key: String, values: String) {
    guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
      throw EquipoiseError(
        .usage, "not of the form KEY=VALUES", at: "\(.argument(argument)) \(text)",
        fix: "for example: \(example)")
    }
    let names = text[..<equals].split(separator: ":", maxSplits: 1).map(String.init)
    return (
      names.count == 2 ? names[0] : nil, names[names.count - 1],
      String(text[text.index(after: equals)...])
    )
  }

  /// A random value as YAML.
  func draw(_ stream: inout RandomStream) -> String {
    switch values {
    case .choices(let choices): return choices[stream.integer(below: choices.count)]
    case .range(let low, let high, let scale):
      return Self.text(at: stream.uniform(), low, high, scale)
    }
  }

  /// The value at a share of a range, as YAML.
  func text(at share: Double) -> String {
    guard case .range(let low, let high, let scale) = values else {
      preconditionFailure("'\(key)' is no range")
    }
    return Self.text(at: share, low, high, scale)
  }

  /// At which share of a range a value lies; nil of choices and of text that is no number.
  func share(of text: String) -> Double? {
    guard case .range(let low, let high, let scale) = values, let value = Double(text) else {
      return nil
    }
    let (first, last) = Self.ends(low, high, scale)
    let share =
      scale.isLogarithmic
      ? log(value / first) / log(last / first) : (value - first) / (last - first)
    return min(max(share, 0), 1)
  }

  private static func ends(_ low: Double, _ high: Double, _ scale: Scale) -> (Double, Double) {
    // Whole numbers from half below to half above, so that the ends are as likely as the others.
    scale.isWhole ? (low - 0.5, high + 0.5) : (low, high)
  }

  private static func text(
    at share: Double, _ low: Double, _ high: Double, _ scale: Scale
  ) -> String {
    let (first, last) = ends(low, high, scale)
    let value =
      scale.isLogarithmic ? first * pow(last / first, share) : first + (last - first) * share
    if scale.isWhole { return "\(Int(min(max(value.rounded(), low), high)))" }
    // Four digits are as precise as a search needs, and readable.
    return "\(Double(String(format: "%.3e", value)) ?? value)"
  }
}

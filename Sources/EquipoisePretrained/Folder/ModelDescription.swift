// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import Foundation

/// What a model's `config.json` says: sizes and choices by their names there.
public struct ModelDescription: Sendable {
  /// The file, for errors.
  public let path: String
  private let values: [String: JSONNode]

  /// Reads a description.
  ///
  /// - Parameters:
  ///   - data: the text of a `config.json`.
  ///   - path: the file, for errors.
  /// - Throws: `EquipoiseError` for anything but a JSON object.
  public init(_ data: Data, path: String) throws {
    guard case .object(let values)? = try? JSONDecoder().decode(JSONNode.self, from: data) else {
      throw EquipoiseError(
        .configuration, "the description of the model is not a JSON object", at: path,
        fix: "copy the model's folder again")
    }
    (self.values, self.path) = (values, path)
  }

  private init(values: [String: JSONNode], path: String) {
    (self.values, self.path) = (values, path)
  }

  /// The same with another number for a key.
  func with(_ key: String, _ number: Int) -> ModelDescription {
    var changed = values
    changed[key] = .number(Double(number))
    return ModelDescription(values: changed, path: path)
  }

  /// A description inside this one, such as `vision_config`.
  public func part(_ key: String) -> ModelDescription? {
    guard case .object(let inside)? = values[key] else { return nil }
    return ModelDescription(values: inside, path: path)
  }

  /// The text of a key.
  public func text(_ key: String) -> String? {
    guard case .text(let text)? = values[key] else { return nil }
    return text
  }

  /// The texts of a list.
  public func texts(_ key: String) -> [String] {
    guard case .list(let list)? = values[key] else { return [] }
    return list.compactMap { if case .text(let text) = $0 { text } else { nil } }
  }

  /// The whole numbers of a list.
  public func wholes(_ key: String) -> [Int]? {
    guard case .list(let list)? = values[key] else { return nil }
    let numbers = list.compactMap {
      if case .number(let number) = $0 { Int(exactly: number) } else { nil }
    }
    return numbers.count == list.count ? numbers : nil
  }

  /// Whether a key is there and not null.
  public func has(_ key: String) -> Bool {
    switch values[key] {
    case nil, .null: false
    default: true
    }
  }

  /// The truth value of a key.
  public func flag(_ key: String, else standard: Bool) -> Bool {
    guard case .flag(let flag)? = values[key] else { return standard }
    return flag
  }

  /// The number of a key.
  public func number(_ key: String, else standard: Double) -> Double {
    guard case .number(let number)? = values[key] else { return standard }
    return number
  }

  /// A size: a whole number of at least one.
  ///
  /// - Parameters:
  ///   - keys: the names that it may have; the first that is there counts.
  ///   - standard: what it is where none is there; nil where it must be.
  /// - Returns: the number.
  /// - Throws: `EquipoiseError` where it is missing or no size.
  public func size(_ keys: String..., else standard: Int? = nil) throws -> Int {
    guard let key = keys.first(where: has) else {
      if let standard { return standard }
      throw EquipoiseError(
        .configuration, "the description lacks '\(keys[0])'", at: path,
        fix: "copy the model's config.json again")
    }
    guard case .number(let number)? = values[key], let size = Int(exactly: number),
      (1...Self.largestSize).contains(size)
    else {
      throw EquipoiseError(
        .configuration, "'\(key)' is not a whole number from 1 to \(Self.largestSize)", at: path,
        fix: "copy the model's config.json again")
    }
    return size
  }

  /// A size of two sides, written as one number or two.
  public func sides(_ key: String, else standard: [Int]? = nil) throws -> [Int] {
    if let sides = wholes(key), sides.count == 2, sides.allSatisfy({ $0 > 0 }) { return sides }
    if !has(key), let standard { return standard }
    let side = try size(key)
    return [side, side]
  }

  private static let largestSize = 1 << 24
}

/// A JSON value.
private enum JSONNode: Decodable, Sendable {
  case object([String: JSONNode])
  case list([JSONNode])
  case text(String)
  case number(Double)
  case flag(Bool)
  case null

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let flag = try? container.decode(Bool.self) {
      self = .flag(flag)
    } else if let number = try? container.decode(Double.self) {
      self = .number(number)
    } else if let text = try? container.decode(String.self) {
      self = .text(text)
    } else if let list = try? container.decode([JSONNode].self) {
      self = .list(list)
    } else {
      self = .object(try container.decode([String: JSONNode].self))
    }
  }
}

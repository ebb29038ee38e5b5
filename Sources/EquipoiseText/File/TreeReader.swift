// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseFormats

/// A place in a tokeniser's file: what stands there, and how it is called.
struct TreeReader {
  let path: String
  /// The place, with dots.
  let place: String
  let value: JSONTree

  /// What is said of a place that is not as it should be.
  func error(_ what: String, fix remedy: String = "get the file again") -> EquipoiseError {
    EquipoiseError(.data, place.isEmpty ? what : "\(place) \(what)", at: path, fix: remedy)
  }

  /// A member that may be absent, or null.
  func member(_ name: String) -> TreeReader? {
    guard case .object(let members) = value else { return nil }
    let key = name.codePoints
    guard let found = members.last(where: { $0.key == key })?.value else { return nil }
    if case .null = found { return nil }
    return TreeReader(path: path, place: place.isEmpty ? name : place + "." + name, value: found)
  }

  /// A member that has to be there.
  func required(_ name: String) throws -> TreeReader {
    guard let found = member(name) else { throw error("has no '\(name)'") }
    return found
  }

  /// Members in their order.
  func members() throws -> [(key: [UInt32], value: TreeReader)] {
    guard case .object(let members) = value else { throw error("is not an object") }
    return members.map { member in
      let name = place + "." + String(codePoints: member.key)
      return (member.key, TreeReader(path: path, place: name, value: member.value))
    }
  }

  /// Elements in their order.
  func elements() throws -> [TreeReader] {
    guard case .array(let elements) = value else { throw error("is not a list") }
    return elements.enumerated().map { index, element in
      TreeReader(path: path, place: "\(place)[\(index)]", value: element)
    }
  }

  func codePoints() throws -> [UInt32] {
    guard case .text(let text) = value else { throw error("is not text") }
    return text
  }

  func text() throws -> String { String(codePoints: try codePoints()) }

  func bool() throws -> Bool {
    guard case .bool(let flag) = value else { throw error("is not true or false") }
    return flag
  }

  /// A whole number that can be an id.
  func id() throws -> Int {
    guard case .integer(let number) = value, (0..<1 << 24).contains(number) else {
      throw error("is not a whole number from 0 to \((1 << 24) - 1)")
    }
    return number
  }

  func number() throws -> Double {
    switch value {
    case .integer(let number): return Double(number)
    case .number(let text):
      guard let number = LibraryNumber.value(of: text), number.isFinite else {
        throw error("is not a number")
      }
      return number
    default: throw error("is not a number")
    }
  }

  /// A member that is true or false; `standard` where it is absent.
  func truth(_ name: String, _ standard: Bool) throws -> Bool {
    try member(name)?.bool() ?? standard
  }

  /// One of some names.
  func choice<Choice: RawRepresentable & CaseIterable>(_ type: Choice.Type) throws -> Choice
  where Choice.RawValue == String {
    let name = try text()
    let known = Choice.allCases.map(\.rawValue)
    guard let choice = Choice(rawValue: name) else {
      throw error("is '\(name)', which is not one of " + known.joined(separator: ", "))
    }
    return choice
  }
}

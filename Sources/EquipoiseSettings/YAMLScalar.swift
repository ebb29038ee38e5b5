// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
import Foundation

/// Plain scalars by the YAML 1.2 core rules: `no` and `on` are text, `1e-4` is a number.
enum YAMLScalar {
  /// The value that the unquoted `text` stands for.
  static func value(of text: String) -> ConfigValue {
    switch text {
    case "", "~", "null", "Null", "NULL": return .null
    case "true", "True", "TRUE": return .bool(true)
    case "false", "False", "FALSE": return .bool(false)
    case ".nan", ".NaN", ".NAN": return .double(.nan)
    case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF": return .double(.infinity)
    case "-.inf", "-.Inf", "-.INF": return .double(-.infinity)
    default: return number(text) ?? .string(text)
    }
  }

  /// `text` as YAML: plain where that reads back as the same string, else in double quotes.
  static func write(_ text: String) -> String {
    let first = CharacterSet.letters.union(CharacterSet(charactersIn: "_/"))
    let others = CharacterSet.alphanumerics.union(CharacterSet(charactersIn: "_/.-"))
    let scalars = text.unicodeScalars
    let plain = scalars.first.map(first.contains) == true && scalars.allSatisfy(others.contains)
    if plain, value(of: text) == .string(text),
      !readDifferentlyElsewhere.contains(text.lowercased())
    {
      return text
    }
    return quoted(text)
  }

  /// `number` so that YAML 1.1 readers, which want a point in a float, read the same.
  static func write(_ number: Double) -> String {
    let text = number.description
    guard let exponent = text.firstIndex(of: "e"), !text.contains(".") else { return text }
    return text[..<exponent] + ".0" + text[exponent...]
  }

  /// Words that YAML 1.1 readers take for booleans.
  private static let readDifferentlyElsewhere: Set = ["yes", "no", "on", "off", "y", "n"]

  private static func number(_ text: String) -> ConfigValue? {
    if text.hasPrefix("0x") { return Int(text.dropFirst(2), radix: 16).map(ConfigValue.integer) }
    if text.hasPrefix("0o") { return Int(text.dropFirst(2), radix: 8).map(ConfigValue.integer) }
    guard text.allSatisfy({ $0.isASCII && ($0.isNumber || "+-.eE".contains($0)) }) else {
      return nil
    }
    return Int(text).map(ConfigValue.integer) ?? Double(text).map(ConfigValue.double)
  }

  private static func quoted(_ text: String) -> String {
    let body = text.unicodeScalars.map { scalar in
      switch scalar {
      case "\"": "\\\""
      case "\\": "\\\\"
      case "\n": "\\n"
      case "\t": "\\t"
      case "\r": "\\r"
      default:
        CharacterSet.controlCharacters.contains(scalar)
          || CharacterSet.newlines.contains(scalar)
          ? "\\U" + String(format: "%08X", scalar.value) : String(scalar)
      }
    }
    return "\"" + body.joined() + "\""
  }
}

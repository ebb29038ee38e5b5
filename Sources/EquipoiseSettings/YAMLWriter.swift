// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit

/// Writes a configuration as YAML that reads back as the same values.
struct YAMLWriter {
  /// A comment for the end of the line of the value at a path, or nil for none.
  var comment: (ConfigPath) -> String? = { _ in nil }

  /// The lines of the top section `mapping`.
  func write(_ mapping: ConfigMapping) -> String {
    let lines = self.lines(of: mapping, at: ConfigPath())
    let width = lines.compactMap { $0.comment == nil ? nil : $0.text.count }.max() ?? 0
    return lines.map { line in
      guard let comment = line.comment else { return line.text + "\n" }
      let padding = String(repeating: " ", count: width - line.text.count)
      return "\(line.text)\(padding)  # \(comment)\n"
    }.joined()
  }

  private struct Line {
    let text: String
    let comment: String?
  }

  private func lines(of mapping: ConfigMapping, at path: ConfigPath) -> [Line] {
    let indent = String(repeating: "  ", count: path.keys.count)
    return mapping.entries.flatMap { entry in
      let key = indent + YAMLScalar.write(entry.key) + ":"
      let place = path.appending(entry.key)
      if let section = entry.value.mapping, !section.entries.isEmpty {
        return [Line(text: key, comment: nil)] + lines(of: section, at: place)
      }
      return [Line(text: "\(key) \(entry.value.text)", comment: comment(place))]
    }
  }
}

extension ConfigValue {
  /// The value as YAML on one line.
  var text: String {
    switch self {
    case .null: "null"
    case .bool(let flag): "\(flag)"
    case .integer(let number): "\(number)"
    case .double(let number): YAMLScalar.write(number)
    case .string(let text): YAMLScalar.write(text)
    case .sequence(let elements): "[\(elements.map(\.text).joined(separator: ", "))]"
    case .mapping(let mapping):
      "{\(mapping.entries.map(\.text).joined(separator: ", "))}"
    }
  }
}

extension ConfigMapping.Entry {
  /// `key: value` as YAML on one line.
  var text: String { "\(YAMLScalar.write(key)): \(value.text)" }
}

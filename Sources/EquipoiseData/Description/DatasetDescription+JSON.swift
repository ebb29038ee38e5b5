// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import Foundation

extension DatasetDescription {
  /// The content of `dataset.json`, laid out to be read: one line for each list, modality and file.
  func json() throws -> String {
    let modalities = try modalities.sorted { $0.key < $1.key }.map {
      "    \(try Self.text($0.key)): \(try Self.text($0.value))"
    }
    let splits = try Split.allCases.map { split in
      let files = try self.splits[split, default: []].map { "      \(try Self.text($0))" }
      return "    \(try Self.text(split.rawValue)): ["
        + (files.isEmpty ? "]" : "\n\(files.joined(separator: ",\n"))\n    ]")
    }
    let notes = try extra.sorted { $0.key < $1.key }.map {
      "    \(try Self.text($0.key)): \(try Self.text($0.value))"
    }
    let outputs =
      task == .regression
      ? "  \"targets\": \(try Self.text(targets))" : "  \"classes\": \(try Self.text(classes))"
    let members = [
      "  \"format\": \(try Self.text(Self.format))",
      "  \"version\": \(Self.version)",
      "  \"name\": \(try Self.text(name))",
      "  \"task\": \(try Self.text(task))",
      outputs,
      "  \"modalities\": {\n\(modalities.joined(separator: ",\n"))\n  }",
      "  \"splits\": {\n\(splits.joined(separator: ",\n"))\n  }",
    ]
    let last = notes.isEmpty ? [] : ["  \"extra\": {\n\(notes.joined(separator: ",\n"))\n  }"]
    return "{\n\((members + last).joined(separator: ",\n"))\n}\n"
  }

  private static func text(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }
}

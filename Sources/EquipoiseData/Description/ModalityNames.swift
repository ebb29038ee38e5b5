// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import Foundation

/// What a modality may be called: its name becomes part of names of tensors, files, parameters and settings.
package enum ModalityNames {
  /// Whether the name can be that of a tensor, a parameter and a setting, and leads nowhere as part of a path.
  static func isUsable(_ name: String) -> Bool {
    !name.isEmpty && !Shard.reservedNames.contains(name) && name.unicodeScalars.allSatisfy(isUsable)
  }

  /// Refuses names that datasets may not be made with. What earlier versions made is read by ``isUsable(_:)`` alone.
  ///
  /// - Parameters:
  ///   - names: the names of all modalities.
  ///   - place: where they are given.
  ///   - what: what is renamed, such as "the column".
  /// - Throws: `EquipoiseError` with a name that may serve.
  package static func check(_ names: [String], at place: String, renaming what: String) throws {
    var known: [String: String] = [:]
    for name in names {
      guard isUsable(name), isClear(name) else {
        throw EquipoiseError(
          .data, "'\(name.prefix(longest))' cannot name a modality", at: place,
          fix: "rename \(what), for example to '\(suggestion(name))': \(rule)")
      }
      if let other = known.updateValue(name, forKey: name.lowercased()) {
        throw EquipoiseError(
          .data,
          other == name
            ? "two modalities are called '\(name)'"
            : "the modalities '\(other)' and '\(name)' differ only in case", at: place,
          fix: "rename \(what)")
      }
    }
  }

  private static let longest = 64
  /// What results call the modalities together.
  private static let together = "fused"
  private static let rule =
    "up to \(longest) letters of ASCII, digits, '-' and '_', a letter among them, and not "
    + (Shard.reservedNames + [together]).joined(separator: ", ")

  private static func isUsable(_ scalar: Unicode.Scalar) -> Bool {
    scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
      || scalar == "_" || scalar == "-"
  }

  private static func isClear(_ name: String) -> Bool {
    let lowered = name.lowercased()
    return name.count <= longest && name.contains(where: \.isLetter)
      && !(Shard.reservedNames + [together]).contains(lowered)
  }

  /// A name nearby that is usable.
  private static func suggestion(_ name: String) -> String {
    var result = ""
    for scalar in name.decomposedStringWithCompatibilityMapping.unicodeScalars
    where result.count < longest - 9 {
      if isUsable(scalar) {
        result.unicodeScalars.append(scalar)
      } else if scalar.isASCII, !result.isEmpty, result.last != "_" {
        result += "_"
      }
    }
    while result.last == "_" { result.removeLast() }
    return isUsable(result) && isClear(result)
      ? result : "modality" + (result.isEmpty ? "" : "_" + result)
  }
}

// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit

/// How errors about media tell a file of which a part is lost from one that cannot be read at all.
public enum MediaDamage {
  /// What the error about a damaged file begins with; how much of it is there follows.
  package static let beginning = "it is damaged: "

  /// Whether an error is about a file of which a part can be read.
  public static func isMeant(by error: any Error) -> Bool {
    (error as? EquipoiseError)?.what.hasPrefix(beginning) == true
  }
}

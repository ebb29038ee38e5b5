// SPDX-License-Identifier: Apache-2.0
internal import CEquipoiseBuildInformation

/// The version of this library.
public enum Version {
  /// Semantic version.
  public static let current = "0.1.0"
  /// The commit the program was built from, with `+` after it where the sources had been changed;
  /// `nil` when it was not built from a repository.
  public static var commit: String? {
    let text = String(cString: equipoise_commit())
    return text.isEmpty ? nil : text
  }
}

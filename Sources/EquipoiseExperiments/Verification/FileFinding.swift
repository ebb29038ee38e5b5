// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseTorch

/// What a check found out about one file.
package struct FileFinding: Encodable, Equatable, Sendable {
  /// How the file is.
  package enum State: String, Encodable, Sendable {
    /// It is what was written.
    case whole
    /// It is there and has changed or cannot be read.
    case damaged
    /// It should be there.
    case missing
    /// Nothing was noted when it was written, as earlier versions did not.
    case unverified
  }

  /// The file.
  package let path: String
  /// How it is.
  package let state: State
  /// What is wrong, if anything.
  package let problem: String?
  /// What can be done about it.
  package let remedy: String?

  /// Whether something has to be done.
  package var isBad: Bool { state == .damaged || state == .missing }

  static func whole(_ path: String) -> FileFinding {
    FileFinding(path: path, state: .whole, problem: nil, remedy: nil)
  }

  static func unverified(_ path: String) -> FileFinding {
    FileFinding(path: path, state: .unverified, problem: nil, remedy: nil)
  }

  /// By the checksum in the header of a file of tensors.
  static func tensors(_ path: String, fix remedy: String) -> FileFinding {
    do {
      let file = try TensorFile(path: path)
      try file.verify()
      return file.hasChecksum ? .whole(path) : .unverified(path)
    } catch {
      return .damaged(path, "\(error)", fix: remedy)
    }
  }

  static func missing(_ path: String, fix remedy: String) -> FileFinding {
    FileFinding(path: path, state: .missing, problem: "the file is missing", remedy: remedy)
  }

  static func damaged(_ path: String, _ problem: String, fix remedy: String) -> FileFinding {
    FileFinding(path: path, state: .damaged, problem: problem, remedy: remedy)
  }
}

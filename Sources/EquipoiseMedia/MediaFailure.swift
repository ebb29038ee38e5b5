// SPDX-License-Identifier: Apache-2.0
package import EquipoiseKit

extension EquipoiseError {
  /// A media file at fault.
  package static func media(_ file: String, _ what: String, fix remedy: String? = nil)
    -> EquipoiseError
  {
    EquipoiseError(
      .data, what, at: file,
      fix: remedy ?? "replace the file or leave it out; 'ffprobe' tells more about it")
  }

  /// A media file of which a part is lost: `what` says how much.
  package static func damaged(_ file: String, _ what: String) -> EquipoiseError {
    .media(
      file, MediaDamage.beginning + what,
      fix: "get the file again or leave it out; 'ffprobe' tells more about it")
  }

  /// The system gave no memory.
  package static func noMemory(_ file: String) -> EquipoiseError {
    .media(file, "reading it takes more memory than there is")
  }
}

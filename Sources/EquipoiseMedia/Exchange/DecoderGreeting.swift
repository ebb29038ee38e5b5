// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit

/// What a decoder says before anything else: which one it is. The pool accepts only its own kind, as the
/// messages of two versions may differ, and so may what they make of a file.
package struct DecoderGreeting: Codable, Equatable {
  /// Counted up with every change of the messages.
  package static let messages = 1

  package var messages: Int
  package var version: String
  /// The versions of FFmpeg and its libraries; nil in a decoder that was built without.
  package var ffmpeg: String?

  /// This build's.
  package init(ffmpeg: String?) {
    (messages, version, self.ffmpeg) = (Self.messages, Version.current, ffmpeg)
  }

  /// The versions of FFmpeg of a decoder that fits this build.
  ///
  /// - Parameter path: the decoder's.
  /// - Returns: what `ffmpeg` says.
  /// - Throws: `EquipoiseError` for another version, or one without FFmpeg.
  package func checked(at path: String) throws -> String {
    guard messages == Self.messages, version == Version.current else {
      throw EquipoiseError(
        .usage,
        "it is the decoder of Equipoise \(version), and this program is of \(Version.current)"
          + (version == Version.current ? " with other messages" : ""),
        at: path, fix: "\(.byMake("build both from the same sources", target: "build"))")
    }
    guard let ffmpeg else {
      throw EquipoiseError(
        .usage, "this decoder was built without FFmpeg", at: path,
        fix: "\(.byMake("install FFmpeg's libraries", target: "setup")) and "
          + "\(.byMake("build it again", target: "build"))")
    }
    return ffmpeg
  }
}

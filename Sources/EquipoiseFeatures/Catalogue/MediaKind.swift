// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseData
internal import Foundation

/// What a file is made into, by the name of the feature: chosen by its name's extension or by the user.
package struct MediaKind: Hashable, Sendable {
  /// The feature's name.
  package let rawValue: String

  package init(rawValue: String) { self.rawValue = rawValue }

  /// Frames of a video file, or of a folder with images.
  package static let frames = MediaKind(rawValue: "frames")
  /// The spectrogram of a file's sound.
  package static let spectrogram = MediaKind(rawValue: "spectrogram")
  /// A still image.
  package static let image = MediaKind(rawValue: "image")
  /// An array of an npy or npz file.
  package static let array = MediaKind(rawValue: "array")
  /// Optical flow: a folder with images flow_x* and flow_y*.
  package static let flow = MediaKind(rawValue: "flow")

  /// Ids of a text's tokens; no ending says it, as programs have features of their own for texts.
  package static let text = MediaKind(rawValue: "text")

  /// Those of the library.
  package static let standard = [frames, spectrogram, image, array, flow, text]

  static let audioExtensions: Set<String> = [
    "wav", "flac", "mp3", "ogg", "opus", "m4a", "aac", "aiff", "aif", "aifc", "au", "wma",
    "oga", "caf", "w64", "mka", "weba",
  ]
  static let videoExtensions: Set<String> = [
    "mp4", "avi", "mkv", "webm", "mov", "flv", "mpg", "mpeg", "m4v", "wmv", "ts", "ogv",
    "m2ts", "mts", "3gp", "3g2", "ivf", "h264", "264", "hevc", "h265", "265", "m1v", "m2v", "vob",
    "asf", "apng",
  ]

  /// By the extension; a name without one is a folder with frames. Nil for others, which a feature of the program's
  /// own may take (``FeatureCatalogue/kind(ofFile:)``).
  package init?(file: String) {
    switch (file as NSString).pathExtension.lowercased() {
    case let name where Self.audioExtensions.contains(name): self = .spectrogram
    case let name where Self.videoExtensions.contains(name): self = .frames
    case let name where ImageFolder.extensions.contains(name): self = .image
    case let name where ArrayFile.extensions.contains(name): self = .array
    case "": self = .frames
    default: return nil
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseSettings
internal import Foundation

/// What is made of a file, chosen by its name's extension or by the user.
public enum MediaKind: String, ConfigurationChoice {
  /// Frames of a video file, or of a folder with images.
  case frames
  /// The spectrogram of a file's sound.
  case spectrogram
  /// A still image.
  case image
  /// An array of an npy or npz file.
  case array
  /// Optical flow: a folder with images flow_x* and flow_y*.
  case flow

  static let audioExtensions: Set<String> = [
    "wav", "flac", "mp3", "ogg", "opus", "m4a", "aac", "aiff", "aif", "aifc", "au", "wma",
    "oga", "caf", "w64", "mka", "weba",
  ]
  static let videoExtensions: Set<String> = [
    "mp4", "avi", "mkv", "webm", "mov", "flv", "mpg", "mpeg", "m4v", "wmv", "ts", "ogv",
    "m2ts", "mts", "3gp", "3g2", "ivf", "h264", "264", "hevc", "h265", "265", "m1v", "m2v", "vob",
    "asf", "apng",
  ]

  /// By the extension; a name without one is a folder with frames. Nil for others.
  init?(file: String) {
    switch (file as NSString).pathExtension.lowercased() {
    case let name where Self.audioExtensions.contains(name): self = .spectrogram
    case let name where Self.videoExtensions.contains(name): self = .frames
    case let name where ImageFolder.extensions.contains(name): self = .image
    case "npy", "npz": self = .array
    case "": self = .frames
    default: return nil
    }
  }
}

internal import Foundation

/// What is made of a file, chosen by its name's extension or by the user.
public enum MediaKind: String, ConfigurationChoice {
  /// Frames of a video file, or of a folder with images.
  case frames
  /// The spectrogram of a file's sound.
  case spectrogram
  /// A still image.
  case image
  /// An npy file, or an npz file with one array.
  case array
  /// Optical flow: a folder with images flow_x* and flow_y*.
  case flow

  static let audioExtensions: Set<String> = [
    "wav", "flac", "mp3", "ogg", "opus", "m4a", "aac", "aiff", "aif", "au", "wma",
    "caf", "mka", "oga", "w64",
  ]
  static let videoExtensions: Set<String> = [
    "mp4", "avi", "mkv", "webm", "mov", "flv", "mpg", "mpeg", "m4v", "wmv", "ts", "ogv", "3gp",
    "asf",
    "h264", "264", "h265", "265", "hevc", "ivf", "m1v", "m2v", "m2ts", "mts", "vob", "apng",
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

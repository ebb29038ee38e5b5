internal import Foundation

/// Media files anywhere below a folder, by the name of their clip: the file's without extension, and
/// without the `_START_END` that downloads of Kinetics append.
struct ClipIndex {
  private var videos: [String: String] = [:]
  private var sounds: [String: String] = [:]

  init(_ folder: MediaFolder) {
    let files = FileManager.default.enumerator(atPath: folder.path)
    while let file = files?.nextObject() as? String {
      let kind = MediaKind(file: file)
      let stem = ((file as NSString).lastPathComponent as NSString).deletingPathExtension
      for name in [stem, Self.withoutTimes(stem)] {
        if kind == .spectrogram { sounds[name] = min(file, sounds[name] ?? file) }
        if kind == .frames, !(file as NSString).pathExtension.isEmpty {
          videos[name] = min(file, videos[name] ?? file)
        }
      }
    }
  }

  /// The path of a clip's video below the folder, if it is there.
  func video(_ clip: String) -> String? { videos[clip] ?? videos[Self.withoutTimes(clip)] }
  /// The path of a clip's own sound file, if there is one.
  func audio(_ clip: String) -> String? { sounds[clip] ?? sounds[Self.withoutTimes(clip)] }

  /// `ID` of `ID_000010_000020`.
  private static func withoutTimes(_ name: String) -> String {
    let parts = name.split(separator: "_", omittingEmptySubsequences: false)
    guard parts.count > 2,
      parts.suffix(2).allSatisfy({ $0.count == 6 && $0.allSatisfy(\.isNumber) })
    else { return name }
    return parts.dropLast(2).joined(separator: "_")
  }
}

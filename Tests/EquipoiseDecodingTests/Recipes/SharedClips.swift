// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Small real files that many tests copy instead of making their own.
enum SharedClips {
  private static let made = Result {
    let maker = try MediaMaker()
    let picture = "-f lavfi -i testsrc=size=32x32:rate=10:duration=0.3"
    let coding = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p"
    _ = try maker.make(
      "sounding.mp4", "\(picture) -f lavfi -i sine=duration=0.3 \(coding) -c:a aac")
    _ = try maker.make("silent.mp4", "\(picture) \(coding)")
    _ = try maker.make("heard.mp4", "-f lavfi -i sine=duration=0.3 -c:a aac")
    _ = try maker.make("tone.wav", "-f lavfi -i sine=duration=0.3")
    _ = try maker.make("picture.png", "-f lavfi -i testsrc=size=32x32 -frames:v 1")
    return maker
  }

  /// The path of `sounding.mp4`, `silent.mp4`, `heard.mp4`, `tone.wav` or `picture.png`.
  static func path(_ name: String) throws -> String { try made.get().file(name) }
}

extension RawTree {
  /// Puts one of the shared clips under some names.
  func put(_ clip: String, at names: String...) throws {
    for name in names {
      try folder((name as NSString).deletingLastPathComponent)
      try FileManager.default.copyItem(
        atPath: SharedClips.path(clip), toPath: path + "/" + name)
    }
  }
}

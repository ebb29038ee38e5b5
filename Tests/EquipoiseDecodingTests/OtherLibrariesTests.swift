// SPDX-License-Identifier: Apache-2.0
import Equipoise
import EquipoiseFormats
import Foundation
import EquipoiseDecoding
import Testing

/// What Pillow and soundfile write is decoded as they read it themselves.
struct OtherLibrariesTests {
  private static let root: URL = {
    var folder = URL(fileURLWithPath: #filePath)
    for _ in 0..<3 { folder.deleteLastPathComponent() }
    return folder
  }()
  private static let python = root.appending(path: ".outside/bin/python").path

  /// What the script prints.
  private struct Values: Decodable {
    var pictures: [String: Data]
    var sounds: [String: [Double]]
  }

  /// By how many levels of 255 lossy pictures may differ, at most and on average: decoders round cosines
  /// and interpolate colours each in their own way.
  private static let differences: [String: (most: Int, mean: Double)] = [
    "best.jpg": (3, 1), "progressive.jpg": (3, 1), "gray.jpg": (1, 0.1),
    "subsampled.jpg": (40, 4), "lossy.webp": (40, 4),
  ]

  @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: python)))
  func decodedValues() throws {
    let (maker, decoder) = (try MediaMaker(), FFmpegDecoder())
    let script = Self.root.appending(path: "Tests/Outside/media_values.py").path
    let values = try JSONDecoder().decode(
      Values.self, from: MediaMaker.run(Self.python, [script, maker.path]))
    #expect(values.pictures.count == 18 && values.sounds.count == 15)
    for (name, expected) in values.pictures {
      let picture = try decoder.picture(maker.file(name))
      #expect(picture.array.shape == [30, 40, 3] && picture.warnings.isEmpty, "\(name)")
      let own = picture.array.withUnsafeBytes { Array($0) }
      let differences = zip(own, expected).map { abs(Int($0) - Int($1)) }
      let mean = Double(differences.reduce(0, +)) / Double(max(1, differences.count))
      let allowed = Self.differences[name] ?? (0, 0)
      #expect(
        (differences.max() ?? 255) <= allowed.most && mean <= allowed.mean,
        "\(name): \(differences.max() ?? 255), \(mean)")
    }
    for (name, expected) in values.sounds {
      let own = try decoder.audio(maker.file(name), sampleRate: 16_000).floats()
      #expect(own.count == expected.count, "\(name): \(own.count)")
      let worst = zip(own, expected).map { abs(Double($0) - $1) }.max() ?? 1
      // A float has 24 bits.
      #expect(worst <= 1e-7, "\(name): \(worst)")
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
import Equipoise
import EquipoiseFormats
import Foundation
import EquipoiseDecoding
import Testing

/// Still images.
struct ImageTests {
  private let maker: MediaMaker
  private let decoder = FFmpegDecoder()

  init() throws { maker = try MediaMaker() }

  @Test(arguments: [
    ("a.png", "-pix_fmt rgb24"), ("gray.png", "-pix_fmt gray"), ("alpha.png", "-pix_fmt rgba"),
    ("a.jpg", "-q:v 2 -pix_fmt yuvj420p"), ("444.jpg", "-q:v 2 -pix_fmt yuvj444p"),
    ("img%03d.png", "-update 1 -pix_fmt rgb24"), ("named.txt", "-f image2 -c:v png -pix_fmt rgb24"),
  ])
  func pixelsAreThoseOfTheProgram(name: String, options: String) throws {
    // ffmpeg would read patterns into some of the names.
    let made = try maker.make(
      "made." + (name.hasSuffix("jpg") ? "jpg" : "png"),
      "-f lavfi -i testsrc=size=51x37 -frames:v 1 \(options)")
    let expected = try MediaMaker.rawFrames(made)
    let file = maker.file(name)
    try FileManager.default.moveItem(atPath: made, toPath: file)
    let image = try decoder.image(file)
    #expect(image.shape == [37, 51, 3])
    #expect(image.withUnsafeBytes { Array($0) } == expected)
    let description = try decoder.describe(file)
    #expect(description.video == .init(width: 51, height: 37, rate: 0))
    #expect(description.duration == 0)
  }

  @Test(arguments: 1...8) func orientationOfCameras(value: Int) throws {
    let plain = try maker.make(
      "plain.jpg", "-f lavfi -i testsrc2=size=64x48 -frames:v 1 -q:v 2 -pix_fmt yuvj444p")
    // An EXIF segment with nothing but the orientation, after the start of the image.
    let tiff: [UInt8] =
      [0x4D, 0x4D, 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, UInt8(value), 0, 0]
      + [0, 0, 0, 0]
    let exif: [UInt8] = Array("Exif".utf8) + [0, 0] + tiff
    var bytes = Array(try Data(contentsOf: URL(fileURLWithPath: plain)))
    bytes.insert(contentsOf: [0xFF, 0xE1, 0, UInt8(exif.count + 2)] + exif, at: 2)
    let file = try maker.write(bytes, to: "turned.jpg")
    let (flat, image) = (try decoder.image(plain), try decoder.image(file))
    #expect(image.shape == (value >= 5 ? [64, 48, 3] : [48, 64, 3]))
    #expect(try decoder.describe(file).video?.width == image.shape[1])
    // Where the stored picture's row and column end up, by the standard's table.
    let (source, target) = (flat.withUnsafeBytes { Array($0) }, image.withUnsafeBytes { Array($0) })
    let isRight = (0..<48).allSatisfy { row in
      (0..<64).allSatisfy { column in
        let (y, x) =
          switch value {
          case 1: (row, column)
          case 2: (row, 63 - column)
          case 3: (47 - row, 63 - column)
          case 4: (47 - row, column)
          case 5: (column, row)
          case 6: (column, 47 - row)
          case 7: (63 - column, 47 - row)
          default: (63 - column, row)
          }
        let (from, to) = (3 * (row * 64 + column), 3 * (y * image.shape[1] + x))
        return source[from..<from + 3] == target[to..<to + 3]
      }
    }
    #expect(isRight)
  }
}

// SPDX-License-Identifier: Apache-2.0
import EquipoiseFormats
import Testing

@testable import EquipoiseTraining

struct HeatMapTests {
  /// Red up to 1, white at 0, blue down to −1, grey for what is not a number; 64 columns of two pixels.
  @Test func coloursAndSides() {
    let values: [Float] = [1, -1, 0, 0.5, -0.25, .nan, 2, -3]
    let colours: [[UInt8]] = [
      [255, 0, 0], [0, 0, 255], [255, 255, 255], [255, 127, 127], [191, 191, 255],
      [128, 128, 128], [255, 0, 0], [0, 0, 255],
    ]
    let row = values + [Float](repeating: 0, count: 56)
    let white = [[UInt8]](repeating: [255, 255, 255], count: 56)
    let pixels: [UInt8] = (colours + white).flatMap { $0 + $0 }
    let picture = HeatMap.png(row, columns: 64)
    #expect(picture.width == 128 && picture.height == 2)
    #expect(picture.data == PNG.encode(pixels + pixels, width: 128))
  }

  @Test func rowsFollowOneAnother() {
    let picture = HeatMap.png([1, 0, 0, -1, 0, 1], columns: 2)
    #expect(picture.width == 128 && picture.height == 3 * 64)
    let (red, white, blue): ([UInt8], [UInt8], [UInt8]) = (
      [255, 0, 0], [255, 255, 255], [0, 0, 255]
    )
    var pixels: [UInt8] = []
    for (left, right) in [(red, white), (white, blue), (white, red)] {
      for _ in 0..<64 {
        for colour in [left, right] {
          for _ in 0..<64 { pixels += colour }
        }
      }
    }
    #expect(picture.data == PNG.encode(pixels, width: 128))
  }
}

// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseData
internal import EquipoiseFormats

/// A picture of what a network is given.
struct PreviewPicture {
  let height: Int
  let width: Int
  /// Red, green and blue of each pixel, row by row.
  private(set) var pixels: [UInt8]

  /// Pixels down beyond which pictures are thinned out.
  static let tallest = 128
  private static let gap = 4

  init(height: Int, width: Int) {
    (self.height, self.width) = (height, width)
    pixels = [UInt8](repeating: 255, count: height * width * 3)
  }

  /// Frames side by side, or a spectrogram with low frequencies below; nil for anything that is not a picture.
  init?(of sample: HostArray, _ modality: ModalityDescription) {
    let shape = sample.shape
    let values = sample.floats()
    switch modality.kind {
    case .sequence, .vector, .text: return nil
    case .spectrogram, .image:
      self.init(values, frames: 1, shape[0], shape[1], shape[2], modality)
    case .video: self.init(values, frames: shape[0], shape[1], shape[2], shape[3], modality)
    }
  }

  private init(
    _ values: [Float], frames: Int, _ channels: Int, _ rows: Int, _ columns: Int,
    _ modality: ModalityDescription
  ) {
    let step = max(1, (rows + Self.tallest - 1) / Self.tallest)
    let (tall, wide) = ((rows + step - 1) / step, (columns + step - 1) / step)
    let isColour = channels == 3
    let tiles = frames * (isColour ? 1 : channels)
    self.init(height: tall, width: tiles * (wide + Self.gap) - Self.gap)
    let isBytes = modality.type == .uint8
    let low = isBytes ? 0 : values.min() ?? 0
    let scale = isBytes ? 1 : 255 / max(1e-9, (values.max() ?? 1) - low)
    for tile in 0..<tiles {
      for y in 0..<tall {
        let row = modality.kind == .spectrogram ? rows - 1 - y * step : y * step
        for x in 0..<wide {
          for colour in 0..<3 {
            let plane = isColour ? tile * 3 + colour : tile
            let value = values[(plane * rows + row) * columns + x * step]
            pixels[(y * width + tile * (wide + Self.gap) + x) * 3 + colour] = UInt8(
              max(0, min(255, (value - low) * scale)))
          }
        }
      }
    }
  }

  /// Pictures below one another.
  static func sheet(_ pictures: [PreviewPicture]) -> PreviewPicture {
    let width = pictures.map(\.width).max() ?? 1
    let height = pictures.reduce(0) { $0 + $1.height + gap } - gap
    var sheet = PreviewPicture(height: max(1, height), width: width)
    var top = 0
    for picture in pictures {
      for row in 0..<picture.height {
        let start = ((top + row) * width) * 3
        sheet.pixels.replaceSubrange(
          start..<start + picture.width * 3,
          with: picture.pixels[row * picture.width * 3..<(row + 1) * picture.width * 3])
      }
      top += picture.height + gap
    }
    return sheet
  }

  func write(to path: String) throws {
    try AtomicFile.write(data: PNG.encode(pixels, width: width), to: path)
  }
}

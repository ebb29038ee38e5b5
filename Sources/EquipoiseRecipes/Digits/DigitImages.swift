// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseFeatures
internal import EquipoisePreparation
internal import EquipoiseFormats
internal import EquipoiseTorch

/// Handwritten digits, made poorer, then coarser, as the options ask.
struct DigitImages {
  private let options: DigitsOptions
  private let shrink: PlaneResampler
  private let enlarge: PlaneResampler
  private var components: PrincipalComponents?

  init(_ options: DigitsOptions) {
    self.options = options
    let (side, pixels) = (DigitsSource.side, options.pixels)
    shrink = PlaneResampler(from: (side, side), to: (pixels, pixels))
    enlarge = PlaneResampler(from: (pixels, pixels), to: (options.size, options.size))
  }

  /// What is stored: bytes while the pixels stay in [0, 1].
  var type: ElementType {
    options.pcaEnergy < 1 || options.visualNoise > 0 ? .float32 : .uint8
  }

  /// The number of principal components kept; nil when the images are not projected.
  var componentCount: Int? { components?.count }

  /// Finds the principal components of the training images, if only some are to be kept.
  mutating func fit(_ images: DigitsSource.Images, _ indices: [Int]) {
    guard options.pcaEnergy < 1 else { return }
    let rows = indices.flatMap { pixels(images, $0) }
    components = PrincipalComponents(
      Tensor(rows, shape: [indices.count, rows.count / max(1, indices.count)]),
      share: options.pcaEnergy)
  }

  /// An image [1, size, size].
  func image(
    _ images: DigitsSource.Images, _ index: Int, _ stream: inout RandomStream
  ) -> HostArray {
    var pixels = pixels(images, index)
    if let components {
      pixels = components.reduced(Tensor(pixels, shape: [1, pixels.count])).floats()
    }
    var large = enlarge(shrink(pixels))
    if options.visualNoise > 0 {
      for place in large.indices { large[place] += Float(options.visualNoise * stream.normal()) }
    }
    return PixelValues.array(large, type: type, shape: [1, options.size, options.size])
  }

  private func pixels(_ images: DigitsSource.Images, _ index: Int) -> [Float] {
    images.pixels.row(index).floats().map { $0 / 255 }
  }
}

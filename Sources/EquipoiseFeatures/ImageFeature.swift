// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseData
internal import EquipoiseKit
public import EquipoiseFormats
internal import EquipoiseTorch

/// From an image or frame of any size to [C, height, width] uint8: resized by bilinear interpolation with
/// antialiasing, as PIL and torchvision do it, and cropped.
public struct ImageFeature: Codable, Hashable, Sendable {
  /// How the image comes to its size.
  public enum Fit: Hashable, Sendable {
    /// Resized to it, whatever that does to the proportions: the GeWu-Lab loaders' test transform.
    case stretched
    /// Resized until the shorter side has so many pixels, then its centre cut out.
    case centred(shorterSide: Int)
  }

  // The names of the format.
  private enum CodingKeys: String, CodingKey { case height, width, fit }

  /// Pixels down.
  public let height: Int
  /// Pixels across.
  public let width: Int
  /// How the image comes to its size.
  public let fit: Fit

  /// 224 × 224 pixels, stretched: the test transform of OGM-GE, Diagnosing & Re-learning and others.
  public static let stretched224 = ImageFeature(height: 224, width: 224, fit: .stretched)
  /// The shorter side to 256 pixels and the centre of 224 × 224: ImageNet's usual test transform.
  public static let imageNet = ImageFeature(
    height: 224, width: 224, fit: .centred(shorterSide: 256))

  /// What pixels may be between resizing and cutting, along one side.
  private static let longestSide = 1 << 15

  /// A feature.
  ///
  /// - Parameters:
  ///   - height: pixels down.
  ///   - width: pixels across.
  ///   - fit: how the image comes to its size.
  public init(height: Int, width: Int, fit: Fit) {
    precondition(height >= 1 && width >= 1, "ImageFeature: \(height) × \(width)")
    if case .centred(let side) = fit {
      precondition(side >= max(height, width), "ImageFeature: \(side) < \(height) × \(width)")
    }
    self.height = height
    self.width = width
    self.fit = fit
  }

  /// The image at its new size.
  ///
  /// - Parameters:
  ///   - image: uint8 [rows, columns, C], as decoders give it.
  ///   - name: the image's name, for the error.
  /// - Returns: uint8 [C, height, width].
  /// - Throws: `EquipoiseError` for an array that is not an image, or one far too long for a crop.
  public func callAsFunction(_ image: HostArray, of name: String) throws -> HostArray {
    guard image.type == .uint8, image.shape.count == 3, image.count > 0 else {
      throw EquipoiseError(
        .data, "\(image) is not an image of bytes", at: name,
        fix: "give uint8 rows of columns of channels")
    }
    let (rows, columns) = (image.shape[0], image.shape[1])
    let target = size(rows, columns)
    guard max(target.rows, target.columns) <= Self.longestSide else {
      throw EquipoiseError(
        .data, "an image of \(rows) × \(columns) pixels is too long to be cropped", at: name,
        fix: "leave it out or cut it")
    }
    let planes = Tensor(image).permuted([2, 0, 1]).unsqueezed(0)
    let resized =
      target == (rows, columns)
      ? planes : planes.resizedAntialiased(height: target.rows, width: target.columns)
    let cut = Crop.centre(height, width, of: target)
    let result = resized.slice(cut.top..<cut.top + height, dimension: 2)
      .slice(cut.left..<cut.left + width, dimension: 3)
    return HostArray(
      uint8s: result.array(of: UInt8.self), shape: [image.shape[2], height, width])
  }

  /// Rows and columns after resizing; of the longer side, as torchvision, what is below a pixel is cut.
  private func size(_ rows: Int, _ columns: Int) -> (rows: Int, columns: Int) {
    switch fit {
    case .stretched: (height, width)
    case .centred(let side):
      rows <= columns ? (side, side * columns / rows) : (side * rows / columns, side)
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseFeatures
internal import EquipoiseMedia
internal import EquipoiseData
internal import EquipoiseFormats

/// A still image: uint8 [3, H, W].
struct StillFeature: StandardFeature {
  let image: ImageFeature

  var description: ModalityDescription {
    ModalityDescription(
      kind: .image, shape: [3, image.height, image.width], type: .uint8,
      mean: ImageStatistics.imageNet.mean, std: ImageStatistics.imageNet.std)
  }

  var record: FeatureRecord { .image(image) }

  func callAsFunction(
    _ files: [String], of id: String, by media: any MediaDecoding, _ stream: inout RandomStream
  ) throws -> HostArray {
    guard let path = files.first else { preconditionFailure("StillFeature: no file of '\(id)'") }
    return try image(media.image(path), of: path)
  }
}

// SPDX-License-Identifier: Apache-2.0
package import EquipoiseKit
package import EquipoiseMedia
package import EquipoiseData
package import EquipoiseFormats

/// A still image: uint8 [3, H, W].
package struct StillFeature: StandardFeature {
  let image: ImageFeature

  package var description: ModalityDescription {
    ModalityDescription(
      kind: .image, shape: [3, image.height, image.width], type: .uint8,
      mean: ImageStatistics.imageNet.mean, std: ImageStatistics.imageNet.std)
  }

  package var record: FeatureRecord { .image(image) }

  package func callAsFunction(
    _ files: [String], of id: String, by media: any MediaDecoding, _ stream: inout RandomStream
  ) throws -> HostArray {
    guard let path = files.first else { preconditionFailure("StillFeature: no file of '\(id)'") }
    return try image(media.image(path), of: path)
  }
}

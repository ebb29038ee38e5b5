// SPDX-License-Identifier: Apache-2.0
package import EquipoiseKit
package import EquipoiseMedia
package import EquipoiseData
package import EquipoiseFormats

/// Frames of a video file, or of a folder with its frames as images: uint8 [T, 3, H, W].
package struct VideoFeature: StandardFeature {
  let sampling: FrameSampling
  let image: ImageFeature

  package init(sampling: FrameSampling, image: ImageFeature) {
    self.sampling = sampling
    self.image = image
  }

  package var description: ModalityDescription {
    ModalityDescription(
      kind: .video, shape: [sampling.count, 3, image.height, image.width], type: .uint8,
      mean: ImageStatistics.imageNet.mean, std: ImageStatistics.imageNet.std)
  }

  package var record: FeatureRecord { .frames(sampling: sampling, image: image) }

  package func callAsFunction(
    _ files: [String], of id: String, by media: any MediaDecoding, _ stream: inout RandomStream
  ) throws -> HostArray {
    guard let path = files.first else { preconditionFailure("VideoFeature: no file of '\(id)'") }
    if let images = try ImageFolder.images(in: path) {
      let chosen = sampling.choice(sampling.count, of: images.count, &stream)
      return try HostArray.stack(chosen.map { try image(media.image(images[$0]), of: images[$0]) })
    }
    let frames = try Self.frames(path, sampling, by: media, &stream)
    return try HostArray.stack(frames.map { try image($0, of: path) })
  }

  /// The chosen frames of a video file, or those `offset` later.
  static func frames(
    _ path: String, _ sampling: FrameSampling, offset: Int = 0, by media: any MediaDecoding,
    _ stream: inout RandomStream
  ) throws -> [HostArray] {
    let times = try media.frameTimes(path)
    guard let last = times.last else {
      throw EquipoiseError(
        .data, "it has no video", at: path, fix: "leave it out, or name the file with the video")
    }
    // Half-way to the next frame, so that no rounding of time stamps gives its neighbour.
    let chosen = sampling.frames(at: times, &stream).map { number in
      let index = min(number + offset, times.count - 1)
      return index + 1 < times.count ? (times[index] + times[index + 1]) / 2 : last + 0.001
    }
    return try media.frames(path, at: chosen)
  }
}

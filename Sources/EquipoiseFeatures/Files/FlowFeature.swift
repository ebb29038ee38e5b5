// SPDX-License-Identifier: Apache-2.0
package import EquipoiseKit
package import EquipoiseMedia
package import EquipoiseData
package import EquipoiseFormats

/// Optical flow as bytes, 128 for none: uint8 [T, 2, H, W], across before down. From a folder with images
/// flow_x* and flow_y*, from two folders with the images of each, or computed from a video.
package struct FlowFeature: StandardFeature {
  let sampling: FrameSampling
  let image: ImageFeature
  /// Computes it from a video; nil reads images.
  package let flow: (any OpticalFlow)?
  let levels: FlowLevels

  package init(
    sampling: FrameSampling, image: ImageFeature, flow: (any OpticalFlow)?, levels: FlowLevels
  ) {
    self.sampling = sampling
    self.image = image
    self.flow = flow
    self.levels = levels
  }

  package var description: ModalityDescription {
    ModalityDescription(
      kind: .video, shape: [sampling.count, 2, image.height, image.width], type: .uint8, flow: true)
  }

  package var record: FeatureRecord {
    .flow(
      sampling: sampling, image: image,
      computed: flow.map { ComputedFlow(search: $0.name, levels: levels) })
  }

  package func callAsFunction(
    _ files: [String], of id: String, by media: any MediaDecoding, _ stream: inout RandomStream
  ) throws -> HostArray {
    guard let path = files.first else { preconditionFailure("FlowFeature: no file of '\(id)'") }
    if let flow { return try computed(path, flow, by: media, &stream) }
    let (across, down) =
      files.count == 2
      ? (try ImageFolder.images(in: files[0]), try ImageFolder.images(in: files[1]))
      : (
        try ImageFolder.images(in: path, prefix: "flow_x"),
        try ImageFolder.images(in: path, prefix: "flow_y")
      )
    guard let across, let down, across.count == down.count else {
      throw EquipoiseError(
        .data,
        "the clip has \(across?.count ?? 0) images of flow across and \(down?.count ?? 0) down",
        at: path, fix: "give one of each for every frame")
    }
    let chosen = sampling.choice(sampling.count, of: across.count, &stream)
    return try HostArray.stack(
      chosen.map { index in
        try HostArray.joined(
          [across[index], down[index]].map { try image(media.image($0), of: $0).slice(rows: 0..<1) }
        )
      })
  }

  private func computed(
    _ path: String, _ flow: any OpticalFlow, by media: any MediaDecoding,
    _ stream: inout RandomStream
  ) throws -> HostArray {
    var again = stream
    let first = try VideoFeature.frames(path, sampling, by: media, &stream)
    let second = try VideoFeature.frames(path, sampling, offset: 1, by: media, &again)
    return try HostArray.stack(
      zip(first, second).map { before, after in
        let bytes = levels(try flow(from: before, to: after, of: path))
        let (rows, columns) = (bytes.shape[1], bytes.shape[2])
        return try HostArray.joined(
          (0..<2).map {
            try image(bytes.row($0).reshaped([rows, columns, 1]), of: path)
          })
      })
  }
}

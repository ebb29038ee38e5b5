// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseFeatures
internal import EquipoisePreparation
internal import EquipoiseFormats

/// One clip of UTD-MHAD.
struct UTDClip: Equatable {
  let action: Int
  let subject: Int
  let trial: Int
  var id: String { "a\(action)_s\(subject)_t\(trial)" }
}

/// The folder of UTD-MHAD: `meta.csv` and archives with one array per clip.
final class UTDSource {
  let clips: [UTDClip]
  private let folder: String
  private let options: UTDOptions
  /// The archives opened so far, by name.
  private var archives: [String: NPZ] = [:]

  init(folder: String, _ options: UTDOptions) throws {
    self.folder = folder
    self.options = options
    let path = folder + "/meta.csv"
    let table = try CSV.read(path)
    let actions = try table.integers("action")
    let subjects = try table.integers("subject")
    let trials = try table.integers("trial")
    clips = try actions.indices.map { row in
      guard (1...UTDRecipe.actions.count).contains(actions[row]) else {
        throw EquipoiseError(
          .data, "there is no action \(actions[row])", at: "\(path):\(table.line(ofRow: row))",
          fix: "actions go from 1 to \(UTDRecipe.actions.count)")
      }
      return UTDClip(action: actions[row], subject: subjects[row], trial: trials[row])
    }
  }

  /// A modality of a clip as it is stored. Throws `EquipoiseError` or `FormatError`.
  func input(_ modality: String, of clip: UTDClip) throws -> HostArray {
    switch modality {
    case "depth": try depth(clip)
    case "flow": try flow(clip)
    case "inertial": try inertial(clip)
    default: try skeleton(clip)
    }
  }

  /// How many steps of a series are the clip's own; nil of other modalities. Throws `EquipoiseError` or `FormatError`.
  func steps(_ modality: String, of clip: UTDClip) throws -> Int? {
    let lengths = ["inertial": options.inertialLength, "skeleton": options.skeletonLength]
    return try lengths[modality].map { try min($0, archive(modality).info(clip.id).shape[0]) }
  }

  /// Depth in units of 16 millimetres, 0 where there is nothing: [frames, 1, size, size] uint8.
  private func depth(_ clip: UTDClip) throws -> HostArray {
    let video = try array(in: "depth_s\(clip.subject)", "a\(clip.action)_t\(clip.trial)", rank: 3)
    let resize = PlaneResampler(
      from: (video.shape[1], video.shape[2]), to: (options.size, options.size))
    let pixels = Self.evenly(options.frames, of: video.shape[0]).flatMap { frame in
      resize(video.row(frame).floats()).map { UInt8(min(255, ($0 / 16).rounded())) }
    }
    return HostArray(uint8s: pixels, shape: [options.frames, 1, options.size, options.size])
  }

  /// Motion in eighths of a pixel: [frames, 2, size, size] int8.
  private func flow(_ clip: UTDClip) throws -> HostArray {
    let video = try array(in: "flow_s\(clip.subject)", "a\(clip.action)_t\(clip.trial)", rank: 4)
    let resize = PlaneResampler(
      from: (video.shape[2], video.shape[3]), to: (options.size, options.size))
    let frames = UTDRecipe.flowFrames(options)
    let motion = Self.evenly(frames, of: video.shape[0]).flatMap { frame in
      (0..<2).flatMap { axis in
        resize(video.row(frame).row(axis).floats()).map {
          Int8(max(-127, min(127, $0.rounded())))
        }
      }
    }
    return HostArray(motion, shape: [frames, 2, options.size, options.size])
  }

  /// Accelerometer and gyroscope: [inertialLength, 6].
  private func inertial(_ clip: UTDClip) throws -> HostArray {
    let series = try array(in: "inertial", clip.id, rank: 2)
    return try sequence(series.floats(), options.inertialLength, series.shape[1], clip)
  }

  /// Twenty joints in space: [skeletonLength, 60].
  private func skeleton(_ clip: UTDClip) throws -> HostArray {
    let series = try array(in: "skeleton", clip.id, rank: 3)
    var numbers = series.floats()
    let width = series.shape[1] * series.shape[2]
    if options.centred {
      let hip = 3 * series.shape[2]
      for frame in stride(from: 0, to: numbers.count, by: width) {
        let centre = Array(numbers[frame + hip..<frame + hip + series.shape[2]])
        for place in 0..<width { numbers[frame + place] -= centre[place % series.shape[2]] }
      }
    }
    return try sequence(numbers, options.skeletonLength, width, clip)
  }

  private func sequence(
    _ numbers: [Float], _ length: Int, _ channels: Int, _ clip: UTDClip
  ) throws -> HostArray {
    guard numbers.allSatisfy(\.isFinite) else {
      throw EquipoiseError(
        .data, "clip '\(clip.id)' has numbers that are not finite", at: folder,
        fix: "copy the data again")
    }
    let resample = SeriesResampler(length: length, channels: channels, fit: options.fit)
    return HostArray(floats: resample(numbers), shape: [length, channels])
  }

  private func path(of archive: String) -> String { "\(folder)/\(archive).npz" }

  private func archive(_ name: String) throws -> NPZ {
    let file = try archives[name] ?? NPZ(path: path(of: name))
    archives[name] = file
    return file
  }

  private func array(in archive: String, _ key: String, rank: Int) throws -> HostArray {
    let array = try self.archive(archive).read(key)
    guard array.shape.count == rank, array.count > 0 else {
      throw EquipoiseError(
        .data, "'\(key)' is \(array), but \(rank) dimensions are expected", at: path(of: archive),
        fix: "copy the data again")
    }
    return array
  }

  /// The middles of `count` equal parts of `total` frames.
  private static func evenly(_ count: Int, of total: Int) -> [Int] {
    (0..<count).map { (2 * $0 + 1) * total / (2 * count) }
  }
}

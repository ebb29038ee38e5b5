// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseFeatures
internal import EquipoiseData
public import EquipoisePreparation
internal import EquipoiseFormats
internal import Foundation

/// UCF-101: 101 actions as colour and motion.
public struct UCF101Recipe: DatasetRecipe, MediaRecipe {
  /// The recipe's name.
  public static let name = "ucf-101"
  /// What it makes, and from what.
  public static let summary =
    "UCF-101, 101 actions: frames and optical flow from the videos and the published lists"

  private let options: UCF101Options

  /// The recipe with these settings.
  public init(_ options: UCF101Options) { self.options = options }

  /// Reads the lists.
  public func source(input: String, media: MediaPreparation) throws -> MediaSource {
    let folder = try MediaFolder(input)
    let classes = try classes(folder)
    var samples: [RawSample] = []
    for (name, split) in [("trainlist", Split.train), ("testlist", .test)] {
      let path = try list(name + "0\(options.split).txt", folder)
      for (fields, place) in try ListFile(path, separator: " ").rows {
        samples +=
          try media.collecting { [try sample(fields, place, split, classes, folder)] } ?? []
      }
    }
    return MediaSource(
      name: Self.name, folder: folder, classes: classes, modalities: try modalities(media),
      samples: samples, expected: options.split == 1 ? [.train: 9537, .test: 3783] : [:],
      expectCounts: options.expectCounts, extra: ["split": "official \(options.split)"])
  }

  private func list(_ name: String, _ folder: MediaFolder) throws -> String {
    try ListFile.find(name, in: folder.path, [options.lists])
  }

  /// Lines `NUMBER NAME`, numbers from 1.
  private func classes(_ folder: MediaFolder) throws -> [String] {
    let rows = try ListFile(list("classInd.txt", folder), separator: " ").rows
    for (index, row) in rows.enumerated() {
      guard row.fields.count == 2, Int(row.fields[0]) == index + 1 else {
        throw ListFile.malformed(row.place, "\(index + 1) CLASS")
      }
    }
    return rows.map { $0.fields[1] }
  }

  /// Lines `CLASS/v_CLASS_gNN_cNN.avi NUMBER`, without the number for test.
  private func sample(
    _ fields: [String], _ place: String, _ split: Split, _ classes: [String], _ folder: MediaFolder
  ) throws -> RawSample {
    let parts = fields.first?.split(separator: "/").map(String.init) ?? []
    guard parts.count == 2, let label = classes.firstIndex(of: parts[0]),
      fields.count == (split == .train ? 2 : 1)
    else { throw ListFile.malformed(place, "CLASS/v_CLASS_gNN_cNN.avi NUMBER") }
    if split == .train, Int(fields[1]) != label + 1 {
      throw EquipoiseError(
        .data,
        "class \(fields[1]) is not the number of '\(parts[0])' in classInd.txt, \(label + 1)",
        at: place, fix: "take lists of one publication")
    }
    let clip = (parts[1] as NSString).deletingPathExtension
    // Clips of one group are cut from one video.
    let group = clip.range(of: "_c", options: .backwards).map { String(clip[..<$0.lowerBound]) }
    let video = "\(options.videos)/\(fields[0])"
    let files = options.modalities.sorted().map { name in
      name == "rgb" || options.flow == .computed ? [video] : flowFiles(clip, folder)
    }
    return RawSample(
      id: clip, split: split, label: label, group: group ?? clip, files: files, place: place)
  }

  private func flowFiles(_ clip: String, _ folder: MediaFolder) -> [String] {
    FileManager.default.fileExists(atPath: "\(folder.path)/\(options.flowImages)/u")
      ? ["\(options.flowImages)/u/\(clip)", "\(options.flowImages)/v/\(clip)"]
      : ["\(options.flowImages)/\(clip)"]
  }

  private func modalities(_ media: MediaPreparation) throws -> [MediaModality] {
    let sampling = FrameSampling(count: options.frames, rate: nil, choice: options.choice)
    let image = ImageFeature(height: options.size, width: options.size, fit: .stretched)
    return try options.modalities.sorted().map { name in
      guard name == "flow" else {
        return MediaModality(name: name, feature: VideoFeature(sampling: sampling, image: image))
      }
      let isComputed = options.flow == .computed
      guard !isComputed || media.flow != nil else {
        throw EquipoiseError(
          .usage, "optical flow cannot be computed without OpenCV",
          fix: "install it (Debian: apt-get install libopencv-dev) and build again, or give images "
            + "with \(.setting("flow=images"))")
      }
      return MediaModality(
        name: name,
        feature: FlowFeature(
          sampling: sampling, image: image, flow: isComputed ? media.flow : nil,
          levels: FlowLevels(bound: options.flowBound)))
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseFeatures
internal import EquipoiseData
public import EquipoisePreparation
internal import Foundation

/// CREMA-D: acted sentences, sound and face, six emotions, 91 speakers.
///
/// The folder is the dataset's own: AudioWAV/NAME.wav and VideoFlash/NAME.flv, or frames as
/// Image-NN-FPS/NAME/*.jpg, with the lists train.csv and test.csv of OGM-GE's repository.
public struct CREMADRecipe: DatasetRecipe, MediaRecipe {
  /// The recipe's name.
  public static let name = "crema-d"
  /// What it makes, and from what.
  public static let summary =
    "CREMA-D, 6 emotions: spectrograms and frames from AudioWAV/, VideoFlash/ and the published lists"

  private let options: CREMADOptions

  /// The recipe with these settings.
  public init(_ options: CREMADOptions) { self.options = options }

  /// The order in which labels count.
  private var classes: [String] {
    options.variant == .ogmGE
      ? ["NEU", "HAP", "SAD", "FEA", "DIS", "ANG"] : ["ANG", "DIS", "FEA", "HAP", "NEU", "SAD"]
  }

  private var lists: [(name: String, split: Split, published: Int)] {
    options.split == .validation
      ? [("my_train.csv", .train, 5954), ("val.csv", .validation, 744), ("test.csv", .test, 744)]
      : [("train.csv", .train, 6698), ("test.csv", .test, 744)]
  }

  /// Reads the lists.
  public func source(input: String, media: MediaPreparation) throws -> MediaSource {
    let folder = try MediaFolder(input)
    let visual = try visualFolder(folder)
    var samples: [RawSample] = []
    for list in lists {
      let path = try ListFile.find(
        list.name, in: folder.path, options.lists.map { [$0] } ?? ["", "CREMAD", "data/CREMAD"])
      for (fields, place) in try ListFile(path, separator: ",").rows
      where fields != ["name", "label"] {
        samples += try media.collecting { [try sample(fields, place, list.split, visual)] } ?? []
      }
    }
    var expected = Dictionary(uniqueKeysWithValues: lists.map { ($0.split, $0.published) })
    var notes: [String] = []
    if options.split == .speaker {
      let assignment = SplitAssignment(
        classes: classes, seed: options.seed, place: folder.path,
        remedy: "add speakers, or take \(.setting("split=official"))")
      notes = try assignment.assign(&samples, test: options.testShare, validation: 0)
      // The clips are the published ones, but not how many of them are for test.
      let test = samples.count { $0.split == .test }
      expected = [.train: expected.values.reduce(0, +) - test, .test: test]
    }
    return MediaSource(
      name: Self.name, folder: folder, classes: classes, modalities: modalities, samples: samples,
      expected: expected, expectCounts: options.expectCounts,
      extra: ["split": options.split.rawValue, "variant": options.variant.rawValue], notes: notes)
  }

  private var modalities: [MediaModality] {
    options.modalities.sorted().map { name in
      let isOGM = options.variant == .ogmGE
      if name == "audio" {
        let variant = options.spectrogram ?? (isOGM ? .ogmGE : .diagnosingRelearning)
        return MediaModality(
          name: name,
          feature: AudioFeature(spectrogram: variant.feature, precision: options.precision),
          standardised: options.standardise)
      }
      let sampling = FrameSampling(
        count: options.frames ?? (isOGM ? 1 : 2), rate: Double(options.fps),
        choice: options.choice ?? (isOGM ? .leading : .middle))
      let image = ImageFeature(height: options.size, width: options.size, fit: .stretched)
      return MediaModality(name: name, feature: VideoFeature(sampling: sampling, image: image))
    }
  }

  /// Where the frames come from: a function of the clip's name.
  private func visualFolder(_ folder: MediaFolder) throws -> @Sendable (String) -> String {
    let frames = "Image-\(options.fps < 10 ? "0" : "")\(options.fps)-FPS"
    if !FileManager.default.fileExists(atPath: folder.path + "/VideoFlash"),
      FileManager.default.fileExists(atPath: folder.path + "/" + frames)
    {
      return { "\(frames)/\($0)" }
    }
    return { "VideoFlash/\($0).flv" }
  }

  private func sample(
    _ fields: [String], _ place: String, _ split: Split, _ visual: (String) -> String
  ) throws -> RawSample {
    guard fields.count == 2, let speaker = fields[0].split(separator: "_").first,
      let label = classes.firstIndex(of: fields[1])
    else { throw ListFile.malformed(place, "SPEAKER_SENTENCE_EMOTION_LEVEL,EMOTION") }
    let files = options.modalities.sorted().map { name in
      [name == "audio" ? "AudioWAV/\(fields[0]).wav" : visual(fields[0])]
    }
    return RawSample(
      id: fields[0], split: split, label: label, group: String(speaker), files: files, place: place)
  }
}

// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseFeatures
internal import EquipoiseData
public import EquipoisePreparation
internal import EquipoiseFormats
internal import Foundation

/// Kinetics-Sounds: the 31 classes of Kinetics that are seen and heard.
///
/// The folder holds the clips anywhere below it, as Kinetics is downloaded: CLASS/ID_START_END.mp4 or
/// ID.mp4, with sound in the video or as a .wav of the same name, and OGM-GE's lists.
public struct KineticsSoundsRecipe: DatasetRecipe, MediaRecipe {
  /// The recipe's name.
  public static let name = "kinetics-sounds"
  /// What it makes, and from what.
  public static let summary =
    "Kinetics-Sounds, 31 classes: filter banks and frames from Kinetics' videos and OGM-GE's lists"

  /// In alphabetical order, which the lists number.
  static let classes = [
    "blowing nose", "blowing out candles", "bowling", "chopping wood", "dribbling basketball",
    "laughing", "mowing lawn", "playing accordion", "playing bagpipes", "playing bass guitar",
    "playing clarinet", "playing drums", "playing guitar", "playing harmonica", "playing keyboard",
    "playing organ", "playing piano", "playing saxophone", "playing trombone", "playing trumpet",
    "playing violin", "playing xylophone", "ripping paper", "shoveling snow", "shuffling cards",
    "singing", "stomping grapes", "tap dancing", "tapping guitar", "tapping pen", "tickling",
  ]

  private let options: KineticsSoundsOptions

  /// The recipe with these settings.
  public init(_ options: KineticsSoundsOptions) { self.options = options }

  /// Reads the lists.
  public func source(input: String, media: MediaPreparation) throws -> MediaSource {
    let folder = try MediaFolder(input)
    let clips = ClipIndex(folder)
    var samples: [RawSample] = []
    for (list, split) in [(options.trainList, Split.train), (options.testList, .test)] {
      let path = try ListFile.find(
        list, in: folder.path,
        options.lists.map { [$0] } ?? ["", "KineticSound", "data/KineticSound"])
      for (fields, place) in try ListFile(path, separator: ",").rows {
        samples += try media.collecting { [try sample(fields, place, split, clips)] } ?? []
      }
    }
    return MediaSource(
      name: Self.name, folder: folder, classes: Self.classes, modalities: modalities,
      samples: samples, expected: [.train: 14_799, .test: 2_597],
      expectCounts: options.expectCounts, extra: ["split": "official"], notes: clips.notes)
  }

  private var modalities: [MediaModality] {
    options.modalities.sorted().map { name in
      if name == "audio" {
        return MediaModality(
          name: name,
          feature: AudioFeature(
            spectrogram: options.spectrogram.feature, precision: options.precision),
          standardised: options.standardise)
      }
      return MediaModality(
        name: name,
        feature: VideoFeature(
          sampling: FrameSampling(
            count: options.frames, rate: options.fps, choice: options.choice),
          image: ImageFeature(height: options.size, width: options.size, fit: .stretched)))
    }
  }

  private func sample(
    _ fields: [String], _ place: String, _ split: Split, _ clips: ClipIndex
  ) throws -> RawSample {
    guard fields.count == 3, let label = Int(fields[2]), Self.classes.indices.contains(label) else {
      throw ListFile.malformed(place, "ID,10,CLASS NUMBER from 0 to 30")
    }
    let id = fields[0]
    let video = clips.video(id)
    try checkFolder(video, label, place)
    let files = options.modalities.sorted().map { name in
      [name == "audio" ? clips.audio(id) ?? video ?? id + ".mp4" : video ?? id + ".mp4"]
    }
    return RawSample(id: id, split: split, label: label, group: nil, files: files, place: place)
  }

  /// A clip that lies in the folder of another class shows that list and folder do not belong together.
  private func checkFolder(_ video: String?, _ label: Int, _ place: String) throws {
    guard let video else { return }
    let folder = (FileSystem.folder(of: video) as NSString).lastPathComponent
    let name = folder.replacing("_", with: " ")
    guard let other = Self.classes.firstIndex(of: name), other != label else { return }
    throw EquipoiseError(
      .data, "the list says class \(label), '\(Self.classes[label])', but the clip is \(video)",
      at: place, fix: "take the list whose numbers are the classes in alphabetical order")
  }
}

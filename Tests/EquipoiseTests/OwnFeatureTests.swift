// SPDX-License-Identifier: Apache-2.0
import Equipoise
import EquipoiseFormats
import EquipoiseTestSupport
import Foundation
import Testing

/// A feature and a recipe for raw files of a program's own, by nothing but what the library gives to everybody.
@Suite struct OwnFeatureTests {
  // MARK: A feature and a recipe

  /// How often each word of a text occurs, in buckets.
  private struct Words: MediaFeatureConfiguration, MediaFeature, RangeChecking {
    static let name = "words"
    static let summary = "how often each word of a text occurs, in buckets"
    static let extensions = ["txt"]
    var buckets = 16
    var relative = false
    var scale = 1.0

    var description: ModalityDescription {
      ModalityDescription(kind: .vector, shape: [buckets], type: .float32)
    }
    var decodes: Bool { false }

    func check(at path: ConfigPath) throws {
      try path.check("buckets", buckets, .within(2...4096))
    }

    func callAsFunction(
      _ files: [String], of id: String, by media: any MediaDecoding, _ stream: inout RandomStream
    ) throws -> HostArray {
      let words = try String(contentsOfFile: files[0], encoding: .utf8).split { !$0.isLetter }
      guard !words.isEmpty else {
        throw EquipoiseError(.data, "it has no words", at: files[0], fix: "write some")
      }
      var counts = [Float](repeating: 0, count: buckets)
      for word in words {
        let hash = word.lowercased().utf8.reduce(7) { ($0 &* 31 &+ Int($1)) & 0xffff }
        counts[hash % buckets] += Float(scale) / (relative ? Float(words.count) : 1)
      }
      return HostArray(floats: counts, shape: [buckets])
    }
  }

  /// The same name in a program whose feature gives other numbers.
  private struct LaterWords: MediaFeatureConfiguration, MediaFeature {
    static let name = "words"
    static let summary = ""
    static let version = 2
    var description: ModalityDescription {
      ModalityDescription(kind: .vector, shape: [16], type: .float32)
    }
    func callAsFunction(
      _ files: [String], of id: String, by media: any MediaDecoding, _ stream: inout RandomStream
    ) throws -> HostArray { HostArray(floats: [Float](repeating: 0, count: 16), shape: [16]) }
  }

  /// What it says of itself is not what it makes.
  private struct Untrue: MediaFeatureConfiguration, MediaFeature {
    static let name = "untrue"
    static let summary = ""
    var description: ModalityDescription {
      ModalityDescription(kind: .vector, shape: [3], type: .float32)
    }
    var decodes: Bool { false }
    func callAsFunction(
      _ files: [String], of id: String, by media: any MediaDecoding, _ stream: inout RandomStream
    ) throws -> HostArray { HostArray(floats: [1], shape: [1]) }
  }

  /// A feature that needs a decoder: the library's spectrogram with its own constants.
  private struct Voice: MediaFeatureConfiguration {
    static let name = "voice"
    static let summary = "mel bands of a voice"
    func makeFeature() throws -> any MediaFeature {
      var settings = SpectrogramConfiguration()
      (settings.seconds, settings.mels) = (1, 20)
      return try settings.makeFeature()
    }
  }

  /// Pairs of notes, CLASS-NUMBER-a.txt and -b.txt, all in one folder.
  private struct Notes: MediaRecipe {
    struct Options: ConfigurationSection {
      var buckets = 16
    }
    static let name = "notes"
    static let summary = "pairs of notes"
    private let options: Options

    init(_ options: Options) { self.options = options }

    func source(input: String, media: MediaPreparation) throws -> MediaSource {
      var words = Words()
      words.buckets = options.buckets
      let classes = ["bad", "good"]
      let samples = (0..<12).map { number in
        let (label, id) = (number % 2, "\(classes[number % 2])-\(number)")
        return RawSample(
          id: id, split: number < 8 ? .train : .test, label: label,
          files: [["\(id)-a.txt"], ["\(id)-b.txt"]], place: "notes:\(number)")
      }
      return MediaSource(
        name: Self.name, folder: try MediaFolder(input), classes: classes,
        modalities: [
          try MediaModality(name: "first", feature: words, standardised: true),
          try MediaModality(name: "second", feature: words),
        ], samples: samples, expected: [.train: 8, .test: 4])
    }
  }

  // MARK: Files

  private static let catalogue = Catalogue.standard
    .adding(feature: Words.self).adding(feature: Untrue.self).adding(recipe: Notes.self)

  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try FileManager.default.createDirectory(
      atPath: folder.file("raw"), withIntermediateDirectories: true)
    var manifest = "id,split,label,text,length\n"
    for number in 0..<12 {
      let label = number % 2 == 0 ? "bad" : "good"
      let text = label == "bad" ? "dull grey rain, number" : "bright green sun, number"
      for side in ["a", "b"] {
        _ = try folder.write(
          "\(text) \(side) \(String(repeating: "x", count: number + 1))",
          to: "raw/\(label)-\(number)-\(side).txt")
      }
      try NPY.write(
        HostArray(floats: [Float(number), 1, 2], shape: [3]), to: folder.file("raw/\(number).npy"))
      manifest +=
        "\(number),\(number < 8 ? "train" : "test"),\(label),\(label)-\(number)-a.txt,\(number).npy\n"
    }
    _ = try folder.write(manifest, to: "raw/manifest.csv")
  }

  @discardableResult
  private func prepare(
    _ recipe: String = "manifest", to output: String = "data", sets: [String] = [],
    maxCorrupt: Int = 0, catalogue: Catalogue = Self.catalogue, notes: ((String) -> Void)? = nil
  ) throws -> DatasetDescription {
    var media = MediaPreparation.withoutDecoder(features: catalogue.features)
    media.maxCorrupt = maxCorrupt
    return try catalogue.recipes.prepare(
      recipe, input: folder.file("raw"), output: folder.file(output), sets: sets, media: media
    ) { event in
      if case .note(let note) = event { notes?(note) }
    }
  }

  private func text(_ name: String) throws -> String {
    try String(contentsOfFile: folder.file(name), encoding: .utf8)
  }

  private func trained(_ more: [String] = []) throws -> Run {
    let configuration = try Run.configuration(
      settings: [
        "data=\(folder.file("data"))", "training.epochs=1", "training.batchSize=4",
        "runtime.threads=1", "evaluation.validationFraction=0.25",
      ] + more, catalogue: Self.catalogue)
    let run = Run(configuration, in: folder.file("run"), catalogue: Self.catalogue)
    try run.train()
    return run
  }

  /// Batches of another size round otherwise.
  private func expectSame(_ one: Prediction, _ other: Prediction) {
    #expect(one.probabilities.count == 2)
    for (name, value) in one.probabilities {
      #expect(abs(value - (other.probabilities[name] ?? -1)) < 1e-6)
    }
  }

  // MARK: Tests

  /// By their ending without a word, by `kind` with their settings; the record says which.
  @Test func aFeatureMakesTheArraysOfAManifest() throws {
    let plain = try prepare()
    #expect(plain.modalities["text"]?.shape == [16])
    #expect(
      plain.extra["modality text"]
        == #"{"feature":"words","settings":{"buckets":16,"relative":false,"scale":1},"#
        + #""type":"own","version":1}"#)
    #expect(
      plain.extra["modality length"] == #"{"dtype":"float32","kind":"vector","type":"array"}"#)
    #expect(try text("data/media.json").contains(#""feature" : "words""#))

    let set = try prepare(
      to: "set", sets: ["modalities.text={kind: words, buckets: 5, scale: 0.5, standardise: false}"]
    )
    #expect(set.modalities["text"]?.shape == [5])
    #expect(set.modalities["text"]?.mean == nil && plain.modalities["text"]?.mean != nil)
    #expect(set.extra["modality text"]?.contains(#""buckets":5"#) == true)
    #expect(set.extra["modality text"]?.contains(#""scale":0.5"#) == true)
  }

  @Test func whatIsPreparedIsMadeAgainWhereItsSettingsChange() throws {
    var notes: [String] = []
    try prepare(sets: ["modalities.text=words"]) { notes.append($0) }
    #expect(!notes.contains { $0.contains("up to date") })
    notes = []
    try prepare(sets: ["modalities.text.kind=words"]) { notes.append($0) }
    #expect(notes.contains { $0.contains("up to date") })
    notes = []
    try prepare(sets: ["modalities.text={kind: words, relative: true}"]) { notes.append($0) }
    #expect(!notes.contains { $0.contains("up to date") })
  }

  /// Folders of classes: the modality is called after the feature.
  @Test func aFeatureTakesFilesInFoldersOfClasses() throws {
    for number in 0..<12 {
      let label = number % 2 == 0 ? "bad" : "good"
      let sorted = folder.file("sorted/\(label)")
      try FileManager.default.createDirectory(atPath: sorted, withIntermediateDirectories: true)
      try FileManager.default.copyItem(
        atPath: folder.file("raw/\(label)-\(number)-a.txt"), toPath: "\(sorted)/\(number).txt")
    }
    let description = try Self.catalogue.recipes.prepare(
      "manifest", input: folder.file("sorted"), output: folder.file("data"),
      media: .withoutDecoder(features: Self.catalogue.features))
    #expect(description.modalities.keys.sorted() == ["words"])
    #expect(description.classes == ["bad", "good"])
  }

  @Test func aRunPredictsRawFilesByTheCatalogue() throws {
    try prepare()
    let run = try trained()
    let files = [
      "text": folder.file("raw/bad-8-a.txt"), "length": folder.file("raw/8.npy"),
    ]
    let prediction = try #require(try run.predict(files: files).first)
    let prepared = try run.predict(folder.file("data"))
    #expect(prepared[0].sample == "8")
    expectSame(prediction, prepared[0])

    // A program that lacks the feature.
    let others = try Run(in: folder.file("run"))
    #expect(
      message { _ = try others.predict(files: files) }
        == "\(folder.file("run"))/dataset/media.json: the arrays were made by the feature 'words', which this "
        + "program does not have; use the program that made the dataset, or add the feature to this one's "
        + "catalogue")
    // One whose feature gives other numbers.
    let later = try Run(
      in: folder.file("run"), catalogue: .standard.adding(feature: LaterWords.self))
    #expect(
      message { _ = try later.predict(files: files) }?.contains(
        "the arrays were made by version 1 of the feature 'words', and this program has version 2; "
          + "prepare the dataset again") == true)
    // The modality that it has the feature for is predicted all the same.
    #expect(try others.predict(files: ["length": folder.file("raw/8.npy")]).count == 1)
  }

  @Test func aRecipeForRawFilesIsPreparedTrainedAndPredicted() throws {
    let description = try prepare("notes", sets: ["buckets=8"])
    #expect(description.modalities["first"]?.shape == [8])
    #expect(description.modalities["first"]?.mean?.count == 8)
    #expect(description.modalities["second"]?.mean == nil)
    #expect(description.extra["recipe"] == "notes")
    let run = try trained()
    let files = ["first", "second"].enumerated().map {
      ($1, folder.file("raw/bad-8-\($0 == 0 ? "a" : "b").txt"))
    }
    let prediction = try #require(
      try run.predict(files: Dictionary(uniqueKeysWithValues: files)).first)
    expectSame(prediction, try run.predict(folder.file("data"))[0])
  }

  /// A list that is not what it says of itself.
  private struct Short: MediaRecipe {
    struct Options: ConfigurationSection {
      var mistake = "files"
    }
    static let name = "short"
    static let summary = ""
    private let options: Options

    init(_ options: Options) { self.options = options }

    func source(input: String, media: MediaPreparation) throws -> MediaSource {
      let names = options.mistake == "order" ? ["b", "a"] : ["a", "b"]
      let files = Array(
        repeating: ["bad-0-a.txt"], count: options.mistake == "files" ? 1 : 2)
      return MediaSource(
        name: Self.name, folder: try MediaFolder(input), classes: ["no", "yes"],
        modalities: try names.map { try MediaModality(name: $0, feature: Words()) },
        samples: [
          RawSample(
            id: "x", split: .train, label: options.mistake == "class" ? 2 : 0, files: files,
            place: "list:1")
        ])
    }
  }

  @Test(arguments: [
    ("files", "list:1: sample 'x' does not have files of each of a, b; correct the recipe"),
    ("class", "list:1: sample 'x' is of class 2, and there are 2; correct the recipe"),
    ("order", "/raw: the modalities b, a are not in alphabetical order; correct the recipe"),
  ])
  func aListThatContradictsItselfIsRefused(mistake: String, expected: String) {
    let text = message {
      try prepare(
        "short", sets: ["mistake=\(mistake)"],
        catalogue: Self.catalogue.adding(recipe: Short.self))
    }
    #expect(text?.hasSuffix(expected) == true, "\(text ?? "accepted")")
  }

  @Test func corruptFilesAreNamedOrLeftOut() throws {
    _ = try folder.write("1 2 3", to: "raw/good-3-a.txt")
    #expect(
      message { try prepare() }?.contains("raw/good-3-a.txt: it has no words; write some") == true)
    try prepare(maxCorrupt: 1)
    #expect(try text("data/corrupt.csv").contains("it has no words"))
    try FileManager.default.removeItem(atPath: folder.file("raw/good-5-b.txt"))
    #expect(
      message { try prepare("notes", to: "other", maxCorrupt: 1) }?.contains(
        "missing: good-5 (good-5-b.txt)") == true)
  }

  @Test(arguments: [
    (
      "modalities.text={kind: words, bucket: 3}",
      "settings: unknown key 'modalities.text.bucket'; did you mean 'buckets'?"
    ),
    (
      "modalities.text={kind: words, size: 32}",
      "settings: 'modalities.text.size' does not apply to the feature 'words'; it belongs to 'frames', "
        + "'image', 'flow'; 'words' has 'standardise', 'buckets', 'relative', 'scale'"
    ),
    (
      "modalities.text={kind: image, precision: float16}",
      "settings: 'modalities.text.precision' does not apply to the feature 'image'; it belongs to "
        + "'spectrogram'; 'image' has 'standardise', 'size', 'shorterSide'"
    ),
    (
      "modalities.text={kind: words, buckets: 1}",
      "settings: modalities.text.buckets is 1; expected a number from 2 to 4096"
    ),
    (
      "modalities.text.kind=word", "settings: modalities.text.kind is 'word'; did you mean 'words'?"
    ),
  ])
  func mistakesAreToldAsThoseOfTheLibrary(set: String, expected: String) {
    #expect(message { try prepare(sets: [set]) } == expected)
  }

  /// Files of former versions say `kind: null`, and set keys without a kind.
  @Test func formerSettingsStillHold() throws {
    let plain = try prepare()
    let former = try prepare(
      to: "former",
      sets: ["modalities.length={kind: null, key: null, frames: 2, size: 64, rate: 8000}"])
    #expect(former.extra["prepared"] == plain.extra["prepared"])
  }

  @Test func whatAFeatureStatesMustBeTrue() {
    #expect(
      message { try prepare(sets: ["modalities.text=untrue"]) }?.contains(
        "modality 'text' became float32 [1], and its feature states float32 [3]; correct the feature"
      )
        == true)
  }

  /// Without FFmpeg only features that decode are refused.
  @Test func aFeatureThatDecodesNeedsADecoder() {
    #expect(
      message {
        try prepare(
          sets: ["modalities.text=voice"], catalogue: Self.catalogue.adding(feature: Voice.self))
      }?.contains("raw media cannot be read without FFmpeg's libraries") == true)
  }

  @Test func aCatalogueWithoutTheFeatureRefusesItsFiles() {
    let text = message { try prepare(catalogue: .standard.adding(recipe: Notes.self)) }
    #expect(
      text?.contains("it is not clear what 'bad-0-a.txt' in column 'text' is") == true,
      "\(text ?? "accepted")")
    #expect(
      message { try prepare(sets: ["modalities.text=words"], catalogue: .standard) }
        == "settings: modalities.text is 'words'; choose from 'array', 'auto', 'flow', 'frames', "
        + "'image', 'spectrogram', 'text'")
  }

  private struct Second: MediaFeatureConfiguration {
    static let name = "frames"
    static let summary = ""
    func makeFeature() throws -> any MediaFeature { Words() }
  }

  private struct Sounds: MediaFeatureConfiguration {
    static let name = "sounds"
    static let summary = ""
    static let extensions = ["wav"]
    func makeFeature() throws -> any MediaFeature { Words() }
  }

  @Test func aNameOrAnEndingThatIsTakenStopsTheProgram() async {
    await #expect(processExitsWith: .failure) {
      _ = Catalogue.standard.adding(feature: Second.self)
    }
    await #expect(processExitsWith: .failure) {
      _ = Catalogue.standard.adding(feature: Sounds.self)
    }
  }
}

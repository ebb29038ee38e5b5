// SPDX-License-Identifier: Apache-2.0
import EquipoisePreparation
import EquipoiseTestSupport
import EquipoiseTorch
import Foundation
import Testing

@testable import EquipoiseData
@testable import EquipoiseFormats
@testable import EquipoiseRecipes

@Suite struct DigitsRecipeTests {
  // MARK: Pairing

  private static let speakers = ["ann", "bob", "cyd", "dan"]

  /// Recordings 0 to 11 of the digits 0 and 1 by four speakers.
  private static let recordings = speakers.flatMap { speaker in
    [1, 0].flatMap { label in
      (0..<12).map { number in
        DigitRecording(
          file: "\(label)_\(speaker)_\(number).wav", label: label, speaker: speaker,
          recording: number)
      }
    }
  }

  private static func pairs(
    images: Int = 200, _ change: (inout DigitsOptions) -> Void = { _ in }
  ) throws -> [DigitPair] {
    var options = DigitsOptions()
    change(&options)
    return try DigitPairing(options: options).pairs(
      recordings, trainImages: (0..<images).map { $0 % 3 }, testImages: (0..<images).map { $0 % 2 })
  }

  @Test func officialSplitGoesByTheNumberOfTheRecording() throws {
    let pairs = try Self.pairs()
    #expect(pairs.count == 96)
    for pair in pairs {
      let number = pair.recording.recording
      #expect(pair.split == (number < 5 ? .test : number < 10 ? .validation : .train))
    }
  }

  @Test func imagesAreOfTheSameDigitAndNeverUsedTwice() throws {
    for count in [1, 2] {
      let pairs = try Self.pairs { $0.imagesPerRecording = count }
      #expect(pairs.count == 96 * count)
      for pair in pairs {
        #expect(pair.image % (pair.split == .test ? 2 : 3) == pair.recording.label)
      }
      let training = pairs.filter { $0.split != .test }.map(\.image)
      #expect(Set(training).count == training.count)
      let test = pairs.filter { $0.split == .test }.map(\.image)
      #expect(Set(test).count == test.count)
    }
  }

  @Test func theRuleIsFixed() throws {
    let pairs = try Self.pairs()
    // Training recordings of the digit 0, by number and speaker, take images 0, 3, 6, …
    let zeros = pairs.filter { $0.split == .train && $0.recording.label == 0 }
    #expect(
      zeros.prefix(5).map(\.recording.file) == [
        "0_ann_10.wav", "0_bob_10.wav", "0_cyd_10.wav", "0_dan_10.wav", "0_ann_11.wav",
      ])
    #expect(zeros.map(\.image) == (0..<8).map { 3 * $0 })
    // Validation goes on where training stopped.
    let validation = pairs.filter { $0.split == .validation && $0.recording.label == 0 }
    #expect(validation.first?.image == 24)
    #expect(pairs.first { $0.split == .test && $0.recording.label == 1 }?.image == 1)
  }

  @Test func speakersStayApart() throws {
    let pairs = try Self.pairs {
      $0.split = .speaker
      $0.trainSpeakers = ["ann", "cyd"]
      $0.validationSpeakers = []
      $0.testSpeakers = ["bob"]
    }
    let speakers = Dictionary(grouping: pairs, by: \.split)
      .mapValues { Set($0.map(\.recording.speaker)) }
    #expect(speakers == [.train: ["ann", "cyd"], .test: ["bob"]])
    #expect(pairs.count == 72)
  }

  @Test func mistakesAreExplained() throws {
    #expect(
      message {
        _ = try Self.pairs {
          ($0.split, $0.trainSpeakers, $0.validationSpeakers) = (.speaker, ["ann", "don"], [])
        }
      } == "trainSpeakers: there is no speaker 'don'; did you mean 'dan'?")
    #expect(
      message {
        _ = try Self.pairs {
          ($0.split, $0.trainSpeakers) = (.speaker, ["ann"])
          ($0.validationSpeakers, $0.testSpeakers) = (["bob"], ["ann"])
        }
      } == "testSpeakers: speaker 'ann' is listed twice; put each speaker into one split")
    #expect(
      message { _ = try Self.pairs(images: 60) }
        == "MNIST's train file has too few images of the digit 0; lower imagesPerRecording")
  }

  // MARK: Numbers

  @Test func aToneIsInItsBandAndSilenceBelow() throws {
    var options = DigitsOptions()
    options.size = 32
    let spectrogram = DigitSpectrogram(options)
    // 1000 Hz for 0.256 of 0.512 seconds, quietly: loudness does not matter.
    let tone = (0..<2048).map { 0.01 * Float(sin(2 * Double.pi * 1000 * Double($0) / 8000)) }
    let numbers = spectrogram(tone)
    #expect(numbers.count == 32 * 32)
    let early = (0..<32).map { numbers[$0 * 32 + 8] }
    let loudest = try #require(early.indices.max { early[$0] < early[$1] })
    // Slaney's scale: 15 of 35.2 mel lie below 1 kHz.
    #expect((12...14).contains(loudest))
    // log(10⁻⁷) where the recording has ended.
    #expect(abs(numbers[13 * 32 + 30] - -16.118) < 0.01)
    let loud = spectrogram(tone.map { $0 * 50 })
    #expect(zip(loud, numbers).allSatisfy { abs($0 - $1) < 0.01 })
    // Longer recordings are cut.
    #expect(spectrogram([Float](repeating: 0, count: 20_000)).count == 32 * 32)
  }

  // MARK: The whole recipe

  @Test func preparesAFolder() throws {
    let source = try Source()
    let dataset = try source.prepare(
      ["split=speaker", "trainSpeakers=[ann]", "validationSpeakers=[]", "testSpeakers=[bob]"])
    #expect(dataset.description.classes.count == 10)
    #expect(dataset.modalities.map(\.name) == ["audio", "visual"])
    #expect(dataset.modalities.map(\.description.shape) == [[1, 16, 16], [1, 16, 16]])
    #expect(dataset.modalities.map(\.description.type) == [.float32, .uint8])
    let train = try dataset.samples(.train)
    #expect(train.labels == [0, 1, 0, 1, 0, 1])
    #expect(train.groups == [0, 0, 0, 0, 0, 0])
    #expect(train.id(of: 0) == "0_ann_0.wav+0")
    let test = try dataset.samples(.test)
    #expect(test.groups == [1, 1, 1, 1, 1, 1])
    // The image of a digit d is a plane of the value 10·d, whatever the size.
    let stream = try Loader(test, LoaderOptions(batchSize: 2)).batches(epoch: 0)
    let batch = try #require(try stream.next())
    #expect(batch.inputs[1].row(1).floats() == [Float](repeating: 10, count: 256))
  }

  @Test func weakenedImagesAreFloat() throws {
    let source = try Source()
    let sets = ["visualNoise=0.1", "audioNoise=0.5"]
    let noisy = try source.prepare(sets)
    #expect(noisy.modalities[1].description.type == .float32)
    let again = try source.prepare(sets)
    #expect(again.fingerprint == noisy.fingerprint)
    let projected = try source.prepare(["pcaEnergy=0.5", "pixels=8"])
    #expect(
      projected.description.extra["visual"] == "1 principal components, 0.5 of the variance")
    #expect(source.notes == ["1 principal components keep 0.5 of the variance"])
  }

  @Test func mistakesInTheFolderAreExplained() throws {
    let source = try Source()
    try FileManager.default.removeItem(atPath: source.folder.file("in/wav/1_bob_0.wav"))
    #expect(
      source.failure() == "IN/wav/1_bob_0.wav: cannot open the file: No such file or directory; "
        + "check the path")
    try WAV.write(
      Waveform(samples: [0, 1], sampleRate: 16_000), to: source.folder.file("in/wav/1_bob_0.wav"))
    #expect(
      source.failure()
        == "IN/wav/1_bob_0.wav: is sampled at 16000 Hz, not 8000 Hz; resample it")
    try Data([1, 2, 3]).write(to: URL(fileURLWithPath: source.folder.file("in/mnist_test.npz")))
    #expect(source.failure()?.hasPrefix("IN/mnist_test.npz: ") == true)
    _ = try source.folder.write("wav,label,speaker,recording\nx.wav,10,ann,0\n", to: "in/wav.csv")
    #expect(
      source.failure() == "IN/wav.csv:2: label 10 and file 'x.wav' are not those of a digit; "
        + "correct the line")
  }

  /// Two digits by two speakers, each recorded for each split; Goldens/tiny_mnist is written by
  /// References/data.py.
  private final class Source {
    let folder: TemporaryFolder
    private(set) var notes: [String] = []
    private var count = 0

    init() throws {
      folder = try TemporaryFolder()
      try FileManager.default.createDirectory(
        atPath: folder.file("in/wav"), withIntermediateDirectories: true)
      var table = "wav,label,speaker,recording,split_official\n"
      for speaker in ["ann", "bob"] {
        for label in 0...1 {
          for recording in [0, 5, 10] {
            let name = "\(label)_\(speaker)_\(recording).wav"
            table += "\(name),\(label),\(speaker),\(recording),train\n"
            let samples = (0..<1200).map { Float(($0 * (label + 1)) % 40) / 40 - 0.5 }
            try WAV.write(
              Waveform(samples: samples, sampleRate: 8000), to: folder.file("in/wav/\(name)"))
          }
        }
      }
      _ = try folder.write(table, to: "in/wav.csv")
      for name in ["mnist_train", "mnist_test"] {
        try FileManager.default.copyItem(
          at: try #require(
            Bundle.module.url(forResource: "Goldens/tiny_mnist", withExtension: "npz")),
          to: URL(fileURLWithPath: folder.file("in/\(name).npz")))
      }
    }

    func prepare(_ sets: [String]) throws -> PreparedDataset {
      count += 1
      let output = folder.file("out\(count)")
      try RecipeCatalogue.standard.prepare(
        "digits", input: folder.file("in"), output: output,
        sets: ["size=16", "window=64"] + sets
      ) { event in
        if case .note(let text) = event { notes.append(text) }
      }
      return try PreparedDataset(folder: output)
    }

    func failure() -> String? {
      message {
        try RecipeCatalogue.standard.prepare(
          "digits", input: folder.file("in"), output: folder.file("failed"), sets: ["size=16"])
      }?.replacingOccurrences(of: folder.file("in"), with: "IN")
    }
  }
}

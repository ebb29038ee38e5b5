// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseData
public import EquipoisePreparation
internal import EquipoiseFormats

/// Spoken and written digits: a log-mel spectrogram and an image of the same digit.
public struct DigitsRecipe: DatasetRecipe {
  /// The recipe's name.
  public static let name = "digits"
  /// What it makes, and from what.
  public static let summary =
    "spoken (audio) and written (visual) digits, from a folder with wav.csv, wav/ and mnist_*.npz"

  private static let classes = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine",
  ]
  private let options: DigitsOptions

  /// The recipe with these settings.
  public init(_ options: DigitsOptions) { self.options = options }

  /// Makes the dataset.
  public func prepare(
    input: String, output: String, report: (PreparationEvent) -> Void
  ) throws -> DatasetDescription {
    let source = try DigitsSource(folder: input)
    let pairs = try DigitPairing(options: options).pairs(
      source.recordings, trainImages: source.trainImages.labels,
      testImages: source.testImages.labels)
    var images = DigitImages(options)
    images.fit(source.trainImages, pairs.filter { $0.split == .train }.map(\.image))
    if let count = images.componentCount {
      report(.note("\(count) principal components keep \(options.pcaEnergy) of the variance"))
    }
    let speakers = Set(source.recordings.map(\.speaker)).sorted()
    let writer = try DatasetWriter(
      folder: output, description: description(images.type, speakers, images.componentCount),
      standardising: ["audio", "visual"])
    let spectrogram = DigitSpectrogram(options)
    for (index, pair) in pairs.enumerated() {
      // Of the recording's own, so that the noise does not depend on which others are used.
      let name = "\(pair.recording.file)+\(pair.image)"
      let stream = RandomStream(seed: UInt64(options.seed), "digits", name)
      var (sound, sight) = (stream.substream("audio"), stream.substream("visual"))
      let picture = images.image(
        pair.split == .test ? source.testImages : source.trainImages, pair.image, &sight)
      let audio = noisy(spectrogram(try source.samples(of: pair.recording)), &sound)
      let sample = PreparedSample(
        inputs: [HostArray(floats: audio, shape: [1, options.size, options.size]), picture],
        label: pair.recording.label, group: speakers.firstIndex(of: pair.recording.speaker),
        id: name)
      try writer.append(sample, to: pair.split)
      report(.progress(index + 1, of: pairs.count))
    }
    return try writer.finish()
  }

  private func noisy(_ numbers: [Float], _ stream: inout RandomStream) -> [Float] {
    guard options.audioNoise > 0 else { return numbers }
    return numbers.map { $0 + Float(options.audioNoise * stream.normal()) }
  }

  private func description(
    _ pixels: ElementType, _ speakers: [String], _ components: Int?
  ) -> DatasetDescription {
    let shape = [1, options.size, options.size]
    var extra = [
      "split": options.split.rawValue, "groups": speakers.joined(separator: ", "),
      "source": "Free Spoken Digit Dataset and MNIST",
    ]
    if let components {
      extra["visual"] = "\(components) principal components, \(options.pcaEnergy) of the variance"
    }
    return DatasetDescription(
      name: Self.name, classes: Self.classes,
      modalities: [
        "audio": ModalityDescription(kind: .spectrogram, shape: shape, type: .float32),
        "visual": ModalityDescription(kind: .image, shape: shape, type: pixels),
      ], extra: extra)
  }
}

// SPDX-License-Identifier: Apache-2.0
import EquipoiseTestSupport
import Foundation
import Testing

@testable import EquipoiseData
@testable import EquipoiseFormats
@testable import EquipoiseKit

/// Against torchvision and tsaug by References/augmentation.py, and by hand.
@Suite struct NumberChangeTests {
  private let golden: SafetensorsFile

  init() throws {
    let url = Bundle.module.url(forResource: "Goldens/augmentation", withExtension: "safetensors")
    golden = try SafetensorsFile(path: try #require(url).path)
  }

  // MARK: Pictures

  @Test func aCropIsEnlargedAsTorchvisionDoes() throws {
    var sample = try picture()
    RandomResizedCrop.enlarge(Crop(top: 3, left: 2, height: 5, width: 7), of: &sample)
    #expect(try distance(sample, "cropped") < 1e-6)
  }

  @Test(arguments: [
    ("brightness", ColorJitter.Change.brightness(1.3)), ("contrast", .contrast(1.6)),
    ("saturation", .saturation(0.2)), ("hue", .hue(0.4)),
  ])
  func coloursChangeAsTorchvisions(name: String, change: ColorJitter.Change) throws {
    var sample = try picture()
    ColorJitter.apply(change, to: &sample)
    #expect(try distance(sample, name) < 1e-5)
  }

  @Test func changesOfColourFollowEachOther() throws {
    var sample = try picture()
    for change in [.brightness(1.3), .contrast(0.6), .saturation(1.7), .hue(-0.3)]
      as [ColorJitter.Change]
    {
      ColorJitter.apply(change, to: &sample)
    }
    #expect(try distance(sample, "jittered") < 1e-5)
    // Alone in a picture of one channel, of which its own mean is the grey.
    let one = try picture().values.prefix(99)
    var grey = Self.sample(.image, [1, 9, 11], Array(one))
    ColorJitter.apply(.contrast(0.4), to: &grey)
    #expect(try distance(grey, "grey") < 1e-5)
  }

  @Test(arguments: [
    ("ShearX", RandAugment.Operation.shearX(0.09)), ("ShearY", .shearY(-0.09)),
    ("TranslateX", .translateX(2)), ("TranslateY", .translateY(-3)), ("Rotate", .rotate(9)),
    ("Sharpness", .sharpness(1.27)), ("Posterize", .posterize(5)), ("Solarize", .solarize(0.7)),
    ("AutoContrast", .autoContrast), ("Equalize", .equalize),
  ])
  func operationsOfRandAugmentAreTorchvisions(name: String, operation: RandAugment.Operation) throws
  {
    let levels = try golden.array("levels")
    var sample = Self.sample(.image, levels.shape, levels.floats().map { $0 / 255 })
    RandAugment.apply(operation, to: &sample)
    let expected = try golden.array(name).floats()
    #expect(expected != levels.floats())
    // torchvision cuts its results off to whole numbers, and rounds smoothed ones, of which 0.27 counts.
    let most = Float(1 + 0.27 / 2 + 0.005)
    for (value, number) in zip(sample.values, expected) {
      #expect(abs(value * 255 - number) < most)
    }
  }

  @Test func strengthsOfRandAugmentAreTorchvisions() {
    let configuration = RandAugmentConfiguration()
    #expect(configuration.magnitude == 9 && configuration.magnitudeBins == 31)
    let augment = RandAugment(configuration: configuration)
    var stream = RandomStream(seed: 5)
    let draws = (0..<3000).map { _ in augment.draw(rows: 331, columns: 662, &stream) }
    // A strength of 9 of 30 is 0.3: each operation and both signs, and nothing else.
    func has(_ operation: RandAugment.Operation) -> Bool {
      draws.contains {
        switch ($0, operation) {
        case (.shearX(let a), .shearX(let b)), (.rotate(let a), .rotate(let b)),
          (.solarize(let a), .solarize(let b)), (.sharpness(let a), .sharpness(let b)),
          (.color(.brightness(let a)), .color(.brightness(let b))):
          abs(a - b) < 1e-12
        default: $0 == operation
        }
      }
    }
    let expected: [RandAugment.Operation] = [
      .identity, .shearX(0.09), .shearX(-0.09), .translateX(90), .translateX(-90), .translateY(45),
      .translateY(-45), .rotate(9), .rotate(-9), .color(.brightness(1.27)),
      .color(.brightness(0.73)), .sharpness(1.27), .posterize(7), .solarize(0.7), .autoContrast,
      .equalize,
    ]
    for operation in expected { #expect(has(operation), "\(operation)") }
  }

  @Test func allFramesChangeAlike() throws {
    let frame: [Float] = [0.1, 0.5, 0.9, 0.4, 0.3, 0.2, 0.6, 0.7, 0.8, 0, 1, 0.5]
    var video = Self.sample(.video, [2, 3, 2, 2], frame + frame)
    var configuration = AugmentationConfiguration()
    configuration.randomResizedCrop.probability = 1
    configuration.colorJitter.contrast = 0.5
    configuration.colorJitter.hue = 0.5
    var stream = RandomStream(seed: 4)
    for change in configuration.changes { change.apply(to: &video, &stream) }
    #expect(video.values[..<12] == video.values[12...])
    #expect(Array(video.values[..<12]) != frame)
  }

  @Test func factorsAndOrdersAreDrawnFromTheirRanges() {
    var configuration = ColorJitterConfiguration()
    (configuration.brightness, configuration.contrast, configuration.hue) = (0.4, 1.5, 0.1)
    let jitter = ColorJitter(configuration: configuration)
    var stream = RandomStream(seed: 2)
    let draws = (0..<3000).map { _ in jitter.draw(&stream) }
    var (brightness, contrast, hue): ([Double], [Double], [Double]) = ([], [], [])
    for change in draws.joined() {
      switch change {
      case .brightness(let factor): brightness.append(factor)
      case .contrast(let factor): contrast.append(factor)
      case .hue(let turn): hue.append(turn)
      case .saturation: Issue.record("saturation was not asked for")
      }
    }
    for (values, low, high) in [(brightness, 0.6, 1.4), (contrast, 0, 2.5), (hue, -0.1, 0.1)] {
      #expect(values.count == 3000)
      // 3000 uniform numbers: the chance that none is in the outer hundredth of either end is 2e-13.
      #expect(values.allSatisfy { (low...high).contains($0) })
      #expect(values.min() ?? high < low + (high - low) / 100)
      #expect(values.max() ?? low > high - (high - low) / 100)
    }
    // Each change comes first in a third of the draws; five standard deviations are 130.
    let first = draws.count {
      if case .hue = $0[0] { true } else { false }
    }
    #expect(abs(first - 1000) < 130)
  }

  // MARK: Series and sound

  @Test(arguments: [("long", 3.0), ("short", 1.5)])
  func timeIsWarpedAsByTsaug(name: String, ratio: Double) throws {
    let values = try golden.array(name + ".values")
    let draws = try golden.array(name + ".draws").doubles()
    let steps = values.shape[0]
    let positions = TimeWarp.positions(draws, ratio: ratio, steps: steps)
    var series = Self.sample(.sequence, values.shape, values.floats())
    TimeWarp.resample(&series, at: positions)
    #expect(try distance(series, name + ".warped") < 1e-5)
    // The same of a spectrogram, whose time runs along columns.
    let columns = (0..<2).flatMap { row in
      (0..<steps).map { values.floats()[2 * $0 + row] }
    }
    var sound = Self.sample(.spectrogram, [1, 2, steps], columns)
    TimeWarp.resample(&sound, at: positions)
    let again = (0..<steps).flatMap { [sound.values[$0], sound.values[steps + $0]] }
    #expect(again == series.values)
  }

  @Test func noiseIsInStandardDeviationsOfItsChannel() {
    var sample = Self.sample(
      .sequence, [4000, 2], [Float](repeating: 3, count: 8000), std: [0.5, 2])
    var stream = RandomStream(seed: 1)
    GaussianNoise(deviation: 0.1).apply(to: &sample, &stream)
    for (channel, std) in [(0, 0.05), (1, 0.2)] {
      let own = (0..<4000).map { Double(sample.values[2 * $0 + channel]) - 3 }
      let mean = own.reduce(0, +) / 4000
      let deviation = (own.reduce(0) { $0 + $1 * $1 } / 4000).squareRoot()
      // Five standard errors.
      #expect(abs(mean) < 5 * std / 4000.0.squareRoot())
      #expect(abs(deviation - std) < 5 * std / 8000.0.squareRoot())
    }
  }

  @Test func aGainRaisesAWholeSpectrogram() {
    var gains: [Float] = []
    for seed in 0..<400 {
      var sample = Self.sample(
        .spectrogram, [2, 1, 2], [1, 2, 3, 4], mean: [0, 0], std: [0.5, 4])
      var stream = RandomStream(seed: UInt64(seed))
      Gain(most: 2).apply(to: &sample, &stream)
      let gain = (sample.values[0] - 1) / 0.5
      for (value, expected) in zip(
        sample.values, [1 + gain / 2, 2 + gain / 2, 3 + 4 * gain, 4 + 4 * gain])
      {
        #expect(abs(value - expected) < 1e-5)
      }
      gains.append(gain)
    }
    #expect(gains.allSatisfy { abs($0) <= 2 } && gains.min()! < -1.8 && gains.max()! > 1.8)
  }

  @Test func scalingIsAFactorOfEachChannelAboutItsMean() {
    var sample = Self.sample(.sequence, [3, 2], [1, 5, 2, 6, 3, 5], mean: [1, 5])
    var stream = RandomStream(seed: 1)
    Scaling(deviation: 0.5).apply(to: &sample, &stream)
    var again = RandomStream(seed: 1)
    let factors = (0..<2).map { _ in Float(1 + 0.5 * again.normal()) }
    let expected = [1, 5, 1 + factors[0], 5 + factors[1], 1 + 2 * factors[0], 5]
    #expect(zip(sample.values, expected).allSatisfy { abs($0 - $1) < 1e-5 })
    #expect(factors[0] != factors[1])
  }

  // MARK: Stored types

  @Test(arguments: [
    (ElementType.uint8, [Float(0.5), -1, 2], [Float(128), 0, 255]),
    (.int8, [-3.6, -200, 200], [-4, -128, 127]),
    (.int16, [2.4, 1e9, -1e9], [2, 32767, -32768]), (.uint16, [2.6, -1, 1e9], [3, 0, 65535]),
    (.int32, [7, 1e20, -1e20], [7, 2_147_483_648, -2_147_483_648]),
    (.int64, [7, 1e30, -1], [7, 9.223372e18, -1]), (.bool, [0.4, 0.6, 5], [0, 1, 1]),
    (.float16, [0.25, 1e9, -1e9], [0.25, 65504, -65504]),
    (.bfloat16, [0.25, -2.5, 1], [0.25, -2.5, 1]),
    (.float32, [0.1, 2, 3], [0.1, 2, 3]), (.float64, [0.25, 2, 3], [0.25, 2, 3]),
  ])
  func numbersAreStoredAsTheNearestThatTheirTypeHas(
    type: ElementType, numbers: [Float], stored: [Float]
  ) throws {
    let modality = ModalityDescription(kind: .sequence, shape: [3, 1], type: type)
    let sample = SampleNumbers(
      values: numbers, grid: AugmentationGrid(modality), modality: modality)
    let array = try HostArray(type: type, shape: [3, 1]) { sample.store(into: $0) }
    #expect(array.floats() == stored)
    let read = array.withUnsafeBytes {
      SampleNumbers($0, grid: AugmentationGrid(modality), modality: modality)
    }
    #expect(read.values == (type == .uint8 ? stored.map { $0 / 255 } : stored))
  }

  // MARK: Together

  /// The crop takes all, so that only what was there before is seen, drawn as without it.
  @Test func whatWasThereBeforeDrawsTheSame() throws {
    let modality = DatasetModality(
      name: "m", description: ModalityDescription(kind: .image, shape: [1, 4, 4], type: .uint8))
    var configuration = AugmentationConfiguration()
    (configuration.crop, configuration.flip) = (2, true)
    let before = try #require(try SampleAugmenter(modality, configuration))
    configuration.randomResizedCrop.probability = 1
    (configuration.randomResizedCrop.scale, configuration.randomResizedCrop.ratio) = (
      [1, 1], [1, 1]
    )
    let after = try #require(try SampleAugmenter(modality, configuration))
    let source = (0..<16).map { UInt8(10 * $0 + 1) }
    for sample in 0..<20 {
      #expect(
        result(before, source, sample) == result(after, source, sample))
    }
    configuration.randomResizedCrop.scale = [0.3, 0.5]
    let cropped = try #require(try SampleAugmenter(modality, configuration))
    #expect((0..<20).contains { result(before, source, $0) != result(cropped, source, $0) })
  }

  @Test func masksMayBeSeveralAndAShareOfTheSample() {
    let grid = AugmentationGrid(
      ModalityDescription(kind: .spectrogram, shape: [1, 6, 10], type: .float32))
    var configuration = AugmentationConfiguration()
    (configuration.timeMask, configuration.timeMasks) = (5, 2)
    (configuration.frequencyMask, configuration.frequencyMasks) = (2, 3)
    configuration.timeMaskShare = 0.35
    var stream = RandomStream(seed: 1)
    let plans = (0..<500).map { _ in grid.plan(configuration, &stream) }
    #expect(plans.allSatisfy { $0.blankColumns.count == 2 && $0.blankRows.count == 3 })
    #expect(Set(plans.flatMap(\.blankColumns).map(\.count)) == [0, 1, 2, 3])
    #expect(plans.contains { $0.blankColumns[0] != $0.blankColumns[1] })
  }

  @Test(arguments: [
    ("sound", "jitter", "jitter is for sequences and vectors; of spectrograms there is noise"),
    ("sound", "scaling", "scaling is for sequences and vectors; of spectrograms there is gain"),
    (
      "sound", "randomResizedCrop",
      "randomResizedCrop is for images and video; of spectrograms there is timeWarp"
    ),
    ("series", "noise", "noise is for spectrograms; of sequences there is jitter"),
    ("series", "gain", "gain is for spectrograms; of sequences there is scaling"),
    ("vector", "timeWarp", "timeWarp is for spectrograms and sequences"),
    ("image", "noise", "noise is for spectrograms; of images there is colorJitter.brightness"),
    ("series", "colorJitter", "colorJitter is for images and video; of sequences there is scaling"),
  ])
  func refusesWithTheNearest(name: String, key: String, fix: String) {
    var configuration = AugmentationConfiguration()
    switch key {
    case "jitter": configuration.jitter = 1
    case "scaling": configuration.scaling = 1
    case "noise": configuration.noise = 1
    case "gain": configuration.gain = 1
    case "timeWarp": configuration.timeWarp.probability = 1
    case "colorJitter": configuration.colorJitter.contrast = 1
    default: configuration.randomResizedCrop.probability = 1
    }
    let (kind, shape): (ModalityKind, [Int]) =
      switch name {
      case "sound": (.spectrogram, [1, 4, 4])
      case "series": (.sequence, [4, 2])
      case "vector": (.vector, [4])
      default: (.image, [3, 4, 4])
      }
    let modality = DatasetModality(
      name: name, description: ModalityDescription(kind: kind, shape: shape, type: .uint8))
    #expect(
      message { try AugmentationRules(configuration, for: modality).check() }
        == "augmentation.\(name).\(key): '\(name)' is of kind \(kind.rawValue); \(fix)")
  }

  @Test(arguments: [
    (
      1, ElementType.uint8, true,
      "colorJitter.saturation: 'm' has one channel; "
        + "saturation is for 3 channels; brightness and contrast are for 1, too"
    ),
    (
      3, .float32, false,
      "colorJitter: 'm' is stored as float32, of 3 channel(s); "
        + "colorJitter is for pictures of uint8 with 1 or 3 channels"
    ),
  ])
  func refusesColoursThatAreNone(channels: Int, type: ElementType, hasHue: Bool, text: String) {
    var configuration = AugmentationConfiguration()
    configuration.colorJitter.brightness = 0.1
    if hasHue { configuration.colorJitter.saturation = 0.1 }
    let modality = DatasetModality(
      name: "m",
      description: ModalityDescription(kind: .image, shape: [channels, 2, 2], type: type))
    #expect(
      message { try AugmentationRules(configuration, for: modality).check() }
        == "augmentation.m." + text)
  }

  // MARK: Helpers

  private func picture() throws -> SampleNumbers {
    Self.sample(.image, [3, 9, 11], try golden.array("picture").floats())
  }

  private static func sample(
    _ kind: ModalityKind, _ shape: [Int], _ values: [Float], mean: [Double]? = nil,
    std: [Double]? = nil
  ) -> SampleNumbers {
    let modality = ModalityDescription(
      kind: kind, shape: shape, type: .float32, mean: mean, std: std)
    return SampleNumbers(values: values, grid: AugmentationGrid(modality), modality: modality)
  }

  private func distance(_ sample: SampleNumbers, _ name: String) throws -> Float {
    let expected = try golden.array(name).floats()
    #expect(expected.count == sample.values.count)
    return zip(sample.values, expected).map { abs($0 - $1) }.max() ?? .infinity
  }

  private func result(_ augmenter: SampleAugmenter, _ source: [UInt8], _ sample: Int) -> [UInt8] {
    var result = source
    var stream = RandomStream(seed: 3, "sample \(sample)")
    source.withUnsafeBytes { source in
      result.withUnsafeMutableBytes { augmenter.apply(to: source, into: $0, &stream) }
    }
    return result
  }
}

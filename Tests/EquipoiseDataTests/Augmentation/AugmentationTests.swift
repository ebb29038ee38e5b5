// SPDX-License-Identifier: Apache-2.0
import EquipoiseTestSupport
import Testing

@testable import EquipoiseData
@testable import EquipoiseFormats
@testable import EquipoiseKit

@Suite struct AugmentationTests {
  /// 3 rows of 4 columns: 11…14, 21…24, 31…34.
  private static let numbers = (1...3).flatMap { row in (1...4).map { 10 * row + $0 } }

  @Test func cropTakesAShiftedWindowOverBlack() throws {
    let augmenter = try augmenter(.image, [1, 3, 4], .uint8)
    var plan = AugmentationPlan()
    plan.rowOffset = 1
    plan.columnOffset = -2
    #expect(
      apply(plan, augmenter, Self.numbers.map(UInt8.init)) == [
        0, 0, 21, 22,
        0, 0, 31, 32,
        0, 0, 0, 0,
      ])
    plan.mirrored = true
    #expect(
      apply(plan, augmenter, Self.numbers.map(UInt8.init)) == [
        22, 21, 0, 0,
        32, 31, 0, 0,
        0, 0, 0, 0,
      ])
  }

  @Test func aClipIsMirroredAsAWhole() throws {
    let augmenter = try augmenter(.video, [2, 1, 1, 3], .float32)
    var plan = AugmentationPlan()
    plan.mirrored = true
    #expect(apply(plan, augmenter, [1, 2, 3, 4, 5, 6] as [Float]) == [3, 2, 1, 6, 5, 4])
  }

  @Test func mirroredFlowTurnsItsFirstChannelAround() throws {
    var plan = AugmentationPlan()
    plan.mirrored = true
    // Two frames of two channels of one row; the second channel is vertical motion.
    let shape = [2, 2, 1, 2]
    let signed = try augmenter(.video, shape, .int8, flow: true)
    #expect(
      apply(plan, signed, [1, -128, 3, 4, -5, 6, 7, 8] as [Int8]) == [127, -1, 4, 3, -6, 5, 8, 7])
    let bytes = try augmenter(.video, shape, .uint8, flow: true)
    #expect(
      apply(plan, bytes, [0, 100, 3, 4, 255, 6, 7, 8] as [UInt8])
        == [155, 255, 4, 3, 249, 0, 8, 7])
    let floats = try augmenter(.video, shape, .float32, flow: true)
    #expect(
      apply(plan, floats, [1, -2, 3, 4, 5, 6, 7, 8] as [Float]) == [2, -1, 4, 3, -6, -5, 8, 7])
    plan.mirrored = false
    #expect(
      apply(plan, signed, [1, -128, 3, 4, -5, 6, 7, 8] as [Int8])
        == [1, -128, 3, 4, -5, 6, 7, 8])
  }

  @Test func bytesOfFlowArePaddedWithNoMotion() throws {
    let augmenter = try augmenter(.image, [2, 1, 2], .uint8, flow: true)
    var plan = AugmentationPlan()
    plan.columnOffset = 1
    #expect(apply(plan, augmenter, [1, 2, 3, 4] as [UInt8]) == [2, 128, 4, 128])
  }

  @Test func soundIsShiftedAndMaskedWithItsMean() throws {
    let augmenter = try augmenter(.spectrogram, [1, 3, 4], .float32, mean: [-7.5])
    var plan = AugmentationPlan()
    plan.columnOffset = 1
    plan.blankRows = [0..<1]
    plan.blankColumns = [1..<2]
    #expect(
      apply(plan, augmenter, Self.numbers.map(Float.init)) == [
        -7.5, -7.5, -7.5, -7.5,
        22, -7.5, 24, -7.5,
        32, -7.5, 34, -7.5,
      ])
  }

  @Test func seriesAreShiftedAndMaskedWithTheMeansOfTheirChannels() throws {
    let augmenter = try augmenter(.sequence, [3, 4], .float64, mean: [1, 2, 3, 4])
    var plan = AugmentationPlan()
    plan.rowOffset = -1
    plan.blankRows = [2..<3]
    #expect(
      apply(plan, augmenter, Self.numbers.map(Double.init)) == [
        1, 2, 3, 4,
        11, 12, 13, 14,
        1, 2, 3, 4,
      ])
  }

  @Test(arguments: [
    (ElementType.uint8, 0.5, 128.0), (.int16, -3.4, -3), (.float16, 0.25, 0.25),
    (.bfloat16, -2.5, -2.5),
  ])
  func meansAreStoredInTheModalitysType(type: ElementType, mean: Double, stored: Double) throws {
    let augmenter = try augmenter(.sequence, [2, 1], type, mean: [mean])
    var plan = AugmentationPlan()
    plan.blankRows = [0..<2]
    let zeros = try HostArray(type: type, shape: [2, 1]) { _ in }
    let result = try HostArray(type: type, shape: [2, 1]) { target in
      zeros.withUnsafeBytes { augmenter.apply(plan, to: $0, into: target) }
    }
    #expect(result.floats() == [Float(stored), Float(stored)])
  }

  // MARK: Drawing

  @Test func plansStayInTheirRangesAndReachTheirEnds() {
    let grid = AugmentationGrid(
      ModalityDescription(kind: .spectrogram, shape: [1, 6, 9], type: .float32))
    var configuration = AugmentationConfiguration()
    (configuration.timeShift, configuration.timeMask, configuration.frequencyMask) = (2, 3, 6)
    var stream = RandomStream(seed: 1)
    let plans = (0..<2000).map { _ in grid.plan(configuration, &stream) }
    #expect(plans.allSatisfy { $0.rowOffset == 0 && !$0.mirrored })
    #expect(Set(plans.map(\.columnOffset)) == [-2, -1, 0, 1, 2])
    let (columns, rows) = (plans.flatMap(\.blankColumns), plans.flatMap(\.blankRows))
    #expect(columns.count == 2000 && rows.count == 2000)
    #expect(Set(columns.map(\.count)) == [0, 1, 2, 3])
    #expect(Set(rows.map(\.count)) == [0, 1, 2, 3, 4, 5, 6])
    #expect(columns.map(\.lowerBound).min() == 0)
    #expect(columns.map(\.upperBound).max() == 9)
    #expect(rows.map(\.upperBound).max() == 6)
  }

  @Test func picturesAreCroppedBothWaysAndHalfAreMirrored() {
    let grid = AugmentationGrid(ModalityDescription(kind: .image, shape: [3, 8, 8], type: .uint8))
    var configuration = AugmentationConfiguration()
    (configuration.crop, configuration.flip) = (4, true)
    var stream = RandomStream(seed: 1)
    let plans = (0..<4000).map { _ in grid.plan(configuration, &stream) }
    #expect(Set(plans.map(\.rowOffset)) == Set(-4...4))
    #expect(Set(plans.map(\.columnOffset)) == Set(-4...4))
    // Five standard deviations around one half.
    #expect(abs(plans.count(where: \.mirrored) - 2000) < 160)
  }

  @Test(arguments: [
    ("visual", "flip", "'visual' is of kind spectrogram; flip is for images and video"),
    (
      "visual", "crop",
      "'visual' is of kind spectrogram; crop is for images and video; of spectrograms there is timeShift"
    ),
    (
      "image", "timeShift",
      "'image' is of kind image; timeShift is for spectrograms and sequences; of images there is crop"
    ),
    (
      "image", "timeMask", "'image' is of kind image; timeMask is for spectrograms and sequences"
    ),
    (
      "series", "frequencyMask",
      "'series' is of kind sequence; frequencyMask is for spectrograms; of sequences there is timeMask"
    ),
    (
      "vector", "timeMask", "'vector' is of kind vector; timeMask is for spectrograms and sequences"
    ),
  ])
  func refusesWhatAKindDoesNotHave(name: String, key: String, problem: String) throws {
    #expect(
      message { _ = try SampleAugmenter(modality(name), configuration(key, 1)) }
        == "augmentation.\(name).\(key): \(problem)")
  }

  @Test(arguments: [
    ("visual", "timeShift", 4, 3), ("visual", "timeMask", 5, 4), ("visual", "frequencyMask", 4, 3),
    ("image", "crop", 3, 2), ("series", "timeShift", 3, 2),
  ])
  func refusesMoreThanThereIs(name: String, key: String, value: Int, most: Int) throws {
    let modality = modality(name)
    #expect(
      message { _ = try SampleAugmenter(modality, configuration(key, value)) }
        == "augmentation.\(name).\(key): \(value) is too much for the shape "
        + "\(modality.description.shape); expected at most \(most)")
    #expect(message { _ = try SampleAugmenter(modality, configuration(key, most)) } == nil)
  }

  @Test func refusesToAugmentWhatIsNotThere() throws {
    let data = try TestDataset()
    let samples = try PreparedDataset(folder: data.path).samples(.train)
    #expect(
      message {
        _ = try Loader(
          samples, LoaderOptions(batchSize: 2, augmentation: ["viusal": configuration("crop", 1)]))
      }
        == "augmentation.viusal: there is no modality 'viusal' to augment; did you mean 'visual'?")
  }

  // MARK: Helpers

  private func modality(_ name: String) -> DatasetModality {
    let description =
      switch name {
      case "image": ModalityDescription(kind: .image, shape: [1, 3, 4], type: .uint8)
      case "series": ModalityDescription(kind: .sequence, shape: [3, 4], type: .float32)
      case "vector": ModalityDescription(kind: .vector, shape: [12], type: .float32)
      default: ModalityDescription(kind: .spectrogram, shape: [1, 3, 4], type: .float32)
      }
    return DatasetModality(name: name, description: description)
  }

  private func configuration(_ key: String, _ value: Int) -> AugmentationConfiguration {
    var configuration = AugmentationConfiguration()
    switch key {
    case "crop": configuration.crop = value
    case "flip": configuration.flip = true
    case "timeShift": configuration.timeShift = value
    case "timeMask": configuration.timeMask = value
    default: configuration.frequencyMask = value
    }
    return configuration
  }

  private func augmenter(
    _ kind: ModalityKind, _ shape: [Int], _ type: ElementType, mean: [Double]? = nil,
    flow: Bool = false
  ) throws -> SampleAugmenter {
    let description = ModalityDescription(
      kind: kind, shape: shape, type: type, mean: mean, flow: flow)
    let modality = DatasetModality(name: "m", description: description)
    let isPicture = kind == .image || kind == .video
    return try #require(
      try SampleAugmenter(modality, configuration(isPicture ? "flip" : "timeMask", 1)))
  }

  private func apply<Number: BitwiseCopyable>(
    _ plan: AugmentationPlan, _ augmenter: SampleAugmenter, _ numbers: [Number]
  ) -> [Number] {
    var result = numbers
    numbers.withUnsafeBytes { source in
      result.withUnsafeMutableBytes { augmenter.apply(plan, to: source, into: $0) }
    }
    return result
  }
}

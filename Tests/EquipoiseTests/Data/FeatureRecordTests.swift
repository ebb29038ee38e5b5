import Formats
import Foundation
import Testing
import Torch

@testable import Equipoise

/// What `media.json` records of a feature makes the same feature again.
@Suite struct FeatureRecordTests {
  private func expectSame(_ feature: any MediaFeature) throws {
    let data = try JSONEncoder().encode(feature.record)
    let record = try JSONDecoder().decode(FeatureRecord.self, from: data)
    let again = try record.feature(feature.description, flow: nil)
    #expect(again.settings == feature.settings)
    #expect(again.description == feature.description)
  }

  @Test(arguments: SpectrogramVariant.allCases)
  func publishedSpectrograms(variant: SpectrogramVariant) throws {
    for precision in SpectrogramPrecision.allCases {
      try expectSame(AudioFeature(spectrogram: variant.feature, precision: precision))
    }
  }

  @Test(arguments: FrameChoice.allCases)
  func framesAndFlow(choice: FrameChoice) throws {
    let image = ImageFeature(height: 24, width: 30, fit: .centred(shorterSide: 40))
    for rate in [nil, 0.7] {
      let sampling = FrameSampling(count: 3, rate: rate, choice: choice)
      try expectSame(VideoFeature(sampling: sampling, image: image))
      try expectSame(
        FlowFeature(sampling: sampling, image: image, flow: nil, levels: FlowLevels()))
    }
  }

  @Test func imagesMelsAndArrays() throws {
    try expectSame(StillFeature(image: .stretched224))
    try expectSame(StillFeature(image: .imageNet))
    try expectSame(
      AudioFeature(
        spectrogram: SpectrogramFeature(
          sampleRate: 8000, fit: .excerpt(800, from: 1600),
          transform: .logMel(STFT(size: 64, hop: 32), bands: 10), frames: 5,
          standardisation: .fixed(mean: -5.08, deviation: 4.49)), precision: .float16))
    try expectSame(
      ArrayFeature(
        description: ModalityDescription(kind: .sequence, shape: [5, 3], type: .float16)))
  }

  @Test func computedFlowNeedsAMethod() throws {
    let image = ImageFeature.stretched224
    let record = FeatureRecord.flow(
      sampling: FrameSampling(count: 1, rate: nil, choice: .first), image: image,
      levels: FlowLevels(bound: 15))
    let description = ModalityDescription(kind: .video, shape: [1, 2, 224, 224], type: .uint8)
    let error = #expect(throws: EquipoiseError.self) {
      try record.feature(description, flow: nil)
    }
    #expect(error?.description.contains("without OpenCV") == true)
  }
}

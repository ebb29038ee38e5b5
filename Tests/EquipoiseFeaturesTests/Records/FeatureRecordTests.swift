// SPDX-License-Identifier: Apache-2.0
import EquipoiseFormats
@testable import EquipoiseFeatures
import EquipoiseTorch
import Foundation
import Testing

@testable import EquipoiseData
@testable import EquipoiseKit

/// What `media.json` records of a feature makes the same feature again.
@Suite struct FeatureRecordTests {
  private func expectSame(_ feature: any StandardFeature) throws {
    let data = try JSONEncoder().encode(feature.record)
    let record = try JSONDecoder().decode(FeatureRecord.self, from: data)
    let again = try #require(
      try record.feature(feature.description, flow: nil) as? any StandardFeature)
    #expect(again.record == feature.record)
    #expect(again.description == feature.description)
  }

  private func decoded(_ text: String) throws -> FeatureRecord {
    try JSONDecoder().decode(FeatureRecord.self, from: Data(text.utf8))
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
      computed: ComputedFlow(search: "dis-medium", levels: FlowLevels(bound: 15)))
    let description = ModalityDescription(kind: .video, shape: [1, 2, 224, 224], type: .uint8)
    let error = #expect(throws: EquipoiseError.self) {
      try record.feature(description, flow: nil)
    }
    #expect(error?.description.contains("without OpenCV") == true)
  }

  // MARK: The format

  /// What is on users' disks: a renamed property or case must not change it.
  @Test(arguments: [
    (
      FeatureRecord.spectrogram(.cremaDOGMGE(), precision: .float16),
      #"{"precision":"float16","spectrogram":{"fit":{"samples":66150,"type":"tiled"},"frames":188,"#
        + #""sampleRate":22050,"standardisation":{"type":"none"},"transform":{"stft":{"hop":353,"#
        + #""padding":"zeros","size":512},"type":"log-magnitude"}},"type":"spectrogram"}"#
    ),
    (
      .spectrogram(.cremaDPMR, precision: .float32),
      #"{"precision":"float32","spectrogram":{"fit":{"samples":48000,"type":"tiled"},"frames":299,"#
        + #""sampleRate":16000,"standardisation":{"type":"per-recording"},"transform":{"density":{"#
        + #""hop":159,"sampleRate":16000,"size":512},"type":"log-power-density"}},"type":"spectrogram"}"#
    ),
    (
      .spectrogram(.diagnosingRelearning, precision: .float16),
      #"{"precision":"float16","spectrogram":{"fit":{"type":"whole"},"frames":1024,"sampleRate":16000,"#
        + #""standardisation":{"deviation":10.282552,"mean":-4.503877,"type":"fixed"},"transform":{"#
        + #""bank":{"bands":128,"hop":160,"sampleRate":16000,"size":400,"window":"hanning"},"#
        + #""type":"kaldi-filter-bank"}},"type":"spectrogram"}"#
    ),
    (
      .spectrogram(
        SpectrogramFeature(
          sampleRate: 8000, fit: .excerpt(800, from: 1600),
          transform: .logMel(STFT(size: 64, hop: 32, padding: .reflection), bands: 10), frames: 5),
        precision: .float16),
      #"{"precision":"float16","spectrogram":{"fit":{"from":1600,"samples":800,"type":"excerpt"},"#
        + #""frames":5,"sampleRate":8000,"standardisation":{"type":"none"},"transform":{"bands":10,"#
        + #""stft":{"hop":32,"padding":"reflection","size":64},"type":"log-mel"}},"type":"spectrogram"}"#
    ),
    (
      .frames(sampling: FrameSampling(count: 3, rate: 0.5, choice: .middle), image: .imageNet),
      #"{"image":{"fit":{"shorterSide":256,"type":"centred"},"height":224,"width":224},"#
        + #""sampling":{"choice":"middle","count":3,"rate":0.5},"type":"frames"}"#
    ),
    (
      .image(.stretched224),
      #"{"image":{"fit":{"type":"stretched"},"height":224,"width":224},"type":"image"}"#
    ),
    (
      .array(
        ArrayRecord(
          ModalityDescription(kind: .sequence, shape: [5, 3], type: .float16), key: "text")),
      #"{"dtype":"float16","key":"text","kind":"sequence","type":"array"}"#
    ),
    (
      .flow(
        sampling: FrameSampling(count: 2, rate: nil, choice: .leading), image: .stretched224,
        computed: ComputedFlow(search: "dis-medium", levels: FlowLevels(bound: 20))),
      #"{"image":{"fit":{"type":"stretched"},"height":224,"width":224},"levels":{"bound":20},"#
        + #""sampling":{"choice":"leading","count":2},"search":"dis-medium","type":"flow"}"#
    ),
  ])
  func textIsThatOfTheFormat(record: FeatureRecord, text: String) throws {
    #expect(try record.text == text)
    #expect(try decoded(text) == record)
  }

  /// A file may be edited; what features are made with by `precondition` is refused before.
  @Test(arguments: [
    #"{"type":"image","image":{"fit":{"type":"centred","shorterSide":2},"height":3,"width":4}}"#,
    #"{"type":"image","image":{"fit":{"type":"stretched"},"height":0,"width":4}}"#,
    #"{"type":"image","image":{"fit":{"type":"stretched"},"height":4,"width":9223372036854775807}}"#,
    #"{"type":"image","image":{"fit":{"type":"squeezed"},"height":4,"width":4}}"#,
    #"{"type":"picture","image":{"fit":{"type":"stretched"},"height":4,"width":4}}"#,
    #"{"type":"frames","sampling":{"choice":"first","count":0},"image":"#
      + #"{"fit":{"type":"stretched"},"height":4,"width":4}}"#,
    #"{"type":"frames","sampling":{"choice":"first","count":1,"rate":-1},"image":"#
      + #"{"fit":{"type":"stretched"},"height":4,"width":4}}"#,
    #"{"type":"spectrogram","precision":"float16","spectrogram":{"fit":{"samples":9,"from":8,"#
      + #""type":"excerpt"},"frames":1,"sampleRate":8000,"standardisation":{"type":"none"},"#
      + #""transform":{"type":"log-magnitude","stft":{"hop":1,"padding":"zeros","size":2}}}}"#,
    #"{"type":"spectrogram","precision":"float16","spectrogram":{"fit":{"type":"whole"},"#
      + #""frames":1,"sampleRate":8000,"standardisation":{"type":"none"},"#
      + #""transform":{"type":"log-magnitude","stft":{"hop":0,"padding":"zeros","size":2}}}}"#,
    #"{"type":"array","dtype":"complex"}"#, #"{"frames":{},"image":{}}"#, "{}",
  ])
  func impossibleRecordsAreRefused(text: String) {
    #expect(throws: DecodingError.self) { try decoded(text) }
  }
}

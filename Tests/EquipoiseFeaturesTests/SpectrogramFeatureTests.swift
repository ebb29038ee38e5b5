// SPDX-License-Identifier: Apache-2.0
import EquipoiseData
import EquipoiseTestSupport
import EquipoiseTorch
import Foundation
import Testing

@testable import EquipoiseFormats
@testable import EquipoiseKit
@testable import EquipoiseFeatures

/// Against librosa, SciPy and torchaudio, by References/features.py.
@Suite struct SpectrogramFeatureTests {
  private let golden: FeatureGolden

  init() throws { golden = try FeatureGolden() }

  @Test(arguments: [STFT.Padding.zeros, .reflection])
  func ogmGE(_ padding: STFT.Padding) throws {
    try expect(
      .cremaDOGMGE(padding: padding), of: "audio/22050",
      is: padding == .zeros ? "ogm_ge/constant" : "ogm_ge/reflect", shape: [1, 257, 188])
  }

  /// A recording standardised by itself has the mean 0 and the population variance 1.
  @Test func perRecordingIsThePopulationsDeviation() throws {
    let feature = SpectrogramFeature(
      sampleRate: 8000, fit: .whole, transform: .logMagnitude(STFT(size: 8, hop: 8)), frames: 4,
      standardisation: .perRecording)
    let samples = (0..<24).map { Float($0 % 5) / 5 - 0.3 }
    var stream = RandomStream(seed: 0)
    let values = try feature(HostArray(floats: samples, shape: [24]), of: "x", &stream).floats()
      .map(Double.init)
    #expect(values.count == 20)
    #expect(abs(values.reduce(0, +)) < 1e-5)
    #expect(abs(values.reduce(0) { $0 + $1 * $1 } / 20 - 1) < 1e-5)
  }

  @Test func pmr() throws {
    try expect(.cremaDPMR, of: "audio/16000", is: "pmr", shape: [1, 257, 299])
    #expect(
      SpectrogramFeature.tenSecondsPMR.transform.frames(160_000)
        == SpectrogramFeature.tenSecondsPMR.frames)
  }

  @Test func diagnosingRelearning() throws {
    try expect(
      .diagnosingRelearning, of: "audio/16000", is: "relearning", shape: [1, 128, 1024])
  }

  /// The stream's draw decides where an excerpt begins; from 0 it is the golden one.
  @Test func vggSound() throws {
    let published = SpectrogramFeature.vggSoundOGMGE()
    let fromStart = SpectrogramFeature(
      sampleRate: published.sampleRate, fit: .tiled(80_000), transform: published.transform,
      frames: published.frames)
    try expect(fromStart, of: "audio/16000", is: "vggsound", shape: [1, 129, 626])
    let audio = try golden.array("audio/16000")
    func excerpt(_ seed: UInt64) throws -> [Float] {
      var stream = RandomStream(seed: seed, "excerpt")
      return try published(audio, of: "clip", &stream).floats()
    }
    #expect(try excerpt(1) == excerpt(1))
    #expect(try excerpt(1) != excerpt(2))
  }

  @Test func logMel() throws {
    let feature = SpectrogramFeature(
      sampleRate: 22_050, fit: .whole,
      transform: .logMel(STFT(size: 512, hop: 353), bands: 64), frames: 50)
    try expect(feature, of: "audio/22050", is: "log_mel", shape: [1, 64, 50])
  }

  @Test(arguments: [(16_000, 40), (22_050, 23)])
  func kaldiFilterBank(rate: Int, bands: Int) throws {
    let bank = KaldiFilterBank(bands: bands, sampleRate: rate)
    let audio = try golden.array("audio/\(rate)")
    let result = bank(Tensor(audio.floats()).to(.float64))
    #expect(result.shape == [bands, bank.frames(audio.count)])
    try expectClose(
      every16th(HostArray(floats: result.floats(), shape: result.shape)), "fbank/\(rate)")
  }

  @Test func waveformsAreTiledAndCut() {
    var stream = RandomStream(seed: 0)
    #expect(WaveformFit.tiled(5)([1, 2], &stream) == [1, 2, 1, 2, 1])
    #expect(WaveformFit.tiled(2)([1, 2, 3], &stream) == [1, 2])
    #expect(stream.position == 0)
    let excerpt = WaveformFit.excerpt(3, from: 6)([1, 2], &stream)
    #expect(excerpt == [1, 2, 1] || excerpt == [2, 1, 2])
  }

  @Test(arguments: [
    ([Float](), "clip: the audio is empty; leave the recording out or replace it"),
    (
      [0, .nan],
      "clip: the audio is not a row of finite numbers; leave the recording out or replace it"
    ),
    (
      [0, 0],
      "clip: the audio has 2 samples at 16000 Hz, but one frame takes 400; "
        + "leave the recording out or replace it"
    ),
  ])
  func badAudioIsRefused(samples: [Float], problem: String) {
    var stream = RandomStream(seed: 0)
    let audio = HostArray(floats: samples, shape: [samples.count])
    #expect(
      message { _ = try SpectrogramFeature.diagnosingRelearning(audio, of: "clip", &stream) }
        == problem)
  }

  private func expect(
    _ feature: SpectrogramFeature, of audio: String, is name: String, shape: [Int]
  ) throws {
    var stream = RandomStream(seed: 0)
    let result = try feature(try golden.array(audio), of: audio, &stream)
    #expect(result.shape == shape)
    #expect(feature.description.shape == shape)
    try expectClose(every16th(result.row(0)), name)
  }

  private func expectClose(_ result: [Float], _ name: String) throws {
    let expected = try golden.array(name).floats()
    #expect(result.count == expected.count, "\(name)")
    let worst = zip(result, expected).reduce(0) { max($0, abs($1.0 - $1.1)) }
    #expect(worst < 1e-4, "\(name)")
  }

  /// The frames that the golden file keeps.
  private func every16th(_ spectrogram: HostArray) -> [Float] {
    (0..<spectrogram.shape[0]).flatMap { band in
      let row = spectrogram.row(band).floats()
      return stride(from: 0, to: row.count, by: 16).map { row[$0] }
    }
  }
}

extension SpectrogramFeature.Transform {
  fileprivate func frames(_ samples: Int) -> Int? {
    if case .logPowerDensity(let density) = self { return density.frames(samples) }
    return nil
  }
}

/// What References/features.py has written.
struct FeatureGolden {
  private let file: SafetensorsFile

  init() throws {
    let url = Bundle.module.url(forResource: "Goldens/features", withExtension: "safetensors")
    file = try SafetensorsFile(path: try #require(url).path)
  }

  func array(_ name: String) throws -> HostArray { try file.array(name) }
}

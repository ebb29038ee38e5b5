// SPDX-License-Identifier: Apache-2.0
import Testing
import EquipoiseTorch

struct STFTTests {
  private let transform = STFT(size: 128, hop: 50)

  @Test("equals librosa", arguments: Precision.all)
  func golden(_ precision: Precision) throws {
    let golden = try Golden("audio")
    let signal = try golden("signal").to(precision.dtype)
    expectClose(
      transform.magnitude(signal), try golden("magnitude"), tolerance: precision.tolerance)
    expectClose(
      transform.logMagnitude(signal), try golden("log_magnitude"),
      tolerance: precision.tolerance)
  }

  @Test func framesAndBatches() {
    // 3 s at 22 050 Hz: 66150 samples by 353 give 188 frames.
    #expect(STFT(size: 512, hop: 353).frames(66_150) == 188)
    let signals = Tensor.normal([2, 3, 200], from: Generator(seed: 1))
    let magnitude = transform.magnitude(signals)
    #expect(magnitude.shape == [2, 3, 65, 5])
    expectClose(
      magnitude.select(1).select(2), transform.magnitude(signals.select(1).select(2)),
      tolerance: 1e-6)
  }

  @Test func aSignalShorterThanAFrame() {
    // One impulse in the middle of the only frame: every frequency has its weight, 1.
    let magnitude = transform.magnitude(Tensor([Float(1)]))
    expectClose(magnitude, .ones([65, 1]), tolerance: 1e-5)
  }

  @Test func powerIsTheSquare() {
    let signal = Tensor.normal([200], from: Generator(seed: 1))
    expectClose(
      transform.power(signal), transform.magnitude(signal).power(2), tolerance: 1e-6)
  }
}

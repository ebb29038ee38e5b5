// SPDX-License-Identifier: Apache-2.0
import Testing
import EquipoiseTorch

struct MelFilterBankTests {
  @Test("equals librosa", arguments: [MelFilterBank.Scale.slaney, .htk])
  func golden(_ scale: MelFilterBank.Scale) throws {
    let golden = try Golden("audio")
    let bank = MelFilterBank(
      bands: 12, size: 128, sampleRate: 8000, low: 50, high: 3800, scale: scale)
    expectClose(bank.weights, try golden("mel_\(scale)"), tolerance: 1e-6)
    let power = STFT(size: 128, hop: 50).power(try golden("signal").to(.float32))
    expectClose(bank.logMel(power), try golden("log_mel_\(scale)"), tolerance: 1e-5)
  }

  @Test func defaults() throws {
    let bank = MelFilterBank(bands: 12, size: 128, sampleRate: 8000)
    expectClose(bank.weights, try Golden("audio")("mel_default"), tolerance: 1e-6)
  }
}

// SPDX-License-Identifier: Apache-2.0
import EquipoiseTestSupport
import EquipoiseTorch
import Testing

@testable import EquipoiseFormats
@testable import EquipoiseFeatures

@Suite struct ResamplingTests {
  @Test(arguments: [(3, 5), (16, 13)])
  func planesMatchPyTorch(rows: Int, columns: Int) throws {
    let golden = try DataGolden()
    let resize = PlaneResampler(from: (7, 10), to: (rows, columns))
    let result = resize(try golden.array("plane").floats())
    let expected = try golden.array("plane/\(rows)x\(columns)").floats()
    #expect(result.count == rows * columns)
    #expect(zip(result, expected).allSatisfy { abs($0 - $1) < 1e-6 })
  }

  @Test func sameSizeChangesNothing() {
    let resize = PlaneResampler(from: (2, 3), to: (2, 3))
    #expect(resize([1, 2, 3, 4, 5, 6]) == [1, 2, 3, 4, 5, 6])
  }

  @Test func seriesAreStretchedAveragedOrPadded() {
    func fit(_ length: Int, _ fit: SeriesFit, _ series: [Float]) -> [Float] {
      SeriesResampler(length: length, channels: 2, fit: fit)(series)
    }
    #expect(fit(2, .resample, [0, 10, 2, 30, 4, 50, 6, 70]) == [1, 20, 5, 60])
    #expect(
      fit(4, .resample, [0, 10, 2, 30]) == [0, 10, 0.5, 15, 1.5, 25, 2, 30])
    #expect(fit(3, .pad, [1, 2, 3, 4]) == [1, 2, 3, 4, 0, 0])
    #expect(fit(1, .pad, [1, 2, 3, 4]) == [1, 2])
  }
}

// SPDX-License-Identifier: Apache-2.0
import Equipoise
import EquipoiseFormats
import Foundation
import EquipoiseMotion
import Testing

@Suite struct DISFlowTests {
  /// Against OpenCV's Python package 4.13: References/optical_flow.py. The refinement, of which the fastest
  /// preset has none, has changed since 4.6: the Python package of that version is as far from the
  /// numbers, to all digits, as the library of that version.
  @Test(arguments: [
    (DISFlow.Preset.ultraFast, 1e-3, 1e-4), (.fast, 0.4, 0.05), (.medium, 0.2, 0.01),
  ])
  func equalsOpenCV(_ preset: DISFlow.Preset, worst: Float, mean: Float) throws {
    let url = Bundle.module.url(forResource: "Goldens/optical_flow", withExtension: "safetensors")
    let golden = try SafetensorsFile(path: try #require(url).path)
    let flow = try DISFlow(preset)(
      from: golden.array("first"), to: golden.array("second"), of: "clip")
    let expected = try golden.array(preset.rawValue)
    #expect(flow.shape == expected.shape)
    let errors = zip(flow.floats(), expected.floats()).map { abs($0 - $1) }
    #expect(errors.max() ?? 1 < worst)
    #expect(errors.reduce(0, +) / Float(errors.count) < mean)
  }

  @Test(arguments: [(3, -2), (-5, 0), (0, 4)])
  func aShiftedTextureGivesTheShift(across: Int, down: Int) throws {
    let flow = try DISFlow()(
      from: texture(0, 0), to: texture(across, down), of: "clip"
    )
    let inner = (20..<76).flatMap { row in (20..<108).map { row * 128 + $0 } }
    for (axis, shift) in [across, down].enumerated() {
      let plane = flow.row(axis).floats()
      let errors = inner.map { abs(plane[$0] - Float(shift)) }.sorted()
      #expect(errors[errors.count * 9 / 10] < 0.25, "axis \(axis)")
    }
  }

  @Test func noMotionIsTheMiddleLevel() throws {
    let still = try DISFlow()(from: texture(0, 0), to: texture(0, 0), of: "clip")
    #expect(FlowLevels()(still).floats().allSatisfy { $0 == 128 })
  }

  @Test func levels() {
    let flow = HostArray(floats: [-25, -20, -10, 0, 10, 20, 25], shape: [7])
    #expect(FlowLevels()(flow).floats() == [0, 0, 64, 128, 191, 255, 255])
  }

  @Test func unfitFramesAreRefused() throws {
    let small = HostArray(uint8s: [UInt8](repeating: 0, count: 300), shape: [10, 10, 3])
    #expect(throws: EquipoiseError.self) { try DISFlow()(from: small, to: small, of: "clip") }
    #expect(throws: EquipoiseError.self) {
      try DISFlow()(from: texture(0, 0), to: small, of: "clip")
    }
  }

  /// A sum of waves that has no edge and does not repeat within the frame: 96 × 128.
  private func texture(_ across: Int, _ down: Int) -> HostArray {
    var pixels: [UInt8] = []
    for row in 0..<96 {
      for column in 0..<128 {
        let (x, y) = (Double(column - across), Double(row - down))
        let wave =
          sin(0.31 * x + 0.12 * y) + sin(0.17 * y - 0.23 * x + 1) + sin(0.41 * y + 0.05 * x)
        let level = UInt8(127.5 + 42 * wave)
        pixels += [level, level, level]
      }
    }
    return HostArray(uint8s: pixels, shape: [96, 128, 3])
  }
}

// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import EquipoiseTraining

struct EventFileTests {
  /// Depths of one modality become a histogram: fields 1 to 5 of its message are doubles.
  @Test func aHistogramSaysMinimumMaximumNumberAndSums() throws {
    let record = try #require(
      MetricsRecord(line: #"{"epoch": 3, "telemetry": {"score.a.1": 0.25, "score.a.2": 0.75}}"#))
    let event = try EventFile(began: 100, histograms: ["score"]).event(record, measurements: "none")
    for (field, value) in [0.25, 0.75, 2, 1, 0.625].enumerated() {
      let tag = UInt8((field + 1) << 3 | 1)
      let bytes = withUnsafeBytes(of: value.bitPattern.littleEndian) { Data($0) }
      #expect(event.range(of: Data([tag]) + bytes) != nil, "field \(field + 1)")
    }
    // Step 3 of the event, and the tag.
    #expect(event.range(of: Data([0x10, 3])) != nil)
    #expect(event.range(of: Data("depths/score/a".utf8)) != nil)
  }
}

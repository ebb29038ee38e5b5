// SPDX-License-Identifier: Apache-2.0
import Equipoise
import EquipoiseFormats
import EquipoiseTestSupport
import Foundation
import Testing

@testable import EquipoiseDisplay

/// What `inspect` and `prepare` say of samples that have lengths, or lack a modality.
@Suite struct DatasetSummaryTests {
  @Test func lengthsAndAbsentModalitiesAreCounted() throws {
    let folder = try TemporaryFolder()
    let writer = try DatasetWriter(
      folder: folder.file("data"),
      description: DatasetDescription(
        name: "d", classes: ["a", "b"],
        modalities: [
          "pose": ModalityDescription(kind: .sequence, shape: [9, 1], type: .uint8),
          "voice": ModalityDescription(kind: .vector, shape: [1], type: .uint8),
        ]), lengths: ["pose"], absences: ["pose", "voice"])
    for (length, absent) in [(3, []), (8, ["voice"]), (9, ["pose"]), (4, ["voice"])]
      as [(
        Int, Set<String>
      )]
    {
      var sample = PreparedSample(
        inputs: [
          HostArray(uint8s: [UInt8](repeating: 0, count: 9), shape: [9, 1]),
          HostArray(uint8s: [0], shape: [1]),
        ], label: length % 2)
      sample.lengths["pose"] = length
      sample.absent = absent
      try writer.append(sample, to: .train)
    }
    try writer.finish()
    let dataset = try PreparedDataset(folder: folder.file("data"))
    let summary = DatasetSummary(dataset, [.train: try dataset.samples(.train)])
    // Of 3, 8 and 4: the sample that lacks the modality has no length.
    let lengths = try #require(summary.splits["train"]?.lengths?["pose"])
    #expect(lengths.mean == 5 && lengths.least == 3 && lengths.largest == 8)
    #expect(summary.splits["train"]?.absent == ["pose": 1, "voice": 2])
    let lines = summary.text.split(separator: "\n").map(String.init)
    #expect(
      lines.contains {
        $0.hasPrefix("steps of pose: mean, least, largest") && $0.contains(", 3, 8")
      })
    #expect(lines.contains { $0.hasPrefix("without voice") && $0.hasSuffix("2") })
  }
}

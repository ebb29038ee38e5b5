// SPDX-License-Identifier: Apache-2.0
import EquipoiseTestSupport
import EquipoiseTorch
import Foundation
import Testing

@testable import EquipoiseData
@testable import EquipoiseFormats

/// Samples with lengths of their own, and samples that lack a modality.
@Suite struct RaggedSamplesTests {
  /// `pose` float32 [4, 2] and `voice` float32 [1]; what another program would write.
  private final class Source {
    let data: TestDataset

    init() throws {
      data = try TestDataset()
      _ = try data.folder.write(
        """
        {"format": "equipoise-dataset", "version": 2, "name": "ragged", "task": "classification",
         "classes": ["no", "yes"],
         "modalities": {"pose":  {"kind": "sequence", "shape": [4, 2], "dtype": "float32",
                                  "mean": [1, 2], "std": [2, 4]},
                        "voice": {"kind": "vector", "shape": [1], "dtype": "float32"}},
         "splits": {"train": [{"file": "train-00000.safetensors", "count": 3},
                              {"file": "more.safetensors", "count": 1}],
                    "test": [{"file": "test-00000.safetensors", "count": 2}]}}
        """, to: "dataset.json")
      try write(
        "train-00000", count: 3,
        ["pose.length": lengths([2, 1, 4]), "pose.present": flags([1, 1, 1])])
      try write("more", count: 1, ["pose.length": lengths([3]), "pose.present": flags([0])])
      try write("test-00000", count: 2, [:])
    }

    func lengths(_ numbers: [Int64]) -> HostArray {
      HostArray(int64s: numbers, shape: [numbers.count])
    }
    func flags(_ numbers: [UInt8]) -> HostArray {
      HostArray(uint8s: numbers, shape: [numbers.count])
    }

    /// Sample n has 10n + place in `pose`, and not a number from step 3 on where there is a tensor of lengths.
    func write(_ name: String, count: Int, _ others: [String: HostArray]) throws {
      let pose = (0..<count).flatMap { sample in
        (0..<8).map { place in
          let end = try? others["pose.length"]?.int64s()[sample]
          return place / 2 >= Int(end ?? 4) ? Float.nan : Float(10 * sample + place)
        }
      }
      var tensors = others
      tensors["pose"] = HostArray(floats: pose, shape: [count, 4, 2])
      tensors["voice"] = HostArray(floats: (0..<count).map { Float($0) }, shape: [count, 1])
      tensors["label"] = HostArray(int64s: (0..<count).map { Int64($0 % 2) }, shape: [count])
      try data.writeShard(name, tensors)
    }

    func open(_ names: [String]? = nil) throws -> PreparedDataset {
      try PreparedDataset(folder: data.path, modalities: names)
    }
  }

  @Test func batchesAreAsLongAsTheirLongestSampleAndZeroBehind() throws {
    let samples = try Source().open().samples(.train)
    #expect(samples.lengths[0] == [2, 1, 4, 1] && samples.lengths[1] == nil)
    #expect(samples.present[0] == [true, true, true, false] && samples.present[1] == nil)
    #expect(samples.notFinite().isEmpty)
    let stream = try Loader(samples, LoaderOptions(batchSize: 2)).batches(epoch: 0)
    let normalizer = InputNormalizer(samples.modalities, device: .cpu)
    let first = try #require(try stream.next())
    #expect(first.inputs[0].shape == [2, 2, 2])
    #expect(first.inputs[0].floats() == [0, 1, 2, 3, 10, 11, 0, 0])
    #expect(first.lengths[0] == [2, 1] && first.present[0] == nil && first.lengths[1] == nil)
    let batch = normalizer(first)
    // (x − 1) / 2 and (x − 2) / 4, and zero, not −½, behind the second sample's step.
    #expect(batch.inputs[0].floats() == [-0.5, -0.25, 0.5, 0.25, 4.5, 2.25, 0, 0])
    #expect(
      batch.lengths[0]?.host == [2, 1] && batch.lengths[0]?.tensor.array(of: Int.self) == [2, 1])
    #expect(batch.lengths[1] == nil && batch.present.allSatisfy { $0 == nil })
    let second = try #require(try stream.next())
    // The sample that has none counts as the longest, and all steps are those of the shape.
    #expect(second.inputs[0].shape == [2, 4, 2] && second.lengths[0] == nil)
    #expect(second.present[0] == [true, false])
    let rest = normalizer(second)
    #expect(rest.inputs[0].select(1).floats() == [Float](repeating: 0, count: 8))
    #expect(rest.present[0]?.rows == [0] && rest.present[0]?.index.array(of: Int.self) == [0])
    #expect(rest.present[0]?.mask.array(of: Bool.self) == [true, false])
  }

  @Test func subsetsCarryBoth() throws {
    let samples = try Source().open().samples(.train).subset([3, 0], as: .validation)
    #expect(samples.lengths[0] == [1, 2] && samples.present[0] == [false, true])
  }

  @Test func aSplitWithoutTheTensorsHasEveryStepAndSample() throws {
    let dataset = try Source().open()
    let test = try dataset.samples(.test)
    #expect(test.lengths.allSatisfy { $0 == nil } && test.present.allSatisfy { $0 == nil })
    // Folds deal both splits at once.
    let folds = try dataset.foldSplits(
      FoldOptions(count: 2, fold: 0), validationFraction: 0.5, seed: 1
    ) { _ in }
    let lengths = folds.values.flatMap { $0.lengths[0] ?? [] }
    #expect(lengths.sorted() == [1, 1, 2, 4, 4, 4])
  }

  @Test func ofModalitiesInUseASampleHasSome() throws {
    let alone = try Source().open(["pose"]).samples(.train)
    #expect(alone.count == 3 && alone.leftOut == 1 && alone.labels == [0, 1, 0])
    let both = try Source().open().samples(.train)
    #expect(both.count == 4 && both.leftOut == 0)
  }

  @Test func mistakesAreNamed() throws {
    func failure(
      _ tensors: (Source) -> [String: HostArray], in file: String = "test-00000",
      _ split: Split = .test
    ) throws -> String? {
      let source = try Source()
      try source.write(file, count: 2, tensors(source))
      return message { _ = try source.open().samples(split) }?
        .replacingOccurrences(of: source.data.path, with: "DATA")
    }
    let path = "DATA/test-00000.safetensors"
    #expect(
      try failure { ["pose.length": $0.lengths([0, 1])] }
        == "\(path): row 0 has 0 in 'pose.length', outside 1...4; where a sample lacks the modality, say so "
        + "with 0 in 'pose.present'")
    #expect(
      try failure { ["pose.length": $0.lengths([1, 5])] }
        == "\(path): row 1 has 5 in 'pose.length', outside 1...4; correct the length, or the shape in dataset.json"
    )
    #expect(
      try failure { ["pose.length": $0.lengths([1, 0]), "pose.present": $0.flags([1, 0])] } == nil)
    #expect(
      try failure { ["voice.length": $0.lengths([1, 1])] }
        == "\(path): there is a tensor 'voice.length', but 'voice' is of kind vector, whose samples have no "
        + "steps; leave it out: lengths are those of sequences [L, C], videos [T, C, H, W] and texts [L]"
    )
    #expect(
      try failure { ["pose.present": $0.flags([1, 2])] }
        == "\(path): row 1 has 2 in 'pose.present', not 0 or 1; write 1 where the sample has the modality, 0 "
        + "where it does not")
    #expect(
      try failure { ["pose.present": $0.lengths([1, 1])] }
        == "\(path): tensor 'pose.present' is int64 [2], but uint8 [2] is expected; correct dataset.json or "
        + "write the file again")
    #expect(
      try failure { ["pose.present": $0.flags([1, 0]), "voice.present": $0.flags([1, 0])] }
        == "\(path): row 1 has none of the modalities; leave the sample out")
  }

  @Test func allFilesOfASplitSayItOrNone() throws {
    let source = try Source()
    try source.write("more", count: 1, ["pose.length": source.lengths([4])])
    #expect(
      message { _ = try source.open().samples(.train) }
        == "\(source.data.path): some files of split 'train' have the tensor 'pose.present', others do not; "
        + "write it to all of them or to none")
  }

  @Test func augmentationStaysInsideTheValidPart() throws {
    let samples = try Source().open().samples(.train)
    var configuration = AugmentationConfiguration()
    (configuration.timeShift, configuration.timeMask) = (3, 4)
    let loader = try Loader(
      samples, LoaderOptions(batchSize: 3, augmentation: ["pose": configuration]))
    var seen: Set<Float> = []
    for epoch in 0..<60 {
      let batch = try #require(try loader.batches(epoch: epoch).next())
      let rows = (0..<3).map { batch.inputs[0].row($0).floats() }
      // Behind the valid steps of samples of two and of one step.
      #expect(rows[0][4...].allSatisfy { $0 == 0 } && rows[1][2...].allSatisfy { $0 == 0 })
      // Shifted or blanked, a place has a number of the sample or the mean.
      #expect(rows[0][..<4].allSatisfy { [0, 1, 2, 3].contains($0) })
      #expect(rows[1][..<2].allSatisfy { [10, 11, 1, 2].contains($0) })
      seen.insert(rows[0][0])
    }
    #expect(seen.isSuperset(of: [0, 1, 2]))
  }

  @Test func changedNumbersStayInsideTheValidPart() throws {
    let samples = try Source().open().samples(.train)
    var configuration = AugmentationConfiguration()
    (configuration.timeWarp.probability, configuration.jitter) = (1, 0.25)
    let loader = try Loader(
      samples, LoaderOptions(batchSize: 3, augmentation: ["pose": configuration]))
    for epoch in 0..<20 {
      let batch = try #require(try loader.batches(epoch: epoch).next())
      let rows = (0..<3).map { batch.inputs[0].row($0).floats() }
      // Not a number behind the valid steps: nothing of it comes in.
      #expect(rows[0][4...].allSatisfy { $0 == 0 } && rows[1][2...].allSatisfy { $0 == 0 })
      // Steps of two and of one stay where they are; a quarter of the deviations 2 and 4, within six of them.
      for (value, number) in zip(rows[0][..<4] + rows[1][..<2], [0, 1, 2, 3, 10, 11] as [Float]) {
        #expect(abs(value - number) < 6 && value != number)
      }
    }
  }

  @Test func writerNotesLengthsAndAbsence() throws {
    let folder = try TemporaryFolder()
    let description = DatasetDescription(
      name: "written", classes: ["a", "b"],
      modalities: [
        "pose": ModalityDescription(kind: .sequence, shape: [3, 1], type: .float32),
        "voice": ModalityDescription(kind: .vector, shape: [1], type: .float32),
      ])
    let writer = try DatasetWriter(
      folder: folder.file("out"), description: description, standardising: ["pose", "voice"],
      shardBytes: 30, lengths: ["pose"], absences: ["voice"])
    func sample(_ pose: [Float], _ voice: Float, _ length: Int?, _ absent: Set<String>)
      -> PreparedSample
    {
      var sample = PreparedSample(
        inputs: [HostArray(floats: pose, shape: [3, 1]), HostArray(floats: [voice], shape: [1])],
        label: 0)
      sample.lengths["pose"] = length
      sample.absent = absent
      return sample
    }
    try writer.append(sample([1, 3, .nan], 5, 2, []), to: .train)
    try writer.append(sample([2, 2, 2], .nan, nil, ["voice"]), to: .train)
    try writer.append(sample([9, .nan, .nan], 7, 1, []), to: .train)
    #expect(
      message { try writer.append(sample([1, .nan, 1], 1, 2, []), to: .train) }
        == "\(folder.file("out")): modality 'pose' is not finite; correct the source or leave out the sample"
    )
    let written = try writer.finish()
    let shards = try #require(written.splits[.train])
    #expect(shards.map(\.count) == [2, 1])
    #expect(
      shards[0].sha256?.keys.sorted() == ["label", "pose", "pose.length", "voice", "voice.present"])
    // Over 1, 3, 2, 2, 2, 9 and over 5, 7.
    #expect(abs((written.modalities["pose"]?.mean?[0] ?? 0) - 19.0 / 6) < 1e-12)
    #expect(written.modalities["voice"]?.mean == [6] && written.modalities["voice"]?.std == [1])
    let samples = try PreparedDataset(folder: folder.file("out")).samples(.train)
    #expect(samples.lengths[0] == [2, 3, 1] && samples.present[1] == [true, false, true])
    #expect(samples.lengths[1] == nil && samples.present[0] == nil)
  }

  @Test func writerRefusesASampleOfNothing() throws {
    let folder = try TemporaryFolder()
    let writer = try DatasetWriter(
      folder: folder.file("out"),
      description: DatasetDescription(
        name: "w", classes: ["a", "b"],
        modalities: ["v": ModalityDescription(kind: .vector, shape: [1], type: .float32)]),
      absences: ["v"])
    var sample = PreparedSample(
      inputs: [HostArray(floats: [1], shape: [1])], label: 0, id: "s")
    sample.absent = ["v"]
    #expect(
      message { try writer.append(sample, to: .train) }
        == "\(folder.file("out")): sample 's' has none of the modalities; leave it out")
    #expect(
      message {
        _ = try DatasetWriter(
          folder: folder.file("other"),
          description: DatasetDescription(
            name: "w", classes: ["a", "b"],
            modalities: ["v": ModalityDescription(kind: .vector, shape: [1], type: .float32)]),
          lengths: ["v"])
      }
        == "samples of 'v' have no steps, and so no lengths; note lengths of sequences, videos and texts alone"
    )
  }
}

// SPDX-License-Identifier: Apache-2.0
import EquipoiseTestSupport
import EquipoiseTorch
import Foundation
import Testing

@testable import EquipoiseData
@testable import EquipoiseFormats

@Suite struct InputNormalizerTests {
  @Test(arguments: [false, true])
  func scalesAndStandardisesVideoAsPyTorchDoes(channelsLast: Bool) throws {
    let golden = try DataGolden()
    let frames = try golden.array("frames")
    let modality = DatasetModality(
      name: "frames",
      description: ModalityDescription(
        kind: .video, shape: Array(frames.shape.dropFirst()), type: .uint8, mean: [0.1, 0.5],
        std: [0.2, 0.25]))
    let normalizer = InputNormalizer([modality], device: .cpu, channelsLast: channelsLast)
    let batch = normalizer(batch([frames]))
    #expect(batch.inputs[0].dtype == .float32)
    #expect(batch.inputs[0].shape == frames.shape)
    let folded = batch.inputs[0].reshaped([6, 2, 4, 5])
    #expect(folded.isContiguous(channelsLast ? .channelsLast : .contiguous))
    let expected = try golden.array("frames/normalised").floats()
    #expect(zip(batch.inputs[0].floats(), expected).allSatisfy { abs($0 - $1) < 1e-6 })
  }

  @Test func usesOtherTypesAsTheyAre() {
    let inputs = [
      HostArray([Int8(-4), 8], shape: [1, 2]), HostArray([Double(1), 2], shape: [1, 2]),
      HostArray([Float16(3), 4], shape: [1, 2]), HostArray(floats: [5, 6], shape: [1, 2]),
      HostArray(uint8s: [0, 255], shape: [1, 2]),
    ]
    let plain = inputs.map {
      DatasetModality(
        name: "v", description: ModalityDescription(kind: .vector, shape: [2], type: $0.type))
    }
    let raw = InputNormalizer(plain, device: .cpu)(batch(inputs)).inputs
    #expect(raw.map { $0.floats() } == [[-4, 8], [1, 2], [3, 4], [5, 6], [0, 1]])
    #expect(raw.allSatisfy { $0.dtype == .float32 })
    let standardised = plain.map { modality in
      var description = modality.description
      (description.mean, description.std) = ([1, 0.5], [2, 0.25])
      return DatasetModality(name: "v", description: description)
    }
    let scaled = InputNormalizer(standardised, device: .cpu)(batch(inputs)).inputs
    #expect(scaled.map { $0.floats() } == [[-2.5, 30], [0, 6], [1, 14], [2, 22], [-0.5, 2]])
    #expect(scaled.allSatisfy { $0.dtype == .float32 })
  }

  @Test func labelsAndPlacesStay() {
    let modality = DatasetModality(
      name: "v", description: ModalityDescription(kind: .vector, shape: [2], type: .uint8))
    let result = InputNormalizer([modality], device: .cpu)(
      HostBatch(
        epoch: 0, step: 0, inputs: [HostArray(uint8s: [0, 0, 255, 255], shape: [2, 2])],
        labels: HostArray(int64s: [3, 1], shape: [2]), indices: [8, 5]))
    #expect(result.labels.dtype == .int64)
    #expect(result.labels.array(of: Int.self) == [3, 1])
    #expect(result.indices == [8, 5])
    #expect(result.count == 2)
  }

  private func batch(_ inputs: [HostArray]) -> HostBatch {
    let count = inputs[0].shape[0]
    return HostBatch(
      epoch: 0, step: 0, inputs: inputs,
      labels: HostArray(int64s: [Int64](repeating: 0, count: count), shape: [count]),
      indices: Array(0..<count))
  }
}

// SPDX-License-Identifier: Apache-2.0
import EquipoiseMetrics
import EquipoiseRunTestSupport
import EquipoiseTestSupport
import EquipoiseTorch
import Foundation
import Testing

@testable import EquipoiseData
@testable import EquipoiseMethods
@testable import EquipoiseModels
@testable import EquipoiseSettings
@testable import EquipoiseTraining

/// Runs whose averaged weights are scored: of three epochs of four steps.
struct WeightAverageTests {
  private func tinyRun(_ type: WeightAveraging) throws -> TinyRun {
    let tiny = try TinyRun()
    tiny.configuration.training.averaging.type = type
    tiny.configuration.training.averaging.decay = 0.7
    tiny.configuration.training.averaging.startEpoch = 1
    tiny.configuration.runtime.checkpointEverySteps = 1
    tiny.configuration.runtime.keepCheckpoints = 20
    return tiny
  }

  private func checkpoint(_ tiny: TinyRun, _ run: String, step: Int) throws -> Checkpoint {
    let store = CheckpointStore(folder: tiny.folder.file(run + "/checkpoints"), keep: 20)
    return try #require(store.first { $0.globalStep == step })
  }

  private func numbers(_ tensors: [String: Tensor]) -> [String: [Double]] {
    tensors.mapValues { $0.array(of: Double.self) }
  }

  /// The mean, with weights, of what checkpoints have of a parameter.
  private func expectAverage(
    _ tiny: TinyRun, _ weights: [(step: Int, weight: Double)], _ last: [String: [Double]]
  ) throws {
    let parts = try weights.map {
      (try numbers(checkpoint(tiny, "run", step: $0.step).section("model")), $0.weight)
    }
    for name in parts[0].0.keys
    where !name.contains("running_") && !name.contains("num_batches") {
      for (index, found) in try #require(last[name]).enumerated() {
        let values = parts.compactMap { part in part.0[name].map { $0[index] * part.1 } }
        let scale = parts.compactMap { $0.0[name].map { abs($0[index]) } }.max() ?? 0
        // Single precision, a rounding for each of eight steps.
        #expect(abs(values.reduce(0, +) - found) <= 1e-6 * scale, "\(name)")
      }
    }
  }

  @Test func theMovingAverageIsThatOfTheSteps() throws {
    let tiny = try tinyRun(.ema)
    try tiny.train("run")
    let last = try numbers(checkpoint(tiny, "run", step: 12).section("average.weights"))
    // Steps 5 … 12: the first counts whole, then 0.7 of the former and 0.3 of the new.
    let weights = (5...12).map { step in
      (step, step == 5 ? pow(0.7, 7) : 0.3 * pow(0.7, Double(12 - step)))
    }
    try expectAverage(tiny, weights, last)
    // Before its first epoch there is none.
    #expect(try checkpoint(tiny, "run", step: 4).section("average").isEmpty)
  }

  @Test func theMeanIsThatOfTheEpochs() throws {
    let tiny = try tinyRun(.swa)
    try tiny.train("run")
    let last = try numbers(checkpoint(tiny, "run", step: 12).section("average.weights"))
    try expectAverage(tiny, [(8, 0.5), (12, 0.5)], last)
    // Its statistics are not those of the last epoch's weights.
    let own = try numbers(checkpoint(tiny, "run", step: 12).section("model"))
    let name = try #require(own.keys.first { $0.hasSuffix("running_mean") })
    #expect(last[name] != own[name])
  }

  /// Training does not notice: the weights after the last step are those without an average.
  @Test(arguments: [WeightAveraging.ema, .swa]) func trainingIsWhatItWas(
    _ type: WeightAveraging
  ) throws {
    let tiny = try tinyRun(type)
    try tiny.train("with")
    tiny.configuration.training.averaging = AveragingConfiguration()
    try tiny.train("without")
    #expect(try tiny.bytes("with/weights.safetensors") == tiny.bytes("without/weights.safetensors"))
    let losses = try ["with", "without"].map { try tiny.records($0).map { $0["trainLoss"] } }
    #expect(losses[0] == losses[1])
  }

  /// What is scored, and kept as the best, is the average.
  @Test(arguments: [WeightAveraging.ema, .swa]) func theAverageIsScored(
    _ type: WeightAveraging
  ) throws {
    let tiny = try tinyRun(type)
    // The last epoch is the best.
    tiny.configuration.evaluation.selectBy = .loss
    let run = try tiny.run("run")
    _ = try run.train()
    let records = try tiny.records("run")
    let best = try numbers(weights(tiny, "run/best.safetensors"))
    let epoch = try bestEpoch(tiny)
    let average = try numbers(
      checkpoint(tiny, "run", step: 4 * (epoch + 1)).section("average.weights"))
    #expect(epoch == 0 ? average.isEmpty : best == average)
    let parts = try RunParts.trained(in: run.folder)
    let validation = try parts.evaluate(.validation)
    #expect(records[epoch]["validation"]?.contains("\(validation.samples)") == true)
    #expect(validation.loss.isFinite)
  }

  private func weights(_ tiny: TinyRun, _ path: String) throws -> [String: Tensor] {
    let file = try TensorFile(path: tiny.folder.file(path))
    return try Dictionary(uniqueKeysWithValues: file.names.map { ($0, try file.tensor($0)) })
  }

  private func bestEpoch(_ tiny: TinyRun) throws -> Int {
    let data = try tiny.bytes("run/result.json")
    let object = try JSONSerialization.jsonObject(with: data) as? [String: Any]
    return try #require(object?["bestEpoch"] as? Int)
  }

  /// Before the average, within it, and at the end of an epoch.
  @Test(arguments: [WeightAveraging.ema, .swa], [3, 6, 8]) func continuesBitForBit(
    _ type: WeightAveraging, _ step: Int
  ) throws {
    let tiny = try tinyRun(type)
    tiny.configuration.runtime.checkpointEverySteps = nil
    try expectResumption(of: tiny, after: step)
  }

  /// A lost file of the best weights is made again of the average.
  @Test(arguments: [WeightAveraging.ema, .swa]) func lostBestWeightsAreTheAverage(
    _ type: WeightAveraging
  ) throws {
    let tiny = try tinyRun(type)
    try tiny.train("run")
    let bytes = try weights(tiny, "run/best.safetensors")
    try FileManager.default.removeItem(atPath: tiny.folder.file("run/best.safetensors"))
    try tiny.train("run", resume: .auto)
    #expect(numbers(try weights(tiny, "run/best.safetensors")) == numbers(bytes))
  }

  /// The statistics are PyTorch's `update_bn`: means over batches of unequal sizes (References/torch_averages.py).
  @Test func statisticsAreMeansOverBatches() throws {
    let url = Bundle.module.url(forResource: "Goldens/averages", withExtension: "safetensors")
    let file = try TensorFile(path: try #require(url).path)
    final class Normed: ModalityEncoder {
      let linear: Linear
      let norm = BatchNorm(3)
      init(_ generator: Generator) { linear = Linear(4, 3, from: generator) }
      var blocks: [EncoderBlock] {
        [
          EncoderBlock("all", parts: [("linear", linear), ("norm", norm)]) {
            [linear, norm] x, mode in norm(linear(x), mode)
          }
        ]
      }
      var featureWidth: Int { 3 }
      var channelAxis: Int { 1 }
      var summary: String { "normed" }
      func validate(shape: [Int], of modality: String) throws {}
      func prepare(_ input: Tensor) -> Tensor { input }
      func pool(_ last: Tensor, samples: Int) -> Tensor { last }
    }
    let generator = Generator(seed: 0)
    let encoder = Normed(generator)
    let model = try MultimodalModel(
      encoders: [("a", [4], encoder)], fusion: ConcatFusion([3], classes: 2, from: generator))
    model.move(to: .cpu, dtype: .float64)
    let named: [(String, Parameter?)] = [
      ("0.weight", encoder.linear.weight), ("0.bias", encoder.linear.bias),
      ("1.weight", encoder.norm.weight), ("1.bias", encoder.norm.bias),
    ]
    for (name, parameter) in named { parameter?.assign(try file.tensor("swa.5/\(name)")) }
    var training = TrainingConfiguration()
    (training.averaging.type, training.averaging.startEpoch) = (.swa, 0)
    let average = try #require(WeightAverage(training, model))
    try average.finishEpoch(0) { body in
      for index in 0..<3 {
        let input = try file.tensor("batch.\(index)")
        try body(
          Batch(
            inputs: [input], labels: .zeros([input.size(0)], dtype: .int64),
            indices: Array(0..<input.size(0))))
      }
    }
    average.whileInPlace {
      for (name, buffer) in [
        ("running_mean", encoder.norm.runningMean), ("running_var", encoder.norm.runningVar),
      ] {
        let expected = try? file.tensor("statistics/1.\(name)")
        let difference = expected.map {
          (buffer.value - $0).magnitude().array(of: Double.self).max() ?? .nan
        }
        #expect((difference ?? .nan) < 1e-13, "\(name)")
      }
    }
    // The model keeps its own.
    #expect(encoder.norm.runningMean.value.array(of: Double.self) == [0, 0, 0])
  }
}

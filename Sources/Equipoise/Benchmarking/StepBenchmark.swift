import Torch

/// Runs training steps of a setting, through the same engine and step as a real run.
package final class StepBenchmark {
  private let setting: BenchmarkSetting
  private let step: StandardStep
  private let context: StepContext
  private var log: StepLog
  /// Multiply-adds of the forward pass of one sample.
  package let multiplyAddsPerSample: Int

  /// A model and one batch of the setting.
  ///
  /// - Parameter setting: what to time.
  /// - Throws: when the setting makes no model.
  package init(_ setting: BenchmarkSetting) throws {
    self.setting = setting
    Runtime.threads = setting.threads
    let model = try Self.makeModel(setting)
    multiplyAddsPerSample = model.summarize().multiplyAdds
    var training = TrainingConfiguration()
    training.precision = setting.precision
    let engine = TrainingEngine(
      model: model, optimizer: training.optimiser.makeOptimizer(model.namedParameters),
      training: training, device: .cpu, trainingBatches: { _, _ in })
    let method = Joint(
      Joint.Configuration(),
      for: MethodSetting(
        model: model, classes: setting.classes, epochs: 1, device: .cpu, seed: 0))
    step = StandardStep(method, engine: engine)
    context = StepContext(
      epoch: 0, step: 0, stepsPerEpoch: 1, globalStep: 0, batch: Self.makeBatch(setting),
      mode: .training())
    log = StepLog(continuing: RunningTotals(), device: .cpu)
  }

  /// Takes some steps.
  ///
  /// - Parameter count: how many.
  /// - Returns: the seconds they took.
  /// - Throws: what a step throws.
  package func run(steps count: Int) throws -> Double {
    let clock = ContinuousClock()
    let start = clock.now
    for index in 0..<count {
      _ = log.add(try step.run(context), labels: context.batch.labels, step: index)
    }
    return start.duration(to: clock.now).seconds
  }

  private static func makeModel(_ setting: BenchmarkSetting) throws -> MultimodalModel {
    let names = setting.shapes.indices.map { "modality\($0)" }
    var encoder = EncoderConfiguration()
    encoder.width = setting.width
    switch setting.encoder {
    case .resnet18: encoder.type = .resnet18
    case .transformer:
      encoder.type = .transformer
      encoder.heads = setting.heads
      encoder.hidden = setting.hidden
    }
    var configuration = ModelConfiguration()
    configuration.encoders = NamedSections(
      Dictionary(uniqueKeysWithValues: names.map { ($0, encoder) }))
    let model = try ModelFactory.makeModel(
      modalities: zip(names, setting.shapes).map { (name: $0, shape: $1) },
      classes: setting.classes, configuration: configuration, seed: 0)
    model.move(to: .cpu, layout: setting.channelsLast ? .channelsLast : .preserve)
    return model
  }

  private static func makeBatch(_ setting: BenchmarkSetting) -> Batch {
    let generator = Generator(seed: 0)
    let inputs = setting.shapes.map { shape in
      let input = Tensor.normal([setting.batch] + shape, from: generator)
      return setting.channelsLast && shape.count == 3 ? input.contiguous(.channelsLast) : input
    }
    let labels = (0..<setting.batch).map { Int64($0 % setting.classes) }
    return Batch(inputs: inputs, labels: Tensor(labels), indices: Array(0..<setting.batch))
  }
}

// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseSettings
package import EquipoiseModels
internal import EquipoiseData
internal import EquipoiseMethods
package import EquipoiseTorch
package import EquipoiseTraining

/// Runs training steps of a setting, through the same engine and step as a real run.
package final class StepBenchmark {
  private let setting: BenchmarkSetting
  private let engine: TrainingEngine
  private let step: (StepContext) throws -> StepReport
  private var context: StepContext
  private var log: StepLog
  private let clock: DeviceClock
  /// Where the step is computed.
  package let device: Device
  /// Multiply-adds of a training step for each sample.
  package let multiplyAddsPerSample: Int

  /// A model and one batch of the setting.
  ///
  /// - Parameters:
  ///   - setting: what to time.
  ///   - clock: by what; nil waits for the setting's device.
  ///   - catalogue: what it may name.
  ///   - workers: the processes that take each step together; nil of one alone.
  /// - Throws: when the setting makes no model, or there is no such device.
  package init(
    _ setting: BenchmarkSetting, clock: DeviceClock? = nil, catalogue: RunCatalogue = .inUse,
    workers: WorkerGroup? = nil
  ) throws {
    device = try Accelerators.device(named: setting.device)
    self.setting = setting
    self.clock = clock ?? DeviceClock(device)
    Runtime.threads = setting.threads
    Runtime.allowsTF32 = setting.precision == .tf32
    let configuration = try Self.resolve(setting, of: catalogue)
    let model = try Self.makeModel(configuration.model, setting, on: device)
    let batch = Self.makeBatch(setting, on: device, of: workers)
    var training = TrainingConfiguration()
    training.precision = setting.precision
    let method = try Self.makeMethod(
      configuration.method, setting, model, on: device, of: catalogue)
    let optimiser = training.optimiser
    let engine = TrainingEngine(
      model: model,
      optimizer: optimiser.makeOptimizer(model.namedParameters + method.ownedParameters),
      training: training, device: device, trainingBatches: { _, body in try body(batch) },
      validationBatches: { body in try body(batch) },
      schedule: TrainingEngine.EpochSchedule(
        batches: { _, body in try body(batch) }, learningRate: { _, _ in optimiser.learningRate }),
      workers: workers)
    self.engine = engine
    try (method as? any EpochAdapting)?.beginEpoch(0, with: engine)
    if let method = method as? any StepDefining {
      step = { try method.step(in: $0, with: engine) }
    } else {
      step = StandardStep(method, engine: engine).run
    }
    multiplyAddsPerSample =
      (method as? any ResourceStating)?.resources.multiplyAddsPerSample
      ?? 3 * model.summarize().multiplyAdds
    context = StepContext(
      epoch: Self.epoch, step: 0, stepsPerEpoch: 1, globalStep: 0, batch: batch, mode: .training())
    log = StepLog(continuing: RunningTotals(), device: device)
  }

  /// Takes some steps.
  ///
  /// - Parameter count: how many.
  /// - Returns: the seconds they took.
  /// - Throws: what a step throws.
  package func run(steps count: Int) throws -> Double {
    let start = clock.now
    for _ in 0..<count {
      let report = try engine.taking(context.batch) { try step(context) }
      _ = log.add(report, labels: context.batch.labels, step: context.globalStep)
      context.globalStep += 1
    }
    return start.duration(to: clock.now).seconds
  }

  /// Late enough for every method to be at work.
  private static let epoch = 99

  /// Method and fusion by their names.
  private static func resolve(
    _ setting: BenchmarkSetting, of catalogue: RunCatalogue
  ) throws -> RunConfiguration {
    let preset = setting.preset.map { ["method.preset=\($0)"] } ?? []
    return try RunConfiguration.resolve(
      sets: ["model.fusion=\(setting.fusion)", "method.name=\(setting.method)"] + preset,
      catalogue: catalogue, needsData: false
    ).configuration
  }

  private static func makeMethod(
    _ section: MethodSection, _ setting: BenchmarkSetting, _ model: MultimodalModel,
    on device: Device, of catalogue: RunCatalogue
  ) throws -> any BalancingMethod {
    try catalogue.methods.make(
      section,
      for: MethodSetting(
        model: model, classes: setting.classes, epochs: epoch + 1, device: device, seed: 0,
        batchSize: setting.batch))
  }

  /// The model of a setting, on the CPU.
  static func makeModel(
    _ setting: BenchmarkSetting, of catalogue: RunCatalogue
  ) throws -> MultimodalModel {
    try makeModel(resolve(setting, of: catalogue).model, setting, on: .cpu)
  }

  private static func makeModel(
    _ configuration: ModelConfiguration, _ setting: BenchmarkSetting, on device: Device
  ) throws -> MultimodalModel {
    let names = setting.shapes.indices.map { "modality\($0)" }
    let encoder: EncoderSection =
      switch setting.encoder {
      case .resnet18: .resnet18(width: setting.width)
      case .transformer:
        .transformer(width: setting.width, heads: setting.heads, hidden: setting.hidden)
      }
    var configuration = configuration
    configuration.encoders = NamedSections(
      Dictionary(uniqueKeysWithValues: names.map { ($0, encoder) }))
    configuration.coupling = setting.mmtm ? .mmtm : .uncoupled
    let model = try ModelFactory.makeModel(
      modalities: zip(names, setting.shapes).map { (name: $0, shape: $1) },
      classes: setting.classes, configuration: configuration, seed: 0)
    model.move(to: device, layout: setting.channelsLast ? .channelsLast : .preserve)
    return model
  }

  private static func makeBatch(
    _ setting: BenchmarkSetting, on device: Device, of workers: WorkerGroup?
  ) -> Batch {
    let generator = Generator(seed: 0)
    let inputs = setting.shapes.map { shape in
      let input = Tensor.normal([setting.batch] + shape, from: generator)
      let arranged =
        setting.channelsLast && shape.count == 3 ? input.contiguous(.channelsLast) : input
      return arranged.to(device)
    }
    let share = workers.map {
      BatchShare(BatchShare.parts(of: setting.batch, among: $0.count), of: $0)
    }
    let labels = (0..<setting.batch).map { Int64($0 % setting.classes) }
    return Batch(
      inputs: inputs.map { input in share.map { input.slice($0.own) } ?? input },
      labels: Tensor(labels).to(device), indices: Array(0..<setting.batch), share: share)
  }
}

// SPDX-License-Identifier: Apache-2.0
import EquipoiseKit
import EquipoiseSettings
import EquipoiseTestSupport
import EquipoiseTorch
import Foundation

@testable import EquipoiseData
@testable import EquipoiseMethods
@testable import EquipoiseMetrics
@testable import EquipoiseModels
@testable import EquipoiseTraining

/// Epochs of a run in double precision, by one process or by several workers.
struct WorkerSteps {
  let configuration: RunConfiguration
  let workers: WorkerGroup?

  /// What is left of the epochs: every number of the network, the optimiser and the method, and losses and telemetry of
  /// every step.
  struct Outcome: Sendable {
    var state: [String: [Double]] = [:]
    var steps: [[String: Double]] = []

    /// The largest difference of any number, relative to the largest of its kind where that is above 1, and where it is.
    func difference(from other: Outcome) -> (size: Double, place: String) {
      guard state.keys.sorted() == other.state.keys.sorted(), steps.count == other.steps.count
      else { return (.infinity, "the names") }
      var found = (size: 0.0, place: "")
      func compare(_ a: [Double], _ b: [Double], _ place: String) {
        let scale = max(1, b.map(abs).max() ?? 0)
        let size =
          a.count == b.count
          ? zip(a, b).map { $0 == $1 || $0.isNaN && $1.isNaN ? 0 : abs($0 - $1) / scale }
            .reduce(0) { $1.isNaN ? .infinity : max($0, $1) } : .infinity
        if size > found.size { found = (size, place) }
      }
      for (name, numbers) in state { compare(numbers, other.state[name] ?? [], name) }
      for (index, numbers) in steps.enumerated() {
        let names = numbers.keys.sorted()
        guard names == other.steps[index].keys.sorted() else {
          return (.infinity, "the names of step \(index)")
        }
        for name in names {
          compare(
            [numbers[name] ?? 0], [other.steps[index][name] ?? 1], "\(name) of step \(index)")
        }
      }
      return found
    }
  }

  /// Trains all epochs.
  func run() throws -> Outcome {
    let seed = UInt64(configuration.runtime.seed)
    let data = try RunData(configuration, device: .cpu, workers: workers)
    let description = data.dataset.description
    let model = try ModelFactory.makeModel(
      inputs: data.dataset.modalities.map {
        EncoderInput(
          modality: $0.name, shape: $0.description.shape,
          vocabulary: $0.description.tokens?.vocabulary)
      }, classes: description.outputs.count, configuration: configuration.model, seed: seed)
    model.move(to: .cpu, dtype: .float64)
    let training = configuration.training
    let objective = try data.objective(training.loss, on: .cpu)
    let method = try MethodCatalogue.standard.make(
      configuration.method,
      for: MethodSetting(
        model: model, classes: model.classes, epochs: training.epochs, device: .cpu, seed: seed,
        samplesPerClass: data.samplesPerClass, batchSize: training.batchSize,
        objective: objective, outputs: description.outputs, targets: data.targets,
        lacksModalities: data.lacksModalities,
        modalitiesOfSeveralLengths: data.modalitiesOfSeveralLengths,
        lengths: data.trainingLengths))
    let plan = try PartPlan(training, model, own: method.ownedParameters)
    let rates = LearningRates(training, stepsPerEpoch: data.stepsPerEpoch, selection: .accuracy)
    try MicroBatching.check(training, method)
    let engine = TrainingEngine(
      model: model, optimizer: try training.optimiser.makeOptimizer(plan), training: training,
      device: .cpu, objective: objective,
      trainingBatches: { subset, body in
        try data.forEachBatch(of: .train, in: subset) { try body(double($0)) }
      },
      validationBatches: { body in
        try data.forEachBatch(of: .validation) { try body(double($0)) }
      },
      schedule: TrainingEngine.EpochSchedule(
        batches: { epoch, body in
          let batches = try data.trainingBatches(epoch: epoch, from: 0)
          while let batch = try batches.next() { try body(double(batch)) }
        }, learningRate: { rates.rate(epoch: $0, step: $1) }), workers: workers)
    return try train(
      Parts(
        model: model, method: method, engine: engine, plan: plan, rates: rates,
        averaging: WeightAverage(training, model), data: data))
  }

  private struct Parts {
    let model: MultimodalModel
    let method: any BalancingMethod
    let engine: TrainingEngine
    let plan: PartPlan
    let rates: LearningRates
    let averaging: WeightAverage?
    let data: RunData

    func step(_ context: StepContext) throws -> StepReport {
      guard let method = method as? any StepDefining else {
        return try StandardStep(method, engine: engine).run(context)
      }
      return try method.step(in: context, with: engine)
    }

    /// Everything that steps change.
    var state: [(section: String, tensors: [NamedTensor])] {
      let own: [NamedTensor] = method.ownedParameters.map {
        (name: $0.name, tensor: $0.parameter.leaf.detached())
      }
      return [
        ("model", model.state), ("own", own), ("optimizer", engine.optimizer.state),
        ("method", (method as? any StateKeeping)?.state ?? []), ("average", averaging?.state ?? []),
      ]
    }
  }

  private func double(_ batch: Batch) -> Batch { batch.with(batch.inputs.map { $0.to(.float64) }) }

  private func train(_ parts: Parts) throws -> Outcome {
    var outcome = Outcome()
    for epoch in 0..<configuration.training.epochs {
      parts.plan.begin(epoch: epoch)
      parts.engine.optimizer.learningRate = parts.rates.rate(epoch: epoch)
      try (parts.method as? any EpochAdapting)?.beginEpoch(epoch, with: parts.engine)
      let batches = try parts.data.trainingBatches(epoch: epoch, from: 0)
      var step = 0
      while let batch = try batches.next().map(double) {
        parts.engine.optimizer.learningRate = parts.rates.rate(epoch: epoch, step: step)
        let context = StepContext(
          epoch: epoch, step: step, stepsPerEpoch: parts.data.stepsPerEpoch,
          globalStep: outcome.steps.count, batch: batch, mode: .training())
        let report = try parts.engine.taking(batch) { try parts.step(context) }
        parts.averaging?.finishStep(of: epoch)
        var numbers = ["loss": report.loss.item()]
        for (name, value) in report.telemetry { numbers[name.key] = value.item() }
        outcome.steps.append(numbers)
        step += 1
      }
      try parts.averaging?.finishEpoch(epoch) { body in
        try parts.data.forEachBatch(of: .train) { try body(double($0)) }
      }
    }
    for (section, tensors) in parts.state {
      for (name, tensor) in tensors where name != "dropout" {
        outcome.state["\(section).\(name)"] = tensor.to(.float64).array(of: Double.self)
      }
    }
    return outcome
  }
}

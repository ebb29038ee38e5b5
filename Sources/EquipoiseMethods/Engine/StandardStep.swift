// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseData
internal import EquipoiseKit
internal import EquipoiseModels
import EquipoiseTorch

/// The step that most methods share: encode → modulate features → fuse → loss → gradients →
/// modulate gradients → apply. A method's capabilities are found once; without any, this is joint
/// training.
package struct StandardStep {
  private let engine: TrainingEngine
  private let features: (any FeatureModulating)?
  private let objective: (any ObjectiveDefining)?
  private let gradients: (any GradientModulating)?
  private let reporting: (any TelemetryReporting)?

  package init(_ method: any BalancingMethod, engine: TrainingEngine) {
    self.engine = engine
    features = method as? any FeatureModulating
    objective = method as? any ObjectiveDefining
    gradients = method as? any GradientModulating
    reporting = method as? any TelemetryReporting
  }

  package func run(_ context: StepContext) throws -> StepReport {
    if let size = engine.microBatchSize, engine.isCut(context.batch) {
      return try run(context, inPartsOf: size)
    }
    let forward = try forward(context)
    let loss = try loss(forward, context)
    return try finish(context, forward, loss, engine.gradients(of: loss))
  }

  /// The same with encoders that see the batch in parts.
  private func run(_ context: StepContext, inPartsOf size: Int) throws -> StepReport {
    let encoders = MicroBatches(engine, context, size: size)
    let fused = try features?.modulate(encoders.features, in: context) ?? encoders.features
    let logits = engine.inRunPrecision { engine.model.fusion.logits(fused) }
    let forward = Forward(
      traces: [], encoded: encoders.features, features: fused, logits: logits)
    let loss = try loss(forward, context)
    let gradients = engine.ownGradients(of: loss, and: encoders.features)
    var found = gradients.parameters
    encoders.addGradients(of: gradients.others, to: &found)
    return try finish(context, forward, loss, engine.reduced(found))
  }

  private func finish(
    _ context: StepContext, _ forward: Forward, _ loss: Tensor, _ gradients: ModelGradients
  ) throws -> StepReport {
    var found = gradients
    try self.gradients?.modulate(&found, given: forward, in: context)
    try engine.apply(found)
    var report = StepReport(loss: loss, logits: forward.logits)
    report.telemetry = reporting?.telemetry ?? []
    return report
  }

  private func forward(_ context: StepContext) throws -> Forward {
    guard let features else { return try engine.forward(context) }
    return try engine.forward(context) { try features.modulate($0, in: context) }
  }

  private func loss(_ forward: Forward, _ context: StepContext) throws -> Tensor {
    if let objective { return try objective.loss(for: forward, in: context) }
    return engine.objective.loss(forward.logits.inFullPrecision(), context.batch.labels)
  }
}

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
    let forward = try forward(context)
    let loss = try loss(forward, context)
    var found = try engine.gradients(of: loss)
    try gradients?.modulate(&found, given: forward, in: context)
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

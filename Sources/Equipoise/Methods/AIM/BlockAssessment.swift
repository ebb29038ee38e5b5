import Torch

/// One block in one step.
struct BlockAssessment {
  /// s and L.
  let original: BlockPerformance
  /// s̃ and L̃.
  var auxiliary: BlockPerformance?
  /// s and L_g of the good block, without history.
  var good: BlockPerformance?
  var decoupled: DecoupledBlock?
  /// Of L_g by θ^g.
  var goodGradients: [Tensor?] = []

  var telemetry: [(name: String, value: Tensor)] {
    let values: [(String, Tensor?)] = [
      ("score", original.score), ("auxiliaryScore", auxiliary?.score),
      ("goodScore", good?.score), ("mask", decoupled?.meanMask),
      ("reconstruction", decoupled?.reconstructionError),
    ]
    return values.compactMap { name, value in value.map { (name: name, value: $0) } }
  }
}

extension AIM {
  /// s, s̃, s of the good blocks, α, mean mask and reconstruction error, by modality and depth from 1.
  func telemetry(
    _ blocks: [[BlockAssessment]], _ plan: StepPlan
  ) -> [(name: String, value: Tensor)] {
    withoutGradient {
      var values = blocks[0].indices.map { depth in
        (
          name: "discrepancy.\(depth + 1)",
          value: AIMEquations.discrepancy(blocks.map { $0[depth].original.score })
        )
      }
      for (modality, assessments) in zip(setting.model.modalities, blocks) {
        for (depth, assessment) in assessments.enumerated() {
          values += assessment.telemetry.map { ("\($0.name).\(modality).\(depth + 1)", $0.value) }
        }
      }
      return values
    }
  }
}

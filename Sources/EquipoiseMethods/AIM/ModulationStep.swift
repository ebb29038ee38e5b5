// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
import EquipoiseTorch

/// From the blocks' scores to the gradients of one step, §III-D2 and §III-E.
///
/// Auxiliary and good blocks are processed depth by depth. Each is cut off from the network at its
/// input and its prototypes, and its backward pass is taken at once; what it says of the cuts is handed
/// to the network's one backward pass at the end. That changes no number, and only the blocks of one
/// depth hold memory at a time.
struct ModulationStep {
  private let settings: AIMConfiguration
  private let plan: StepPlan
  private let forward: AIMForward
  private let parts: AIMParts
  private let engine: any StepEngine
  private let modulated: [Int]
  /// By modality and depth; none of a modality that is not modulated.
  private var blocks: [[BlockAssessment]]
  /// Tensors of the network's graph with the gradients that auxiliary blocks have at them.
  private var cuts: [(root: Tensor, gradient: Tensor)] = []
  /// Eq. 13: what auxiliary blocks say of θ.
  private var pulledBack: [(parameter: Parameter, gradient: Tensor)] = []

  /// Scores every original block (Eq. 9 and Eq. 10).
  init(
    _ settings: AIMConfiguration, _ plan: StepPlan, _ forward: AIMForward,
    _ parts: AIMParts, _ engine: any StepEngine
  ) {
    (self.settings, self.plan, self.forward) = (settings, plan, forward)
    (self.parts, self.engine) = (parts, engine)
    // Prototypes that pass now and then may not have passed yet.
    let judged = forward.modalities.modulated.filter { !forward.judges[$0].isEmpty }
    let modulated = judged.count < 2 ? [] : judged
    self.modulated = modulated
    blocks = zip(forward.outputs, forward.judges).enumerated().map { modality, pair in
      guard modulated.contains(modality) else { return [] }
      return zip(pair.0, pair.1).map { output, judge in
        let logits =
          plan.modulates
          ? judge.logits(of: output) : judge.constant.logits(of: output.detached())
        return BlockAssessment(
          original: forward.measures[modality].performance(
            forward.modalities.gathered(logits, modality)))
      }
    }
  }

  /// Runs auxiliary and good blocks, and trains the decoupling.
  ///
  /// - Returns: L_mod (Eq. 15); its history holds the original blocks alone.
  /// - Throws: when another worker has gone.
  mutating func run() throws -> Tensor {
    guard !modulated.isEmpty else {
      // There is nothing to balance.
      let logits = forward.logits
      return .zeros([], dtype: logits.inFullPrecision().dtype, device: logits.device)
    }
    let alphas = alphas()
    var losses: [Tensor] = []
    for depth in plan.depths {
      let auxiliaries = (parts.decouplings.isEmpty ? [] : modulated).map {
        (modality: $0, auxiliary: auxiliary($0, depth))
      }
      for (modality, auxiliary) in auxiliaries {
        blocks[modality][depth].auxiliary = BlockPerformance(detaching: auxiliary.performance)
        blocks[modality][depth].meanMask = auxiliary.decoupled.meanMask
      }
      let (participation, loss) = depthLoss(depth)
      losses.append(loss)
      for (place, (modality, auxiliary)) in auxiliaries.enumerated() {
        if plan.modulates {
          // The auxiliary blocks' ρ̃ are the last.
          let share = participation.select(participation.count - auxiliaries.count + place)
          backpropagate(auxiliary, weight: share * alphas[depth], modality, depth)
        }
        if plan.trainsDecoupling { try train(auxiliary.decoupled, modality, depth) }
      }
    }
    return AIMEquations.modulationLoss(plan.depths.map { alphas[$0] }, losses) * plan.scale
  }

  /// The gradients of the network: those of `loss`, and of the auxiliary blocks.
  func gradients(of loss: Tensor) throws -> ModelGradients {
    let roots = [(root: loss, gradient: loss.detached().zerosLike() + 1)] + cuts
    let present = roots.filter { $0.root.requiresGrad }
    return try engine.gradients(
      of: present.map(\.root), seeds: present.map(\.gradient), adding: pulledBack)
  }

  // MARK: Weights

  /// α of every depth (Eq. 14) on the configured scale.
  private func alphas() -> [Tensor] {
    let first = blocks[modulated[0]]
    let depths = first.indices
    guard settings.depthModulation else {
      return depths.map { first[$0].original.score.zerosLike() + 1 }
    }
    let alphas = depths.map(discrepancy)
    return settings.alphaScale == .normalised ? AIMEquations.normalised(alphas) : alphas
  }

  private func discrepancy(_ depth: Int) -> Tensor {
    AIMEquations.discrepancy(modulated.map { blocks[$0][depth].original.score })
  }

  /// Eq. 11 and Eq. 12: ρ of original and auxiliary blocks, and L_d.
  private func depthLoss(_ depth: Int) -> (participation: Tensor, loss: Tensor) {
    let originals = modulated.map { blocks[$0][depth].original }
    let auxiliaries = modulated.compactMap { blocks[$0][depth].auxiliary }
    let participation = AIMEquations.participation((originals + auxiliaries).map(\.score))
    guard settings.originalBlocks else {
      let own = participation.slice(originals.count..<participation.count)
      return (participation, AIMEquations.depthLoss(own, auxiliaries.map(\.loss)))
    }
    let losses = (originals + auxiliaries).map(\.loss)
    return (participation, AIMEquations.depthLoss(participation, losses))
  }

  // MARK: Auxiliary and good blocks

  /// An auxiliary block that has run, cut off from the network.
  private struct Auxiliary {
    let decoupled: DecoupledBlock
    let performance: BlockPerformance
    /// Where gradients go on into the network: its tensor, and the leaf in its place.
    let cuts: [(root: Tensor, leaf: Tensor)]
  }

  /// Eq. 7, Eq. 9 and Eq. 10 for one block.
  private func auxiliary(_ modality: Int, _ depth: Int) -> Auxiliary {
    let decoupled = parts.decouplings[modality][depth].decouple(with: engine)
    let (input, judge) = (forward.inputs[modality][depth], forward.judges[modality][depth])
    guard plan.modulates else {
      let performance = withoutGradient {
        perform(modality, depth, decoupled.pairs(decoupled.bad), input, judge)
      }
      return Auxiliary(decoupled: decoupled, performance: performance, cuts: [])
    }
    let (severed, targetCut) = judge.severed
    let isLive = settings.auxiliaryInput == .live && input.requiresGrad
    let leaf = isLive ? input.asLeaf() : input.detached()
    let performance = perform(
      modality, depth, decoupled.pairs(decoupled.bad), leaf, severed)
    let cuts = [targetCut, isLive ? (root: input, leaf: leaf) : nil].compactMap(\.self)
    return Auxiliary(decoupled: decoupled, performance: performance, cuts: cuts)
  }

  private func perform(
    _ modality: Int, _ depth: Int, _ pairs: [(Parameter, Tensor)], _ input: Tensor,
    _ judge: any BlockJudge
  ) -> BlockPerformance {
    let output = parts.run(
      modality, depth, with: pairs, on: input,
      isAlone: forward.modalities.presence(modality)?.rows.count == 1,
      forward.steps[modality][depth], engine)
    return forward.measures[modality].performance(
      forward.modalities.gathered(judge.logits(of: output), modality))
  }

  /// The backward pass of weight · λ · L̃, down to θ (Eq. 13) and to the cuts.
  private mutating func backpropagate(
    _ auxiliary: Auxiliary, weight: Tensor, _ modality: Int, _ depth: Int
  ) {
    let loss = auxiliary.performance.loss * weight * (settings.lambda * plan.scale)
    let leaves = auxiliary.decoupled.bad + auxiliary.cuts.map(\.leaf)
    let found = EquipoiseTorch.gradients(of: [loss], withRespectTo: leaves)
    let count = auxiliary.decoupled.bad.count
    pulledBack += parts.decouplings[modality][depth].pullBack(
      Array(found.prefix(count)), auxiliary.decoupled, retaining: plan.trainsDecoupling)
    for (cut, gradient) in zip(auxiliary.cuts, found.dropFirst(count)) {
      if let gradient { cuts.append((root: cut.root, gradient: gradient)) }
    }
  }

  /// Eq. 8: the good block, from detached inputs to constant prototypes.
  private mutating func train(
    _ decoupled: DecoupledBlock, _ modality: Int, _ depth: Int
  ) throws {
    let input = forward.inputs[modality][depth].detached()
    let judge = forward.judges[modality][depth].constant
    let (good, error) = try parts.decouplings[modality][depth].train(
      decoupled, with: engine
    ) { pairs in perform(modality, depth, pairs, input, judge) }
    blocks[modality][depth].good = good
    blocks[modality][depth].reconstructionError = error
  }

  // MARK: Telemetry

  /// s of every group of the original blocks, by modality and depth, none of a modality that was not modulated; nil of
  /// one group.
  var groupScores: [[Tensor]]? {
    let scores = blocks.map { $0.compactMap(\.original.groupScores) }
    return scores.allSatisfy(\.isEmpty) ? nil : scores
  }

  /// The literal α of every depth, `discrepancy`, and the numbers of every block; depths count from 1.
  func telemetry(modalities: [String]) -> [(name: MetricName, value: Tensor)] {
    guard let first = modulated.first else { return counts(modalities) }
    let discrepancies = blocks[first].indices.map {
      (name: MetricName.telemetry("discrepancy", depth: $0 + 1), value: discrepancy($0))
    }
    let numbers = zip(modalities, blocks).flatMap { modality, assessments in
      assessments.enumerated().flatMap { depth, assessment in
        assessment.numbers.map {
          (MetricName.telemetry($0.name, modality: modality, depth: depth + 1), $0.value)
        }
      }
    }
    return discrepancies + numbers + counts(modalities)
  }

  /// How much the scores of a step count in the epoch's means where samples lack modalities: the samples that they are
  /// means of.
  func weights(_ modalities: [String]) -> [MetricName: Int] {
    var weights: [MetricName: Int] = [:]
    for (modality, (name, assessments)) in zip(modalities, blocks).enumerated() {
      for depth in assessments.indices {
        for key in BlockAssessment.scores {
          weights[.telemetry(key, modality: name, depth: depth + 1)] =
            forward.modalities.scored(modality)
        }
      }
    }
    return weights
  }

  /// How many samples have each modality, and by how many they are compared, where some lack one.
  private func counts(_ modalities: [String]) -> [(name: MetricName, value: Tensor)] {
    guard forward.modalities.isPartial else { return [] }
    let (own, compared) = forward.modalities.counts
    return zip(modalities, own).map {
      (MetricName.telemetry("samples", modality: $0), Tensor(Float($1)))
    } + (compared.map { [(MetricName.telemetry("comparedSamples"), Tensor(Float($0)))] } ?? [])
  }
}

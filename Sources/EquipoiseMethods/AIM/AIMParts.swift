// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseModels
import EquipoiseTorch

/// What AIM holds beside the network while it trains; inference has none of it.
final class AIMParts {
  /// The blocks of each encoder, by modality and depth.
  let blocks: [[EncoderBlock]]
  /// Prototypes, unless classifiers judge.
  let prototypes: DepthAdaptivePrototypes?
  /// The classifiers of AIM-label.
  let classifiers: DepthClassifiers?
  /// The mechanism of each block, by modality and depth; empty without PAM.
  let decouplings: [[BlockDecoupling]]
  /// The stream of dropout in auxiliary, good and watched blocks.
  var dropout: Generator { stepDropout ?? runDropout }
  private let runDropout: Generator
  /// Of a step that several workers take in parts; nil of others.
  private var stepDropout: Generator?
  /// P_d of the last pass, without history, where it serves several steps.
  private(set) var passed: [[Tensor]] = []
  /// s of every group since the epoch began; nil of one group.
  let groupScores: GroupScores?
  private let modalities: [String]
  private let keepsPassed: Bool

  init(
    model: MultimodalModel, prototypes: DepthAdaptivePrototypes?, classifiers: DepthClassifiers?,
    decouplings: [[BlockDecoupling]], dropout: Generator, keepsPassed: Bool,
    groupScores: GroupScores?
  ) {
    self.groupScores = groupScores
    blocks = model.encoders.modules.map(\.blocks)
    modalities = model.modalities
    (self.prototypes, self.classifiers) = (prototypes, classifiers)
    (self.decouplings, runDropout, self.keepsPassed) = (decouplings, dropout, keepsPassed)
  }

  /// Where several workers take a step in parts each draws for its own rows, from a stream of the step's own.
  func beginStep(_ stream: Generator?) { stepDropout = stream }

  /// Remembers P_d for the steps without a pass.
  func keepPassed(_ prototypes: [[Tensor]]) {
    guard keepsPassed else { return }
    // A modality that no sample of the batch has did not pass: its last prototypes stay.
    passed = prototypes.enumerated().map { index, outputs in
      outputs.isEmpty && index < passed.count
        ? passed[index] : outputs.map { $0.detached().cloned() }
    }
  }

  /// Eq. 6 in evaluation mode: for each modality a trace whose outputs are P_d of every block, without history.
  func pass(_ model: MultimodalModel, with engine: any StepEngine) -> [EncoderTrace] {
    guard let prototypes else { return [] }
    return withoutGradient {
      engine.inRunPrecision {
        model.trace(prototypes.batches(history: false), .evaluation)
      }
    }
  }

  /// Runs a block with other parameters on a batch, with the batch's own statistics (decision D13), unless a single
  /// sample has the modality: as in the network it is normalised by the running ones.
  func run(
    _ modality: Int, _ depth: Int, with pairs: [(Parameter, Tensor)], on input: Tensor,
    isAlone: Bool, _ steps: StepLayout?, _ engine: any StepEngine
  ) -> Tensor {
    let mode: ForwardMode =
      isAlone
      ? ForwardMode(statistics: .running, dropout: dropout) : .auxiliary(dropout: dropout)
    return engine.inRunPrecision {
      withParameters(pairs) { blocks[modality][depth](input, mode, steps) }
    }
  }

  // MARK: State

  /// Everything needed to continue bit for bit.
  var state: [NamedTensor] {
    let mechanisms = decouplings.flatMap { mechanisms in
      mechanisms.enumerated().flatMap { $1.state(depth: $0) }
    }
    let kept = zip(modalities, passed).flatMap { name, outputs in
      outputs.enumerated().map { ("passed.\(name).\($0)", $1) }
    }
    return (prototypes?.state ?? []) + (classifiers?.state ?? []) + mechanisms + kept
      + [("dropout", runDropout.state)] + (groupScores?.state ?? [])
  }

  /// Continues from a saved state.
  func restore(_ saved: SavedState, device: Device) throws {
    try prototypes?.restore(saved)
    try classifiers?.restore(saved)
    try groupScores?.restore(saved)
    for mechanisms in decouplings {
      for (depth, mechanism) in mechanisms.enumerated() {
        try mechanism.restore(saved, depth: depth)
      }
    }
    if keepsPassed {
      passed = zip(modalities, blocks).map { name, blocks in
        let kept = saved.section("passed.\(name)")
        return blocks.indices.compactMap { kept["\($0)"]?.to(device) }
      }
    }
    try runDropout.restore(try saved.tensor("dropout", shape: runDropout.state.shape))
  }
}

// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit

/// What one step does.
struct StepPlan {
  /// Whether L_mod is minimised.
  let modulates: Bool
  /// Whether P_0 takes a step.
  let trainsPrototypes: Bool
  /// Whether Eq. 8 is minimised.
  let trainsDecoupling: Bool
  /// The depths, from 0, that are taken apart and modulated.
  let depths: [Int]
  /// What makes the loss of some depths the expected loss of all.
  let scale: Double

  init(_ settings: AIMConfiguration, _ context: StepContext, depths: Int, seed: UInt64) {
    modulates = settings.lambda > 0 && context.epoch >= settings.startEpoch
    trainsPrototypes = context.globalStep.isMultiple(of: settings.prototypes.interval)
    let decoupling = settings.decoupling
    trainsDecoupling =
      settings.parameterModulation && context.globalStep.isMultiple(of: decoupling.interval)
      && (decoupling.trainedWhileModulating || !modulates)
    let wanted = min(settings.depthsPerStep ?? depths, depths)
    var stream = RandomStream(seed: seed, "aim depths", "\(context.globalStep)")
    self.depths =
      wanted == depths
      ? Array(0..<depths) : stream.permutation(of: depths).prefix(wanted).sorted()
    scale = Double(depths) / Double(wanted)
  }
}

// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseSettings

/// The settings of AIM. What the paper leaves open is a setting here, and the default is what did
/// best on real data (docs/aim.md).
public struct AIMConfiguration: ConfigurationSection {
  /// Which defaults the other settings start from.
  public var preset = AIMPreset.default
  /// E: the first epoch, from 0, whose steps are modulated. Until then the task loss trains the
  /// network, and prototypes and decoupling are trained beside it.
  public var startEpoch = 1
  /// λ, the weight of L_mod. With 0 the network trains bit for bit as in joint training, and AIM
  /// only measures.
  public var lambda = 1.0
  /// The weight of the task loss (Eq. 2) from epoch E on. With 0, the letter of Algorithm 1, nothing
  /// trains the fusion head from then on.
  public var taskLossWeight = 1.0
  /// Whether from epoch E on the task loss trains the fusion head alone, on detached features.
  public var headOnly = false
  /// PAM: whether auxiliary blocks take part. Without, L_d weighs the original blocks alone.
  public var parameterModulation = true
  /// DAM: whether α_d (Eq. 14) weighs the depths. Without, α_d = 1.
  public var depthModulation = true
  /// Whether the original blocks take part in L_d; without, only their auxiliary blocks do.
  public var originalBlocks = true
  /// What a block is judged by: prototypes, or a classifier for each depth and modality (AIM-label).
  public var judge = AIMJudge.prototypes
  /// The scale of α.
  public var alphaScale = AlphaScale.normalised
  /// Whether L̃ also trains the blocks before its own, through the auxiliary block's input.
  public var auxiliaryInput = AuxiliaryInput.live
  /// How many depths, drawn for each step, are modulated, their loss scaled by D / this number;
  /// nil modulates all.
  public var depthsPerStep: Int?
  /// The prototypes: Eq. 3, Eq. 4, Eq. 5, Eq. 6 and Eq. 9.
  public var prototypes = PrototypeConfiguration()
  /// The decoupling: Eq. 7 and Eq. 8.
  public var decoupling = DecouplingConfiguration()
  /// The prototypes of a regression.
  public var regression = RegressionConfiguration()
  /// The prototypes of several labels.
  public var multilabel = MultilabelConfiguration()
  /// Samples that lack modalities.
  public var missing = AIMMissingConfiguration()

  /// The defaults.
  public init() {}
}

/// Where a set of defaults comes from.
public enum AIMPreset: String, ConfigurationChoice {
  /// What works best.
  case `default`
  /// The letter of the paper wherever it is definite.
  case paperLiteral = "paper-literal"
  /// Cheap steps: one depth of each step, a narrow latent space, the rest every few steps.
  case fast
  /// Joint training, watched: λ = 0 and no auxiliary blocks.
  case observe
}

/// What a block is judged by.
public enum AIMJudge: String, ConfigurationChoice {
  /// The distances to depth-adaptive prototypes (Eq. 9 and Eq. 10).
  case prototypes
  /// The logits of a linear classifier on the pooled output.
  case classifiers
}

/// The scale of α_d.
public enum AlphaScale: String, ConfigurationChoice {
  /// Σ α_d = D, so that L_mod keeps its size while the imbalance falls.
  case normalised
  /// As Eq. 14 has it.
  case literal
}

/// What an auxiliary block's input passes back.
public enum AuxiliaryInput: String, ConfigurationChoice {
  /// The gradient of L̃ goes on into the earlier blocks.
  case live
  /// It ends at the block.
  case detached
}

/// Depth-adaptive prototypes.
public struct PrototypeConfiguration: ConfigurationSection {
  /// What P_0 starts from.
  public var start = PrototypeStart.classMeans
  /// The deviation of the normal noise that is added to the class means.
  public var startNoise = 0.1
  /// Ψ_dap of Eq. 4.
  public var decoder = PrototypeDecoder.channels
  /// The weight of L_r in Eq. 5.
  public var reconstructionWeight = 1.0
  /// Adam's learning rate for P_0 and the decoders, or for the classifiers of AIM-label.
  public var learningRate = 0.02
  /// Training steps from one step on P_0 to the next.
  public var interval = 1
  /// Steps on P_0 at a time.
  public var steps = 1
  /// Whether gradients reach the network through the prototypes of Eq. 9, Eq. 10 and Eq. 11.
  public var targets = PrototypeTargetKind.live
  /// What δ compares.
  public var distance = PrototypeDistance.normalised
  /// What `normalised` distances are multiplied by.
  public var temperature = 10.0
  /// What `raw` and `normalised` compare where samples differ in length.
  public var sequences = SequenceComparison.pooled
  /// Training steps from one pass of the prototypes through the blocks to the next; in between the
  /// last ones serve, fixed.
  public var passInterval = 1
  /// The number of classes whose prototypes pass in a step, the batch's own always among them; nil
  /// takes all.
  public var classesPerStep: Int?

  /// The defaults.
  public init() {}
}

/// What P_0 starts from.
public enum PrototypeStart: String, ConfigurationChoice {
  /// The class means of the training inputs, with noise.
  case classMeans
  /// Standard normal numbers.
  case random
}

/// The decoder of Eq. 4.
public enum PrototypeDecoder: String, ConfigurationChoice {
  /// Linear over the channels at each place, the identity at first.
  case channels
  /// None: prototypes are compared with the means themselves.
  case identity
}

/// What gradients do at the prototypes of a depth.
public enum PrototypeTargetKind: String, ConfigurationChoice {
  /// The prototypes go through the blocks with the batch, and gradients reach the blocks through
  /// them too.
  case live
  /// They come from a pass of their own in evaluation mode and are constants.
  case frozen
}

/// What δ of Eq. 8, Eq. 9 and Eq. 10 compares.
public enum PrototypeDistance: String, ConfigurationChoice {
  /// The flattened outputs.
  case raw
  /// The flattened outputs at unit length; the distance is multiplied by a temperature.
  case normalised
  /// The outputs' means over space, time or positions.
  case spatialMean
}

/// What δ compares of sequences and videos of different lengths.
public enum SequenceComparison: String, ConfigurationChoice {
  /// The means over each one's valid steps.
  case pooled
  /// The steps that are valid in both.
  case aligned
  /// The flattened outputs, for data whose samples have one length: padding would be measured.
  case flat
}

/// Parameter decoupling.
public struct DecouplingConfiguration: ConfigurationSection {
  /// The width of the latent space; never more than a row has numbers.
  public var latentWidth = 512
  /// Whether the latent space is at most as wide as the tensor has rows.
  public var limitToRows = false
  /// What is encoded at once.
  public var granularity = DecouplingGranularity.row
  /// How Φ and Ψ start.
  public var start = DecouplingStart.svd
  /// Adam's learning rate for Φ and Ψ.
  public var learningRate = 1e-4
  /// Adam's learning rate for Φ_mask.
  public var maskLearningRate = 1e-3
  /// Training steps from one step on Eq. 8 to the next.
  public var interval = 1
  /// Whether the decoupling is trained on from epoch E.
  public var trainedWhileModulating = true

  /// The defaults.
  public init() {}
}

/// What Φ takes as one vector.
public enum DecouplingGranularity: String, ConfigurationChoice {
  /// A row of a weight [O, …], with one Φ, Φ_mask and Ψ for all O of them.
  case row
  /// A whole tensor, as the paper says; needs vast memory.
  case layer
}

/// How Φ and Ψ start.
public enum DecouplingStart: String, ConfigurationChoice {
  /// The right singular vectors of the rows, so that Ψ(Φ(θ)) = θ.
  case svd
  /// Normal numbers.
  case random
}

extension AIMConfiguration: PresetOffering {
  /// The settings of a preset.
  ///
  /// - Parameter preset: its name.
  /// - Returns: all settings.
  public static func settings(of preset: AIMPreset) -> AIMConfiguration {
    var settings = AIMConfiguration()
    settings.preset = preset
    switch preset {
    case .default: break
    case .paperLiteral:
      settings.prototypes.start = .random
      settings.prototypes.targets = .frozen
      settings.prototypes.distance = .raw
      settings.taskLossWeight = 0
      settings.alphaScale = .literal
      settings.decoupling.trainedWhileModulating = false
    case .fast:
      settings.depthsPerStep = 1
      settings.auxiliaryInput = .detached
      settings.prototypes.interval = 4
      settings.decoupling.latentWidth = 64
      settings.decoupling.limitToRows = true
      settings.decoupling.interval = 4
    case .observe:
      settings.lambda = 0
      settings.parameterModulation = false
    }
    return settings
  }
}

extension AIMConfiguration: RangeChecking {
  /// Throws for the first value out of its range.
  public func check(at path: ConfigPath) throws {
    try path.check("startEpoch", startEpoch, .atLeast(0))
    try path.check("lambda", lambda, .atLeast(0))
    try path.check("taskLossWeight", taskLossWeight, .atLeast(0))
    try path.check("depthsPerStep", depthsPerStep, .atLeast(1))
    try prototypes.check(at: path.appending("prototypes"))
    try decoupling.check(at: path.appending("decoupling"))
    try regression.check(at: path.appending("regression"))
    try missing.check(at: path.appending("missing"))
  }
}

extension PrototypeConfiguration: RangeChecking {
  /// Throws for the first value out of its range.
  public func check(at path: ConfigPath) throws {
    try path.check("startNoise", startNoise, .atLeast(0))
    try path.check("reconstructionWeight", reconstructionWeight, .atLeast(0))
    try path.check("learningRate", learningRate, .above(0))
    try path.check("interval", interval, .atLeast(1))
    try path.check("steps", steps, .atLeast(1, to: 1_000_000))
    try path.check("temperature", temperature, .above(0))
    try path.check("passInterval", passInterval, .atLeast(1))
    try path.check("classesPerStep", classesPerStep, .atLeast(1))
  }
}

extension DecouplingConfiguration: RangeChecking {
  /// Throws for the first value out of its range.
  public func check(at path: ConfigPath) throws {
    try path.check("latentWidth", latentWidth, .atLeast(1, to: 1_048_576))
    try path.check("learningRate", learningRate, .above(0))
    try path.check("maskLearningRate", maskLearningRate, .above(0))
    try path.check("interval", interval, .atLeast(1))
  }
}

// SPDX-License-Identifier: Apache-2.0
public import EquipoiseKit
public import EquipoiseSettings
public import EquipoiseModels
public import EquipoiseTorch

/// Where a method was published.
public struct Citation: Sendable {
  /// The authors, shortened.
  public let authors: String
  /// The title.
  public let title: String
  /// Where and when.
  public let venue: String

  /// A citation; all parts as they are printed.
  public init(authors: String, title: String, venue: String) {
    self.authors = authors
    self.title = title
    self.venue = venue
  }
}

/// What every method of training is. Where it intervenes is said by the capability protocols that
/// it conforms to; each has one requirement and no default, so that a misspelling cannot compile.
public protocol BalancingMethod: AnyObject, SendableMetatype {
  /// The method's own settings.
  associatedtype Configuration: ConfigurationSection
  /// The name in configurations and tables.
  static var name: String { get }
  /// One line for lists.
  static var summary: String { get }
  /// The paper.
  static var citation: Citation? { get }
  /// What it asks of the model; `init` refuses every other.
  static var needs: ModelNeeds { get }
  /// A method for one run.
  ///
  /// - Parameters:
  ///   - configuration: the method's settings.
  ///   - setting: what it will train.
  /// - Throws: `EquipoiseError` when the settings or the model do not fit the method.
  init(_ configuration: Configuration, for setting: MethodSetting) throws
}

/// What a method learns about its run before it starts.
public struct MethodSetting {
  /// The model in its initial state.
  public let model: MultimodalModel
  /// The number of classes, labels or targets.
  public let classes: Int
  /// The number of epochs.
  public let epochs: Int
  /// The device everything runs on.
  public let device: Device
  /// The seed; a method derives its own streams from it.
  public let seed: UInt64
  /// The number of training samples of each class, or that have each label; empty in a regression.
  public let samplesPerClass: [Int]
  /// The samples of a step.
  public let batchSize: Int
  /// What is minimised, and how right outputs are.
  public let objective: Objective
  /// The names of the classes, labels or targets.
  public let outputs: [String]
  /// What the training samples have of each label, 0 or 1, or of each target, in its own unit; empty in a
  /// classification.
  public let targets: [[Float]]
  /// The modalities of which training samples differ in length.
  public let modalitiesOfSeveralLengths: Set<String>
  /// The identity of the data; nil where it is not known.
  public let dataset: String?
  /// The valid steps of the training samples, of modalities where they are said.
  package let lengths: [String: [Int]]
  /// Whether a training sample may lack a modality, of itself or by `augmentation.MODALITY.modalityDropout`.
  public let lacksModalities: Bool

  package init(
    model: MultimodalModel, classes: Int, epochs: Int, device: Device, seed: UInt64,
    samplesPerClass: [Int] = [], batchSize: Int = 64, objective: Objective = .crossEntropy,
    outputs: [String] = [], targets: [[Float]] = [], lacksModalities: Bool = false,
    modalitiesOfSeveralLengths: Set<String> = [], lengths: [String: [Int]] = [:],
    dataset: String? = nil
  ) {
    self.dataset = dataset
    self.lengths = lengths
    (self.lacksModalities, self.modalitiesOfSeveralLengths) = (
      lacksModalities, modalitiesOfSeveralLengths
    )
    (self.model, self.classes, self.epochs, self.device) = (model, classes, epochs, device)
    (self.seed, self.samplesPerClass, self.batchSize) = (seed, samplesPerClass, batchSize)
    (self.objective, self.outputs, self.targets) = (objective, outputs, targets)
  }

  /// The size of the model, with multiply-adds of samples as long as those of the training split.
  package var summary: ModelSummary { model.summarize(lengths: lengths) }
}

/// Changes features before fusion, as OPM does.
public protocol FeatureModulating: BalancingMethod {
  /// The features to fuse: one [B, width] for each modality.
  func modulate(_ features: [Tensor], in context: StepContext) throws -> [Tensor]
}

/// Replaces the loss, as Gradient-Blending and PMR do.
public protocol ObjectiveDefining: BalancingMethod {
  /// The scalar to minimise.
  func loss(for forward: Forward, in context: StepContext) throws -> Tensor
}

/// Changes gradients between the backward pass and the optimiser, as OGM-GE does.
public protocol GradientModulating: BalancingMethod {
  /// Changes `gradients` in place.
  func modulate(
    _ gradients: inout ModelGradients, given forward: Forward, in context: StepContext) throws
}

/// Acts before the first batch of an epoch, as PMR's prototypes and re-learning do. What it does
/// must follow from the run's state: a run that stops here does it again.
public protocol EpochAdapting: BalancingMethod {
  /// Called once per epoch; not again when a run resumes inside the epoch.
  func beginEpoch(_ epoch: Int, with engine: any StepEngine) throws
}

/// Makes the whole step itself: several passes or updates, as AIM and MLA do. Excludes the hooks of
/// the standard step.
public protocol StepDefining: BalancingMethod {
  /// One step on the context's batch.
  func step(in context: StepContext, with engine: any StepEngine) throws -> StepReport
}

/// Fuses unimodal logits at inference, as MLA does.
public protocol InferenceFusing: BalancingMethod {
  /// The fused logits [B, K] of features [B, w_m] of an evaluation-mode forward pass; evaluation
  /// also asks for them with some modalities' features replaced.
  ///
  /// - Parameters:
  ///   - features: of every sample; where it lacks a modality what stands for it.
  ///   - present: for each modality the samples that have it, nil where all do; empty where none lacks anything.
  ///   - model: the network.
  /// - Returns: the logits.
  /// - Throws: what the method's own way of fusing throws.
  func fusedLogits(
    of features: [Tensor], present: [RowPresence?], with model: MultimodalModel
  ) throws -> Tensor
}

extension InferenceFusing {
  /// The fused logits of samples that lack nothing.
  public func fusedLogits(of features: [Tensor], with model: MultimodalModel) throws -> Tensor {
    try fusedLogits(of: features, present: [], with: model)
  }
}

/// Has parameters of its own, such as heads that only training needs. The run's optimiser trains
/// them, ``ModelGradients`` lists them after the model's, and checkpoints hold them; files of
/// weights do not.
public protocol ParameterOwning: BalancingMethod {
  /// The parameters in a fixed order, on the run's device. In ``ModelGradients`` and the optimiser
  /// `method.` stands before their names.
  var ownParameters: [NamedParameter] { get }
}

/// Has numbers of its last standard step for the log, such as coefficients.
public protocol TelemetryReporting: BalancingMethod {
  /// Scalars that stay on the device, named by ``MetricName/telemetry(_:modality:depth:)``.
  var telemetry: [(name: MetricName, value: Tensor)] { get }
}

/// Has state that a checkpoint must hold: tensors and numbers that steps change.
public protocol StateKeeping: BalancingMethod {
  /// Everything needed to continue bit for bit, the states of random streams included.
  var state: [NamedTensor] { get }
  /// Continues from a saved state, whose tensors are on the CPU and may be kept.
  func restore(_ state: [String: Tensor]) throws
}

/// Has something to say before the first epoch that is not an error, such as bins that are fewer than asked for.
public protocol NoticeGiving: BalancingMethod {
  /// What is said, a sentence each.
  var notices: [String] { get }
}

/// Does something that depends on how many epochs the run has, as Gradient-Blending's estimates do.
public protocol LengthMinding: BalancingMethod {
  /// What a run that gets more epochs has done otherwise than one that had them from the start.
  ///
  /// - Parameters:
  ///   - former: the epochs that it was begun with.
  ///   - now: those that it has now.
  /// - Returns: half a sentence; nil where there is no difference.
  func difference(from former: Int, to now: Int) -> String?
}

/// Measures something after an epoch that is more than a number: it goes into the run's folder.
public protocol EpochMeasuring: BalancingMethod {
  /// Tensors, made without a trace in the run's state, named by
  /// ``MetricName/measurement(_:modality:depth:)``.
  func measure(with engine: any StepEngine) throws -> [(name: MetricName, tensor: Tensor)]
}

/// Has telemetry of every depth whose spread over depths is worth a picture.
public protocol DepthReporting: BalancingMethod {
  /// What of the telemetry TensorBoard shows as a histogram over a modality's depths, too.
  var histograms: [String] { get }
}
